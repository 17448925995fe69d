package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.exitleft.testing.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of every source (M10), the same tests for each. */
public abstract class SourceContractTests<M> extends StageFixture {

    private static final Duration LONG = Patience.FOR_EVER;
    private Source<M> raw;
    private Stage<Integer, M> stage;
    private HookedSource<M> source;

    /** Opens the source. */
    protected abstract Source<M> open() throws Exception;

    /** Makes a message come, from any thread. */
    protected abstract void deliver(Source<M> source, int token) throws Exception;

    /** Reads the token that was delivered. */
    protected abstract int token(M message);

    @BeforeEach
    void openSourceAndStage() throws Exception {
        raw = open();
        source = hooked(raw);
        stage = build(Stage.builder("contract", Integer.class, source, this::token)
                .keeper(Keeper.OFF) // callers read, whatever the source would have
                .onFailure(OnFailure.FAIL_ALL)
                .defaultTimeout(LONG));
    }

    @AfterEach
    void closeSource() throws Exception {
        stage.close();
    }

    private Integer call(int token) throws Exception {
        return token(stage.call(token, () -> deliver(raw, token)));
    }

    private Task<Integer> headFor(int token, boolean virtual) {
        return startHead(stage, virtual, () -> token(stage.call(token, () -> {})));
    }

    @Test
    void m10_zero_looksAndNeverBlocks() throws Exception {
        Task<Integer> looker = start(() -> {
            for (int i = 0; i < 1_500; i++) { // a source that blocked for 100 ms each time would be taken to hang
                assertThat(raw.receive(Duration.ZERO)).isNull();
            }
            return 0;
        });
        looker.get();
        deliver(raw, 7);
        var got = new ArrayList<M>();
        await().untilAsserted(() -> {
            M message = raw.receive(Duration.ZERO);
            if (message != null) {
                got.add(message);
            }
            assertThat(got).hasSize(1);
        });
        assertThat(token(got.get(0))).isEqualTo(7);
    }

    @Test
    void m10_restOfLessThanAMillisecond_ends() throws Exception {
        Task<M> reader = start(() -> raw.receive(Duration.ofNanos(1)));
        assertThat(reader.get()).isNull();
    }

    @Test
    void s13_hugeRest_waitsForTheMessage() throws Exception {
        Task<Integer> reader = start(() -> {
            M message = null;
            while (message == null) {
                message = raw.receive(Duration.ofSeconds(Long.MAX_VALUE, 999_999_999));
            }
            return token(message);
        });
        await().until(() -> reader.isDone() || isBlocked(reader));
        deliver(raw, 7);

        assertThat(reader.get()).isEqualTo(7);
    }

    @Test
    void m10_oneReaderAtATimeThoughNotAlwaysTheSame_getsEveryMessage() throws Exception {
        List<Task<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int base = i * 1_000;
            tasks.add(start(() -> {
                for (int j = 0; j < 150; j++) {
                    assertThat(call(base + j)).isEqualTo(base + j);
                }
                return 150;
            }));
        }
        for (Task<Integer> task : tasks) {
            assertThat(task.get()).isEqualTo(150);
        }
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(900);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void s10_interruptOfTheHeadWhileItReads_leavesTheSourceIntactAndTheOthersAnswered(boolean virtual)
            throws Exception {
        assumeTrue(!virtual || VirtualThreadSupport.exist(), "this JVM has no virtual threads");
        assumeTrue(!virtual || !raw.closedByInterrupt(), "is not to be interrupted on a virtual thread");
        for (int round = 0; round < 20; round++) {
            Task<Integer> head = headFor(1, virtual);
            Task<Integer> waiter = startWaiter(stage, () -> token(stage.call(2, () -> {})));

            head.thread.interrupt();

            assertThat(head.failure()).isInstanceOf(InterruptedException.class);
            await().until(() -> heads(stage, waiter));
            deliver(raw, 2);
            assertThat(waiter.get()).isEqualTo(2);
        }
        assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN);
        assertThat(source.closed).hasValue(0);
        assertThat(call(3)).isEqualTo(3);
    }

    @Test
    void m10_interruptFlagSetOnEntry_leavesAsAnInterruptAtOnce() throws Exception {
        Task<Integer> caller = start(() -> {
            Thread.currentThread().interrupt();
            return token(stage.call(1, () -> {}));
        });
        assertThat(caller.failure()).isInstanceOf(InterruptedException.class);

        Task<Integer> looker = start(() -> {
            Thread.currentThread().interrupt();
            M message = raw.receive(Duration.ZERO); // may say so or not, but may not break
            assertThat(message).isNull();
            return 0;
        });
        try {
            looker.get();
        } catch (Exception e) {
            assertThat(Stream.<Throwable>iterate(e, Objects::nonNull, Throwable::getCause))
                    .hasAtLeastOneElementOfType(InterruptedException.class);
        }
        assertThat(call(3)).isEqualTo(3);
    }

    @Test
    void m10_interruptFlagSetDuringTheRead_doesNotSpin() throws Exception {
        source.hook = rest -> Thread.currentThread().interrupt();
        Task<Integer> caller = start(() -> token(stage.call(1, () -> {})));

        assertThat(caller.failure()).isInstanceOf(InterruptedException.class);
        assertThat(source.reads).hasValue(1);
        source.hook = rest -> {};
        assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN);
        assertThat(call(3)).isEqualTo(3);
    }

    @Test
    void m10_wakeupBeforeDuringOrAfterARead_endsOneReadAndLosesNothing() throws Exception {
        for (int round = 0; round < 5; round++) {
            raw.wakeup(); // before: it sticks, or the source comes back by itself
            Task<M> reader = start(() -> raw.receive(LONG));
            assertThat(reader.get()).isNull();

            Task<M> blocked = start(() -> raw.receive(LONG));
            raw.wakeup();
            raw.wakeup();
            assertThat(blocked.get()).isNull();
        }
        raw.wakeup(); // after: harmless
        assertThat(call(7)).isEqualTo(7);
    }

    @Test
    void s16_closeWhileTheHeadReads_endsTheReadAndClosesOnce() {
        Task<Integer> head = headFor(1, false);
        Task<Integer> waiter = startWaiter(stage, () -> token(stage.call(2, () -> {})));

        stage.close();

        assertThat(head.failure()).isInstanceOf(StageClosedException.class);
        assertThat(waiter.failure()).isInstanceOf(StageClosedException.class);
        assertThat(source.closed).hasValue(1);
        raw.wakeup(); // late, and harmless
    }

    @Test
    void m10_messageThatComesTooLate_isLateForTheNextHead() throws Exception {
        try (Ticket<Integer, M> ticket = stage.ticket(1)) {
            assertThatThrownBy(() -> ticket.await(Duration.ofMillis(1))).isInstanceOf(StageTimeoutException.class);
        }
        deliver(raw, 1);
        assertThat(call(2)).isEqualTo(2);

        assertThat(count(stage, MessageOutcome.LATE)).isEqualTo(1);
    }
}
