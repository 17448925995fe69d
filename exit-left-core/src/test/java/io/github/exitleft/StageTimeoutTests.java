package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Timeouts that help (M7), stamps (M8), and callbacks that misbehave (M9). */
class StageTimeoutTests extends NoteFixture {

    private static final CallOptions<Note> TWO_SECONDS =
            CallOptions.<Note>defaults().timeout(Duration.ofSeconds(2));

    private static final CallOptions<Note> NO_TIME =
            CallOptions.<Note>defaults().timeout(Duration.ZERO);

    @Test
    void m7_timeoutOfAHead_saysWhatItWaitedForAndWhatCameInstead() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        stage.call(5, () -> add(5, "before"));
        Task<Received<Note>> head = startHead(stage, () -> {
            try (Ticket<Integer, Note> ticket =
                    stage.ticket(1, note -> note.text().equals("true"))) {
                return ticket.await(Duration.ofSeconds(2));
            }
        });
        add(1, "false");
        add(7, "unknown");
        queue.add(new Note(null, "unreadable"));
        await().untilAsserted(() -> assertThat(source.received).hasValue(4));
        pass(Duration.ofMillis(2_000));

        assertThat(head.failure())
                .isInstanceOf(StageTimeoutException.class)
                .hasMessage(
                        "no message in 2000 ms for the ticket for token '1' of stage 'post'; this thread was the"
                                + " head; 3 messages received meanwhile (3 unclaimed: 1 unknown, 1 unreadable), 1 refused by this ticket's check");
    }

    @Test
    void m7_timeoutOfAWaiter_namesTheHead() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        Task<Note> waiter = startWaiter(stage, () -> stage.call(2, TWO_SECONDS, () -> {}));
        add(7, "unknown");
        await().untilAsserted(() -> assertThat(unclaimed).hasSize(1));
        clock.advance(Duration.ofSeconds(2));

        assertThat(waiter.failure())
                .isInstanceOf(StageTimeoutException.class)
                .hasMessage(
                        "no message in 2000 ms for the ticket for token '2' of stage 'post'; thread '"
                                + head.thread.getName()
                                + "' is the head; 1 message received meanwhile (1 unclaimed: 1 unknown, 0 unreadable), 0 refused by this ticket's check");
        add(1, "done");
        head.get();
    }

    @Test
    void m7_floodOfOthersMessages_doesNotDelayTheHeadsTimeout() {
        Stage<Integer, Note> stage = timed(builder -> builder);
        source.hook = rest -> {
            add(5, "flood");
            clock.advance(Duration.ofMillis(1));
        };

        assertThatThrownBy(() -> stage.call(1, TWO_SECONDS, () -> {}))
                .isInstanceOfSatisfying(
                        StageTimeoutException.class,
                        thrown -> assertThat(thrown.waited()).isEqualTo(Duration.ofSeconds(2)));
        assertThat(source.reads).hasValue(2_000);
    }

    @Test
    void m7_floodOfOthersMessages_doesNotDelayAWaitersTimeout() throws Exception {
        Stage<Integer, Note> stage = stage();
        var flood = new AtomicBoolean(true);
        source.hook = rest -> {
            if (flood.get()) {
                add(5, "flood");
            }
        };
        Task<Note> head = start(() -> stage.call(1, () -> {}));
        await().until(() -> heads(stage, head));
        var options = CallOptions.<Note>defaults().timeout(Duration.ofMillis(20));

        assertThatThrownBy(() -> stage.call(2, options, () -> {})).isInstanceOf(StageTimeoutException.class);

        assertThat(head.isDone()).isFalse();
        flood.set(false);
        add(1, "done");
        head.get();
    }

    @Test
    void m7_floodOfOthersMessages_doesNotHoldALookForEver() {
        Stage<Integer, Note> stage = stage(builder -> builder.drain(4));
        source.hook = rest -> add(5, "flood");
        try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
            assertThatThrownBy(() -> ticket.await(Duration.ZERO)).isInstanceOf(StageTimeoutException.class);
        }
        assertThat(source.reads).hasValue(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"reader", "check", "unclaimed", "headChanged"})
    void m7_headThatHangsInACallback_holdsNoWaiterPastItsDeadline(String callback) throws Exception {
        var gate = new CountDownLatch(1);
        var hanging = new AtomicReference<Thread>();
        Runnable hang = () -> {
            hanging.set(Thread.currentThread());
            StageTicketTests.awaitUninterruptibly(gate);
        };
        clock.restless = true;
        Stage<Integer, Note> stage = build(Stage.<Integer, Note>builder("post", Integer.class, source, note -> {
                    if (callback.equals("reader")) {
                        hang.run();
                    }
                    return note.token();
                })
                .defaultTimeout(LONG)
                .seam(bare -> bare.parker(clock)));
        stage.addListener(new StageListener<Integer, Note>() {
            @Override
            public void unclaimed(Unclaimed<? extends Integer, ? extends Note> left) {
                if (callback.equals("unclaimed")) {
                    hang.run();
                }
            }

            @Override
            public void headChanged(Thread head) {
                if (callback.equals("headChanged")) {
                    hang.run();
                }
            }
        });
        Task<Note> head = start(() -> stage.call(
                1,
                note -> {
                    if (callback.equals("check")) {
                        hang.run();
                    }
                    return true;
                },
                () -> {
                    add(99, "unknown");
                    add(1, "mine");
                }));
        await().untilAsserted(() -> assertThat(hanging.get()).isSameAs(head.thread));
        Task<Note> waiter = startWaiter(stage, () -> stage.call(2, TWO_SECONDS, () -> {}));
        Task<Note> second = startWaiter(stage, () -> stage.call(3, TWO_SECONDS, () -> {}));
        try (var log = new LogCapture("io.github.exitleft")) {
            clock.advance(Duration.ofSeconds(2));
            assertThat(waiter.failure()).isInstanceOf(StageTimeoutException.class);
            assertThat(second.failure()).isInstanceOf(StageTimeoutException.class);
            assertThat(log.lines()).isEmpty();

            for (int i = 0; i < 3; i++) {
                clock.advance(Duration.ofSeconds(4));
                int token = 4 + i;
                assertThatThrownBy(() -> stage.call(token, NO_TIME, () -> {}))
                        .isInstanceOf(StageTimeoutException.class);
            }
            assertThat(stage.snapshot(0).unattended()).isEqualTo(Duration.ofSeconds(14));
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("WARNING source of stage 'post' is unattended")
                    .contains(head.thread.getName());
        } finally {
            gate.countDown();
        }
        assertThat(head.get().text()).isEqualTo("mine");
        assertThat(stage.snapshot(0).unattended()).isZero();
    }

    @Test
    void m7_timeoutUnderAHeadThatHangs_saysForHowLongThatHasNotRead() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        var gate = new CountDownLatch(1);
        var inside = new CountDownLatch(1);
        Task<Note> head = start(() -> stage.call(
                1,
                note -> {
                    inside.countDown();
                    StageTicketTests.awaitUninterruptibly(gate);
                    return true;
                },
                () -> add(1, "mine")));
        inside.await();
        clock.advance(Duration.ofSeconds(1));
        Task<Note> waiter = startWaiter(stage, () -> stage.call(2, TWO_SECONDS, () -> {}));
        clock.advance(Duration.ofSeconds(2));

        assertThat(waiter.failure())
                .hasMessageContaining(
                        "; thread '" + head.thread.getName() + "' is the head and has not read for 3000 ms;");
        gate.countDown();
        head.get();
    }

    @Test
    void m9_unattendedAgain_isLoggedAgain() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder.reuse(Reuse.ALLOW));
        try (var log = new LogCapture("io.github.exitleft")) {
            for (int i = 1; i <= 2; i++) {
                var gate = new CountDownLatch(1);
                var inside = new CountDownLatch(1);
                Task<Note> head = start(() -> stage.call(
                        1,
                        note -> {
                            inside.countDown();
                            StageTicketTests.awaitUninterruptibly(gate);
                            return true;
                        },
                        () -> add(1, "mine")));
                inside.await();
                Task<Note> waiter = startWaiter(stage, () -> stage.call(2, () -> {}));
                clock.advance(LONG);
                waiter.failure();
                clock.advance(Duration.ofSeconds(1)); // a silence is believed in when it is seen again
                assertThatThrownBy(() -> stage.call(3, NO_TIME, () -> {})).isInstanceOf(StageTimeoutException.class);
                gate.countDown();
                head.get();
                assertThat(log.lines()).hasSize(i);
            }
        }
    }

    @Test
    void unattendedWithoutWaiters_isZeroHoweverLong() {
        Stage<Integer, Note> stage = timed(builder -> builder);
        clock.advance(Duration.ofDays(1));

        assertThat(stage.snapshot(0).unattended()).isZero();
    }

    @Test
    void m7_timeoutAfterAMessageThatTheSourceCouldNotRead_countsIt() {
        Stage<Integer, Note> stage = stage();
        source.hook = rest -> {
            source.hook = more -> {};
            throw new UnreadableMessageException("torn", null);
        };

        assertThatThrownBy(() -> stage.call(1, NO_TIME, () -> {}))
                .isInstanceOf(StageTimeoutException.class)
                .hasMessageContaining("; 1 message received meanwhile (1 unclaimed: 0 unknown, 1 unreadable)");
    }

    @Test
    void b5_headOfASourceThatWasReadLongAgo_isSilentNoLongerThanItHeads() throws Exception {
        source.patient = true;
        Stage<Integer, Note> stage = timed(builder -> builder);
        clock.advance(Duration.ofDays(1));
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        clock.advance(Duration.ofSeconds(1));

        assertThat(stage.snapshot(0).unattended()).isEqualTo(Duration.ofSeconds(1));
        add(1, "done");
        head.get();
    }

    @Test
    void b5_headThatReadsAnIdleSource_attendsToItAtLeastOnceASecond() throws Exception {
        source.patient = true;
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        assertThat(source.asked.peek()).isEqualTo(Duration.ofSeconds(1));
        clock.advance(Duration.ofSeconds(1));
        assertThat(stage.snapshot(0).unattended()).isEqualTo(Duration.ofSeconds(1));
        passUnnoticed(Duration.ZERO);

        assertThat(stage.snapshot(0).unattended()).isZero();
        add(1, "done");
        head.get();
    }

    @Test
    void m8_stamp_isWhenTheHeadReceivedItAndNotWhenItsOwnerTookIt() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        try (Ticket<Integer, Note> one = stage.ticket(1);
                Ticket<Integer, Note> two = stage.ticket(2)) {
            long first = clock.nanoTime() + 5_000;
            source.hook = rest -> {
                if (!rest.isZero()) {
                    clock.advance(Duration.ofNanos(5_000)); // the time it takes to read
                }
            };
            add(2, "filed");
            add(1, "own");
            assertThat(one.await().receivedAt()).isEqualTo(first + 5_000);
            clock.advance(Duration.ofSeconds(3));

            assertThat(two.await().receivedAt()).isEqualTo(first);
        }
    }

    @Test
    void m9_checkThatThrows_makesTheMessageForeignAndIsCounted() throws Exception {
        Stage<Integer, Note> stage = stage();
        var thrown = new AssertionError("check");
        var first = new AtomicBoolean(true);
        Note reply = stage.call(
                1,
                note -> {
                    if (first.getAndSet(false)) {
                        throw thrown;
                    }
                    return true;
                },
                () -> {
                    add(1, "unlucky");
                    add(1, "lucky");
                });

        assertThat(reply.text()).isEqualTo("lucky");
        assertThat(unclaimed).singleElement().satisfies(left -> {
            assertThat(left.outcome()).isEqualTo(MessageOutcome.FOREIGN);
            assertThat(left.cause()).isSameAs(thrown);
        });
        assertThat(stage.snapshot(0).role().callbackFailures()).isEqualTo(1);
    }

    @Test
    void m9_listenerThatThrows_isCountedAndBreaksNothing() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder);
        var thrower = new StageListener<Integer, Note>() {
            @Override
            public void unclaimed(Unclaimed<? extends Integer, ? extends Note> left) {
                throw new IllegalStateException("unclaimed");
            }

            @Override
            public void exited(Outcome outcome, Duration waited) {
                throw new AssertionError("exited");
            }

            @Override
            public void headChanged(Thread head) {
                throw new IllegalStateException("headChanged");
            }
        };
        stage.addListener(thrower);

        Note reply;
        try (var log = new LogCapture("io.github.exitleft")) {
            reply = stage.call(1, () -> {
                add(9, "unknown");
                add(1, "mine");
            });
            assertThat(log.lines())
                    .as("the first only")
                    .singleElement(STRING)
                    .startsWith("WARNING ")
                    .contains("stage 'post' threw java.lang.IllegalStateException: headChanged");
        }

        assertThat(reply.text()).isEqualTo("mine");
        assertThat(unclaimedOutcomes()).as("the other listener").containsExactly(MessageOutcome.UNKNOWN);
        assertThat(stage.snapshot(0).role().callbackFailures()).isEqualTo(3);
    }
}
