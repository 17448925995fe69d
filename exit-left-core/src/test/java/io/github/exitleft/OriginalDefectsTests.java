package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.DatagramTokens;
import io.github.exitleft.udp.UdpSocket;
import io.github.exitleft.udp.UdpSource;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What the original, the Rust crate exit_left, gets wrong: one test for each defect. */
class OriginalDefectsTests extends Steered {

    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration HUGE = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);

    @Test
    void promotion_isNotLostToATimedOutWaiter() throws Exception {
        parker.virtual = false; // a waiter that looks at the clock itself
        var head = head();
        var other = waiter("other", LONG);
        var late = waiter("late", SHORT);
        // its time is up, it has looked at the clock and not yet left, and now the head leaves and chooses it
        parker.whenLooking(late.thread, () -> {
            commands.add(director -> true);
            await().until(head::isDone);
        });
        parker.advance(SHORT);

        assertThat(late.result()).isEqualTo(finished("headed by late"));
        assertThat(other.result()).as("there is a head while it waits").isEqualTo(finished("headed by other"));

        var second = head();
        var next = waiter("next", LONG);
        var gone = waiter("gone", SHORT);
        parker.advance(SHORT); // and one that has left is not chosen
        assertThat(gone.result()).isEqualTo(timedOut());
        leave(second);
        assertThat(next.result()).isEqualTo(finished("headed by next"));
    }

    @Test
    void headThatSignalsItsOwnToken_doesNotPanic() throws Exception {
        try (var ticket = stage.ticket("own")) {
            Exit<String> exit = stage.enter(ticket, LONG, director -> {
                assertThat(director.signal("own")).isTrue();
                assertThat(director.route("own", buffer -> buffer.add("for myself")))
                        .isTrue();
                return "still here";
            });
            assertThat(exit).isEqualTo(finished("still here"));
        }
    }

    @Test
    void token_isNotTakenTwiceAfterASignal() throws Exception {
        var head = head();
        var owner = stage.ticket("a");
        signal("a");
        assertThatThrownBy(() -> stage.ticket("a"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("live ticket");
        assertThat(stage.enter(owner, LONG, director -> "headed")).isEqualTo(signalled());
        assertThatThrownBy(() -> stage.ticket("a")).isInstanceOf(IllegalStateException.class);
        owner.close();
        stage.ticket("a").close();
        leave(head);
    }

    @Test
    void signalInTheLastMicrosecondsBeforeTheDeadline_decides() throws Exception {
        var head = head();
        var waiter = waiter("w", SHORT);
        parker.hold(waiter.thread); // signalled in time, but it wakes up late
        signal("w");
        parker.advance(SHORT);
        parker.release(waiter.thread);
        assertThat(waiter.result()).isEqualTo(signalled());
        leave(head);
    }

    @Test
    void signalInTheLastMicrosecondsInRealTime_decides() throws Exception {
        var real = BareStage.<String, Object, Object>builder("real", "", "").build();
        var deadline = new AtomicLong();
        var over = new AtomicLong();
        var signalledAt = new AtomicLong();
        var ready = new CountDownLatch(1);
        var head = Actor.start("head", () -> {
            try (var ticket = real.ticket("head")) {
                return real.enter(ticket, LONG, director -> {
                    ready.countDown();
                    for (long last = 0; over.get() == 0; Thread.onSpinWait()) {
                        long present = deadline.get();
                        if (present != last && present - System.nanoTime() < 40_000) {
                            last = present;
                            director.signal("w");
                            signalledAt.set(System.nanoTime());
                        }
                    }
                    return "over";
                });
            }
        });
        ready.await();
        int inTime = 0;
        for (int i = 0; i < 300 || inTime == 0; i++) {
            try (var ticket = real.ticket("w")) {
                signalledAt.set(0);
                long until = real.deadline(Duration.ofNanos(300_000));
                deadline.set(until);
                Exit<String> exit = real.enterUntil(ticket, until, director -> "headed");
                while (signalledAt.get() == 0 && !head.isDone()) {
                    Thread.onSpinWait();
                }
                if (signalledAt.get() - until < 0) {
                    inTime++;
                    assertThat(exit)
                            .as("signalled %d ns before the deadline", until - signalledAt.get())
                            .isInstanceOf(Exit.Signalled.class);
                }
            }
        }
        over.set(1);
        head.result();
    }

    @Test
    void wakeUpAfterReTicketing_isNotSwallowed() throws Exception {
        var former = stage.ticket("a");
        var head = head();
        signal("a"); // for the former owner, which never looks
        former.close();
        var present = Actor.startWaiting(stage, "present", () -> {
            try (var ticket = stage.ticket("a")) {
                return stage.enter(ticket, LONG, director -> "headed");
            }
        });
        former.close(); // late and again: the token is another's by now
        assertThat(present.isDone()).isFalse();
        signal("a");
        assertThat(present.result()).isEqualTo(signalled());
        leave(head);
    }

    @Test
    void ticketOfAnotherStage_isRefused() {
        var other = build(Promotion.NEWEST);
        try (var ticket = other.ticket("a")) {
            assertThatThrownBy(() -> stage.enter(ticket, LONG, director -> "headed"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("'a'", "'test'");
        }
    }

    @Test
    void head_knowsItsTime() throws Exception {
        var head = head();
        var promoted = Actor.startWaiting(stage, "promoted", () -> {
            try (var ticket = stage.ticket("promoted")) {
                return stage.enter(ticket, Duration.ofSeconds(3), director -> {
                    // of its three seconds it has waited for one
                    assertThat(director.remaining()).isEqualTo(Duration.ofSeconds(2));
                    parker.advance(Duration.ofSeconds(5));
                    assertThat(director.remaining()).isEqualTo(Duration.ZERO);
                    return director.<String>outOfTime();
                });
            }
        });
        parker.advance(SHORT);
        leave(head);
        assertThat(promoted.result()).isEqualTo(timedOut());
    }

    @Test
    void durationNearInfinity_saturates() throws Exception {
        var head = Actor.start("head", () -> {
            try (var ticket = stage.ticket("head")) {
                return stage.enter(ticket, HUGE, director -> {
                    assertThat(director.remaining()).isGreaterThan(Duration.ofDays(36_500));
                    while (!commands.take().run(director)) {
                        Thread.onSpinWait();
                    }
                    return "head";
                });
            }
        });
        await().until(() -> stage.snapshot(0).head() != null);
        var waiter = waiter("w", HUGE);
        parker.advance(Duration.ofDays(36_500));
        assertThat(waiter.isDone()).isFalse();
        signal("w");
        assertThat(waiter.result()).isEqualTo(signalled());
        leave(head);
    }

    @Test
    void entryFromInsideTheHead_isRefused() throws Exception {
        var head = Actor.start("head", () -> {
            try (var ticket = stage.ticket("outer");
                    var inner = stage.ticket("inner")) {
                return stage.enter(ticket, LONG, director -> {
                    assertThatThrownBy(() -> stage.enter(inner, LONG, again -> "deadlock"))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContainingAll("'test'", "inside");
                    return "outer";
                });
            }
        });
        assertThat(head.result()).isEqualTo(finished("outer"));
    }

    @Test
    void cost_doesNotGrowWithTheNumberOfTickets() throws Exception {
        assertThat(looksAtTokensAmong(50_000)).isLessThanOrEqualTo(2 * looksAtTokensAmong(10));
    }

    @Test
    void waiters_canBeReleased() throws Exception {
        var head = head();
        List<Actor<?>> waiters = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            waiters.add(waiter("w" + i, HUGE));
        }
        stage.close();
        for (Actor<?> waiter : waiters) {
            assertThat(waiter.thrown()).isInstanceOf(StageClosedException.class);
        }
        assertThat(head.result()).isEqualTo(finished("head"));
        assertThat(closedResources).hasSize(1);
    }

    @Test
    void stalePermits_endNoWait() throws Exception {
        var head = head();
        var waiter = Actor.startWaiting(stage, "w", () -> {
            LockSupport.unpark(Thread.currentThread()); // left over from whatever this thread did before
            try (var ticket = stage.ticket("w")) {
                return stage.enter(ticket, LONG, director -> "headed");
            }
        });
        for (int i = 0; i < 10; i++) {
            var looked = new CountDownLatch(1);
            parker.whenLooking(waiter.thread, looked::countDown);
            await().until(() -> {
                LockSupport.unpark(waiter.thread); // a stranger's; it makes the waiter look, and wait on
                return looked.getCount() == 0;
            });
        }
        assertThat(waiter.isDone()).isFalse();
        assertThat(stage.snapshot(0).waiters()).isEqualTo(1);
        signal("w");
        assertThat(waiter.result()).isEqualTo(signalled());
        leave(head);
    }

    @Test
    void interrupt_doesNotCloseTheSocket() throws Exception {
        UdpSource source =
                UdpSource.builder().address(InetAddress.getLoopbackAddress()).open();
        byte[] seven = {0, 0, 0, 7};
        try (Stage<Integer, Datagram> udp = Stage.<Integer, Datagram>builder(
                        "udp", Integer.class, source, DatagramTokens.at(Integer.class, 0, 4))
                .reuse(Reuse.ALLOW)
                .defaultTimeout(Patience.FOR_EVER)
                .build()) {
            UdpSocket socket = udp.backdoor(UdpSocket.class);
            for (int i = 0; i < 5; i++) {
                int heads = 10 + i;
                int waits = 20 + i;
                var head = Actor.start("head", () -> udp.call(heads, () -> {}));
                await().until(() -> udp.snapshot(0).role().head() != null);
                var waiter = Actor.start("waiter", () -> udp.call(waits, () -> {}));
                await().until(() -> udp.snapshot(0).role().waiters() == 1);
                waiter.thread.interrupt();
                assertThat(waiter.thrown()).isInstanceOf(InterruptedException.class);
                head.thread.interrupt();
                assertThat(head.thrown()).isInstanceOf(InterruptedException.class);
            }
            var sender = Actor.start("sender", () -> {
                Thread.currentThread().interrupt();
                socket.send(source.localAddress(), seven);
                return Thread.interrupted();
            });
            assertThat(sender.result()).isTrue();
            try (var ticket = udp.ticket(7)) {
                socket.send(source.localAddress(), seven);
                assertThat(ticket.await().message().length()).isEqualTo(4);
            }
            assertThat(udp.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN);
        }
    }
}
