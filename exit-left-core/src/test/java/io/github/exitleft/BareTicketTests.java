package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Tickets, and what may not be done with stage and director: rules S5 to S7, S11 and S12. */
class BareTicketTests extends Steered {

    @Test
    void s5_signalBetweenTicketAndEntry_isKept() throws Exception {
        var head = head();
        try (var ticket = stage.ticket("early")) {
            signal("early");
            assertThat(stage.enter(ticket, LONG, director -> "headed")).isEqualTo(signalled());
        }
        leave(head);
    }

    @Test
    void s5_earlySignal_endsTheEntryToAnIdleStageToo() throws Exception {
        var head = head();
        try (var ticket = stage.ticket("early")) {
            signal("early");
            leave(head);
            assertThat(stage.enter(ticket, LONG, director -> "headed")).isEqualTo(signalled());
        }
    }

    @Test
    void s6_formerOwner_doesNotTouchATokenTakenAgain() throws Exception {
        var former = stage.ticket("a");
        former.close();
        var present = stage.ticket("a");
        former.close();
        assertThatThrownBy(() -> stage.ticket("a")).isInstanceOf(IllegalStateException.class);
        var head = head();
        signal("a");
        assertThat(stage.enter(present, LONG, director -> "headed")).isEqualTo(signalled());
        leave(head);
        present.close();
        assertThat(stage.snapshot(0).tickets()).isZero();
    }

    @Test
    void s7_token_isFreeWhenCloseReturnsAlsoIfAnotherThreadIsInTheMiddleOfClosing() throws Exception {
        var inTheMiddle = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var head = head();
        var ticket = stage.ticket("a");
        var waiter = Actor.startWaiting(stage, "a", () -> stage.enter(ticket, LONG, director -> "never"));
        parker.beforeWaking = () -> { // called by the thread that has closed the ticket, and not freed its token yet
            parker.beforeWaking = () -> {};
            inTheMiddle.countDown();
            await().until(() -> goOn.getCount() == 0);
        };
        var canceller = Actor.start("canceller", () -> {
            ticket.close();
            return "closed";
        });
        await().until(() -> inTheMiddle.getCount() == 0);
        ticket.close();
        var again = stage.ticket("a");
        goOn.countDown();
        assertThat(canceller.result()).isEqualTo("closed");
        assertThat(waiter.thrown()).isInstanceOf(CancellationException.class);
        assertThat(stage.snapshot(0).tickets())
                .as("the present one is not touched, beside that of the head")
                .isEqualTo(2);
        assertThatThrownBy(() -> stage.ticket("a")).hasMessageContaining("live ticket");
        again.close();
        leave(head);
    }

    @Test
    void s6_headWithAFormerOwnersTicket_doesNotSignalThePresentOne() throws Exception {
        var former = stage.ticket("a");
        var head = head();
        tellHead(director -> {
            var found = director.find("a");
            assertThat(found).isSameAs(former);
            former.close();
            try (var present = stage.ticket("a")) {
                assertThat(director.signal(found)).isFalse();
                assertThat(present.signalPending).isFalse();
            }
            return false;
        });
        leave(head);
    }

    @Test
    void s7_secondTicketForALiveToken_isRefusedUntilTheFirstIsClosed() {
        try (var ticket = stage.ticket("a")) {
            assertThat(ticket.token()).isEqualTo("a");
            assertThatThrownBy(() -> stage.ticket("a"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("'a'", "'test'", "live ticket");
        }
        stage.ticket("a").close();
    }

    @Test
    void s7_signal_doesNotEndATicketsLifeAndSignalsBetweenEntriesCoalesce() throws Exception {
        var head = head();
        try (var ticket = stage.ticket("a")) {
            for (int i = 0; i < 3; i++) {
                signal("a");
                signal("a");
                assertThat(stage.enter(ticket, LONG, director -> "headed")).isEqualTo(signalled());
            }
            assertThat(stage.enter(ticket, java.time.Duration.ZERO, director -> "headed"))
                    .isEqualTo(timedOut());
            assertThatThrownBy(() -> stage.ticket("a")).isInstanceOf(IllegalStateException.class);
        }
        leave(head);
    }

    @Test
    void s7_foreignTicket_isRefused() {
        var other = build(Promotion.OLDEST);
        try (var ticket = other.ticket("a")) {
            assertThatThrownBy(() -> stage.enter(ticket, LONG, director -> "headed"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("'a'", "'test'");
        }
    }

    @Test
    void s7_secondThreadOnATicket_isRefusedAndTheFirstStays() throws Exception {
        var head = head();
        var ticket = stage.ticket("a");
        var first = Actor.startWaiting(stage, "first", () -> stage.enter(ticket, LONG, director -> "headed"));
        assertThatThrownBy(() -> stage.enter(ticket, LONG, director -> "headed"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("'a'", "'test'", "'first'");
        signal("a");
        assertThat(first.result()).isEqualTo(signalled());
        ticket.close();
        leave(head);
    }

    @Test
    void s7_closedTicket_isRefusedAndOneThatIsWaitedOnEndsTheWait() throws Exception {
        var head = head();
        var ticket = stage.ticket("a");
        var waiter = Actor.startWaiting(stage, "w", () -> stage.enter(ticket, LONG, director -> "headed"));
        ticket.close();
        assertThat(waiter.thrown()).isInstanceOf(CancellationException.class).hasMessageContainingAll("'a'", "'test'");
        assertThatThrownBy(() -> stage.enter(ticket, LONG, director -> "headed"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("'a'", "'test'", "closed");
        ticket.close();
        assertThat(stage.snapshot(0).tickets()).isEqualTo(1); // the head's
        leave(head);
    }

    @Test
    void tooManyTickets_areRefusedAndCountedRight() {
        stage = BareStage.<String, Object, List<String>>builder("small", "resource", new ArrayList<>())
                .maxTickets(2)
                .build();
        var one = stage.ticket("1");
        try (var two = stage.ticket("2")) {
            assertThat(two.attachment()).isNull();
            assertThatThrownBy(() -> stage.ticket("3"))
                    .isInstanceOf(TooManyTicketsException.class)
                    .hasMessageContainingAll("'small'", "2 live tickets");
        }
        stage.ticket("3", "attached").close();
        one.close();
    }

    @Test
    void tokenThatIsTaken_isToldSoAlsoWhereThereIsNoPlace() {
        stage = BareStage.<String, Object, List<String>>builder("small", "resource", new ArrayList<>())
                .maxTickets(2)
                .build();
        try (var one = stage.ticket("Aa");
                var two = stage.ticket("BB")) { // with the same hash code
            assertThat(one.token().hashCode()).isEqualTo(two.token().hashCode());
            assertThatThrownBy(() -> stage.ticket("Aa")).isInstanceOf(TokenInUseException.class);
            assertThatThrownBy(() -> stage.ticket("BB")).isInstanceOf(TokenInUseException.class);
        }
    }

    @Test
    void tokenThatThrows_takesNoPlace() {
        record Thrower() {
            @Override
            public int hashCode() {
                throw new UnsupportedOperationException("no hash");
            }
        }
        var small = BareStage.<Thrower, Object, Object>builder("small", "", "")
                .maxTickets(1)
                .build();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> small.ticket(new Thrower())).isInstanceOf(UnsupportedOperationException.class);
        }
        assertThat(small.snapshot(0).tickets()).isZero();
    }

    @Test
    void tokenThatChangesWhileItIsLive_givesItsPlaceBackNevertheless() {
        var small = BareStage.<List<String>, Object, Object>builder("small", "", "")
                .maxTickets(1)
                .build();
        var token = new ArrayList<>(List.of("a"));
        try (var ticket = small.ticket(token)) {
            token.add("b"); // against the rules
            assertThat(ticket.token()).hasSize(2);
        }
        assertThat(small.snapshot(0).tickets()).isZero();
        small.ticket(List.of("a")).close();
    }

    @Test
    void s7_refusal_runsNoForeignCodeUnderTheLock() throws Exception {
        var hang = new CountDownLatch(1);
        record Token(CountDownLatch hang) {
            @Override
            public String toString() {
                try {
                    hang.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return "slow";
            }
        }
        var real = BareStage.<Object, Object, Object>builder("real", "", "").build();
        var closed = real.ticket(new Token(hang));
        closed.close();
        var refused = Actor.start("refused", () -> real.enter(closed, LONG, director -> ""));
        await().until(() -> refused.thread.getState() == Thread.State.WAITING);
        try (var ticket = real.ticket("other")) {
            assertThat(real.enter(ticket, LONG, director -> "fine")).isEqualTo(finished("fine"));
        }
        hang.countDown();
        assertThat(refused.thrown()).isInstanceOf(IllegalStateException.class).hasMessageContaining("slow");
    }

    @Test
    void s12_bufferOfAnotherStageInsideABuffer_isRefused() {
        var other = build(Promotion.OLDEST);
        stage.buffer(mine -> {
            assertThat(stage.<Integer>buffer(List::size)).isZero(); // its own is fine
            assertThatThrownBy(() -> other.buffer(List::size))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("one after the other");
            return "";
        });
        assertThat(other.<Integer>buffer(List::size)).isZero();
    }

    @Test
    void s11_directorOfAHeadWhoseTicketIsLost_refusesOtherThreadsAllTheSame() throws Exception {
        try (var ticket = stage.ticket("a")) {
            assertThatThrownBy(() -> stage.enter(ticket, LONG, director -> {
                        ticket.fail(new Generation(new IllegalStateException("lost")));
                        assertThat(director.remainingNanos()).isZero();
                        var elsewhere = Actor.start("elsewhere", director::remainingNanos);
                        assertThat(elsewhere.thrown())
                                .isInstanceOf(IllegalStateException.class)
                                .hasMessageContaining("'elsewhere'");
                        return director.outOfTime();
                    }))
                    .isInstanceOf(SourceFailedException.class);
        }
    }

    @Test
    void s11_director_worksOnlyForItsHeadAndOnlyThen() throws Exception {
        var kept = new AtomicReference<Director<String, Object, List<String>>>();
        try (var ticket = stage.ticket("a")) {
            stage.enter(ticket, LONG, director -> {
                kept.set(director);
                var elsewhere = Actor.start("elsewhere", () -> director.signal("a"));
                assertThatThrownBy(() -> {
                            throw elsewhere.thrown();
                        })
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("'elsewhere'");
                return director.token();
            });
            Director<String, Object, List<String>> director = kept.get();
            for (Runnable use : List.<Runnable>of(
                    director::token,
                    director::resource,
                    director::remaining,
                    director::outOfTime,
                    director::recovered,
                    director::isClosed,
                    director::closed,
                    () -> director.pause(LONG),
                    () -> director.find("a"),
                    () -> director.signal("a"),
                    () -> director.signal(ticket),
                    () -> director.route("a", buffer -> {}),
                    () -> director.fail(new Exception()))) {
                assertThatThrownBy(use::run)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("'test'");
            }
        }
    }

    @Test
    void s12_waitInsideAHeadABufferUseOrAListener_isRefusedOnAnyStage() throws Exception {
        var other = build(Promotion.OLDEST);
        var refusals = new java.util.ArrayList<String>();
        Runnable tryToWait = () -> {
            for (var any : List.of(stage, other)) {
                try (var inner = any.ticket("inner")) {
                    any.enter(inner, LONG, director -> "headed");
                    refusals.add("none");
                } catch (IllegalStateException | InterruptedException e) {
                    refusals.add(e.getMessage());
                }
            }
        };
        try (var ticket = stage.ticket("a")) {
            stage.enter(ticket, LONG, director -> {
                tryToWait.run();
                director.route("a", buffer -> tryToWait.run());
                return "";
            });
            stage.buffer(buffer -> {
                tryToWait.run();
                return "";
            });
            stage.addListener(new BareListener() {
                @Override
                public void exited(Outcome outcome, java.time.Duration waited) {
                    tryToWait.run();
                }
            });
            stage.enter(ticket, LONG, director -> ""); // signalled: by route
            assertThat(refusals)
                    .hasSize(8)
                    .allSatisfy(message -> assertThat(message).contains("inside a head or callback of stage 'test'"));
            // and nothing of it sticks
            assertThat(stage.enter(ticket, LONG, director -> "headed")).isEqualTo(finished("headed"));
        }
    }
}
