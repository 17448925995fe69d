package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Interleavings that a hunt for races found: mailboxes seen without their lock, and a keeper that is recalled, relieved, or asked. */
class StageRaceTests extends NoteFixture {

    private static final class Open implements Flow.Subscriber<Note> {
        volatile Flow.Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(Note note) {}

        @Override
        public void onError(Throwable thrown) {}

        @Override
        public void onComplete() {}
    }

    // a look without the lock sees a mailbox of one empty while its message is replaced

    @Test
    void s2_mailboxOfOneWhoseMessageIsReplaced_isNeverSeenEmpty() throws Exception {
        var room = new Mailroom<Integer, Note>(
                new TokenMemory<>(System::nanoTime, null, null, MessageOutcome.UNKNOWN),
                System::nanoTime,
                1,
                Overflow.DROP_OLDEST);
        var box = new LooseMailbox<Integer, Note>(room.lockFor(1));
        var note = new Note(1, "x");
        room.offer(1, box, note, 0);
        Task<Void> head = start(() -> {
            for (int i = 0; i < 3_000_000; i++) {
                room.offer(1, box, note, i);
            }
            return null;
        });
        long looks = 0;
        long seenEmpty = 0;
        while (!head.isDone()) {
            looks++;
            seenEmpty += box.isEmpty() ? 1 : 0;
        }
        head.get();
        assertThat(seenEmpty).as("of %d looks", looks).isZero();
    }

    // a keeper that is switched off is not told that the last asynchronous wait has ended

    @Test
    void keeperThatIsOffAndQueues_endsWithTheLastStream() throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder);
        Task<Note> caller = startHead(stage, () -> stage.call(1, () -> {}));
        try {
            stage.keeper(Keeper.IDLE);
            var open = new Open();
            stage.messages(2).subscribe(open);
            stage.keeper(Keeper.OFF);
            untilKeeperIsParked(stage); // all that has recalled it is over, and it has queued again

            open.subscription.cancel();

            await().untilAsserted(() ->
                    assertThat(keepers(stage)).isEmpty()); // and not when the caller leaves, in an hour perhaps
        } finally {
            add(1, "answer");
            caller.get();
        }
    }

    @Test
    void keeperThatIsOff_doesNotPauseForTheIdleTimeIfTheLastStreamEndsAsItLooks() throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder.keeperIdle(Duration.ofHours(1)));
        Task<Note> caller = startHead(stage, () -> stage.call(1, () -> {}));
        try {
            stage.keeper(Keeper.IDLE);
            var open = new Open();
            stage.messages(2).subscribe(open);
            untilKeeperIsParked(stage);
            // it is needed, says goesOn(); and before turn() asks for which wait, it looks at the clock for hasFailed()
            clock.whenLooking(
                    keepers(stage).get(0), () -> keeperLooksFrom("hasFailed"), () -> open.subscription.cancel());

            stage.keeper(Keeper.OFF);

            await().untilAsserted(
                            () -> assertThat(stage.snapshot(0).role().tickets()).isEqualTo(1));
            add(1, "answer");
            caller.get();
            await().untilAsserted(() -> assertThat(keepers(stage)).isEmpty());
        } finally {
            clock.advance(Duration.ofHours(2));
        }
    }

    // a head finds a ticket that its taker has not been given yet

    @Test
    void m4_messageThatFailsTheCheckOfATicketThatIsBeingTaken_isForeign() throws Exception {
        Stage<Integer, Note> stage = stage();
        var box = new Call<Integer, Note>(stage.parts, 2, note -> false, false, null);
        // as register() does, of which a head finds this half done
        stage.parts.bare.register(2, box);
        try {
            add(2, "forged");

            Note own = stage.call(1, () -> add(1, "own"));

            assertThat(own.text()).isEqualTo("own");
            assertThat(unclaimed).singleElement().satisfies(left -> {
                assertThat(left.outcome()).isEqualTo(MessageOutcome.FOREIGN);
                assertThat(left.token()).isEqualTo(box.token());
            });
        } finally {
            box.giveBack();
        }
    }

    // a duplicate takes a place while it is refused

    @Test
    void m2_ticketForAFreePlace_isNotRefusedForADuplicateThatIsBeingRefused() throws Exception {
        var slow = new AtomicReference<Runnable>();
        record Token(String text, AtomicReference<Runnable> hook) {
            @Override
            public boolean equals(Object other) {
                Runnable once = hook.getAndSet(null);
                if (once != null) {
                    once.run();
                }
                return other instanceof Token token && token.text.equals(text);
            }

            @Override
            public int hashCode() {
                return text.hashCode();
            }
        }
        Stage<Token, Note> stage =
                build(Stage.<Token, Note>builder("post", Token.class, source, note -> new Token(note.text(), slow))
                        .maxTickets(2));
        var refused = new AtomicReference<Throwable>();
        try (Ticket<Token, Note> held = stage.ticket(new Token("a", slow))) {
            slow.set(() -> {
                Task<Void> other = start(() -> {
                    stage.ticket(new Token("b", slow)).close(); // the second of two
                    return null;
                });
                try {
                    other.get();
                } catch (Exception e) {
                    refused.set(e);
                }
            });
            try {
                stage.ticket(new Token("a", slow));
            } catch (IllegalStateException expected) {
                assertThat(expected).hasMessageContaining("live ticket");
            }
            assertThat(held.token().text()).isEqualTo("a");
        }
        assertThat(refused.get()).isNull();
    }

    // recalls that come faster than the keeper's turns keep it from a role that is free

    @Test
    void s3_keeperForWhomCallsComeQuicklyOneAfterTheOther_takesAFreeRole() throws Exception {
        Stage<Integer, Note> stage = timed(builder ->
                builder.keeper(Keeper.IDLE).keeperIdle(Duration.ofHours(1)).timer(new ManualTimer()));
        await().untilAsserted(() -> assertThat(keepers(stage)).hasSize(1));
        Thread keeper = keepers(stage).get(0);
        List<CompletableFuture<Note>> futures = new CopyOnWriteArrayList<>();
        var nested = new AtomicInteger();
        var turns = new AtomicInteger();
        clock.beforeReading = () -> { // another call before it asks for the role, each time
            if (Thread.currentThread() == keeper && turns.get() < 1_000 && nested.getAndIncrement() == 0) {
                try {
                    int token = turns.incrementAndGet();
                    futures.add(stage.callAsync(token, () -> {}));
                } finally {
                    nested.set(0);
                }
            } else if (Thread.currentThread() == keeper) {
                nested.decrementAndGet();
            }
        };
        var readAfter = new AtomicInteger(-1);
        source.hook = rest -> readAfter.compareAndSet(-1, turns.get());
        CompletableFuture<Note> first = stage.callAsync(0, () -> {});
        await().untilAsserted(() -> assertThat(readAfter.get()).isNotNegative());
        clock.beforeReading = () -> {};
        first.cancel(true);
        futures.forEach(future -> future.cancel(true));
        assertThat(readAfter.get()).as("calls that came before the first read").isLessThan(100);
    }

    @Test
    void keeperThatQueues_isNotWokenForEachCallThatComes() throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder.timer(new ManualTimer()));
        Task<Note> caller = startHead(stage, () -> stage.call(-1, () -> {}));
        stage.keeper(Keeper.IDLE);
        CompletableFuture<Note> first = stage.callAsync(0, () -> {});
        untilKeeperIsParked(stage);
        Thread keeper = keepers(stage).get(0);
        int before = clock.wakeUps(keeper);
        List<CompletableFuture<Note>> futures = new CopyOnWriteArrayList<>();
        for (int i = 1; i <= 100; i++) {
            futures.add(stage.callAsync(i, () -> {}));
        }
        int times = clock.wakeUps(keeper) - before;
        first.cancel(true);
        futures.forEach(future -> future.cancel(true));
        add(-1, "answer");
        caller.get();
        assertThat(times).isZero();
    }

    // a caller that asked while an attempt was under way has been told by its failure, and is tried for all the same

    @Test
    void callerDuringAReopeningThatFails_doesNotMakeAnotherWithoutAPause() throws Exception {
        Stage<Integer, Note> stage =
                strictlyTimed(builder -> builder.keeper(Keeper.ALWAYS).onFailure(OnFailure.REOPEN));
        var cause = new IOException("cable cut");
        var attempts = new AtomicInteger();
        source.hook = rest -> { // an attempt to connect that takes longer than a second, with a call meanwhile
            if (stage.snapshot(0).role().state() == io.github.exitleft.BareSnapshot.State.FAILED
                    && attempts.incrementAndGet() <= 20) {
                clock.advance(Duration.ofSeconds(2));
                Task<Void> caller = start(() -> {
                    stage.ticket(1).close();
                    return null;
                });
                caller.get();
            }
            throw cause;
        };
        source.wakeup();
        untilKeeperPauses(stage, Duration.ofMillis(100));

        clock.advance(Duration.ofMillis(100));

        untilKeeperPauses(stage, Duration.ofMillis(200));
        assertThat(attempts).hasValue(1);
    }

    // a keeper's thread that has died is never replaced

    @Test
    void keeperThatDied_isReplacedWhenItIsNeeded() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder.keeper(Keeper.IDLE));
        await().untilAsserted(() -> assertThat(keepers(stage)).hasSize(1));
        var thrown = new AtomicInteger();
        clock.beforeReading = () -> { // such as for no memory; once for what it does, once for what it says of that
            if (Thread.currentThread().getName().startsWith("exit-left keeper")) {
                thrown.incrementAndGet();
                Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> {});
                throw new OutOfMemoryError("simulated");
            }
        };
        java.util.logging.Logger logger = java.util.logging.Logger.getLogger(Stage.class.getName());
        var full = new java.util.logging.Handler() {
            @Override
            public void publish(java.util.logging.LogRecord event) {
                throw new OutOfMemoryError("simulated");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(full);
        try {
            await().until(() ->
                    thrown.get() > 1 || thrown.get() == 1 && keepers(stage).isEmpty()); // it lives on, or has died
        } finally {
            logger.removeHandler(full);
            clock.beforeReading = () -> {};
        }

        CompletableFuture<Note> future = stage.callAsync(1, () -> add(1, "answer"));

        try {
            assertThat(Patience.get(future).text()).isEqualTo("answer");
        } finally {
            future.cancel(true);
        }
    }
}
