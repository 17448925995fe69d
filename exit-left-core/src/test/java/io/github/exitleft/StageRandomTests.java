package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything at once, in an order that a seed decides; the fixture's check at the end is the point. */
class StageRandomTests extends NoteFixture {

    private static final int THREADS = 6;
    private static final int ROUNDS = 3_000;

    @ParameterizedTest
    @EnumSource(Promotion.class)
    void m3_sumOfOutcomes_isTheNumberOfMessagesReceivedWhateverHappens(Promotion promotion) throws Exception {
        long seed = System.nanoTime();
        Stage<Integer, Note> stage = stage(builder -> builder.promotion(promotion)
                .reuse(Reuse.ALLOW)
                .drain(2)
                .mailbox(2, Overflow.DROP_OLDEST)
                .maxTickets(THREADS * 2 - 2));
        List<Task<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            var random = new Random(seed + i);
            tasks.add(start(() -> caller(stage, random)));
        }
        var over = new AtomicBoolean();
        var chaos = new Random(seed - 1);
        Task<Void> interrupter = start(() -> {
            while (!over.get()) {
                tasks.get(chaos.nextInt(THREADS)).thread.interrupt();
                queue.wakeup();
                Thread.yield();
            }
            return null;
        });
        int answered = 0;
        try {
            for (Task<Integer> task : tasks) {
                answered += task.get();
            }
        } catch (Throwable e) {
            throw new AssertionError("seed " + seed, e);
        } finally {
            over.set(true);
        }
        interrupter.get();

        assertThat(answered).as("seed " + seed).isEqualTo((int) count(stage, MessageOutcome.DELIVERED));
        assertThat(answered).as("seed " + seed).isPositive();
        StageSnapshot snapshot = stage.snapshot(0);
        assertThat(snapshot.messages().values().stream().mapToLong(n -> n).sum())
                .as("seed " + seed)
                .isEqualTo(source.received.get());
        assertThat(snapshot.role().waiters() + snapshot.role().tickets())
                .as("seed " + seed)
                .isZero();
        assertThat(snapshot.role().head()).as("seed " + seed).isNull();
    }

    private int caller(Stage<Integer, Note> stage, Random random) {
        int answered = 0;
        for (int i = 0; i < ROUNDS; i++) {
            int token = random.nextInt(THREADS * 2);
            try (Ticket<Integer, Note> ticket =
                    stage.ticket(token, note -> !note.text().equals("forged"))) {
                for (int copies = random.nextInt(4); copies > 0; copies--) {
                    add(token, random.nextInt(5) == 0 ? "forged" : "true");
                }
                provoke(random);
                for (int waits = 1 + random.nextInt(2); waits > 0; waits--) {
                    Note got = ticket.await(Duration.ofNanos(random.nextInt(2_000_000)))
                            .message();
                    assertThat(got).isEqualTo(new Note(token, "true"));
                    answered++;
                }
            } catch (StageTimeoutException | InterruptedException expected) {
                // both are what is provoked
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageContaining("live ticket");
            } catch (TooManyTicketsException e) {
                Thread.yield();
            }
        }
        Thread.interrupted();
        return answered;
    }

    private void provoke(Random random) {
        switch (random.nextInt(12)) {
            case 0 -> add(THREADS * 2 + random.nextInt(1_000), "unknown");
            case 1 -> queue.add(new Note(null, "unreadable"));
            case 2 -> queue.fail(new UnreadableMessageException("bad", null));
            case 3 -> queue.fail(new TransientSourceException(new IllegalStateException("busy")));
            default -> add(random.nextInt(THREADS * 2), "true");
        }
    }
}
