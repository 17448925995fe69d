package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Closing a ticket ends its wait, whether its thread is queued or heads: rule S20. */
class BareStageCancelTests extends Steered {

    private final Semaphore woken = new Semaphore(0);
    private final AtomicInteger wakeUps = new AtomicInteger();
    private final List<Outcome> exits = new CopyOnWriteArrayList<>();
    private volatile Runnable hook = woken::release;

    @BeforeEach
    void wakeByPermit() {
        stage = BareStage.<String, Object, List<String>>builder("test", new Object(), new ArrayList<>())
                .parker(parker)
                .promotion(Promotion.OLDEST)
                .wakeup(resource -> {
                    wakeUps.incrementAndGet();
                    hook.run();
                })
                .closer(closedResources::add, false)
                .build();
        stage.addListener(new BareListener() {
            @Override
            public void exited(Outcome outcome, Duration waited) {
                exits.add(outcome);
            }
        });
    }

    /** Reads, which only the hook ends, until it has no time any more. */
    private Actor<Exit<String>> reader(BareTicket<String> ticket) {
        var heads = new CountDownLatch(1);
        Actor<Exit<String>> actor = Actor.start(
                "reader",
                () -> stage.enter(ticket, LONG, director -> {
                    heads.countDown();
                    while (!director.remaining().isZero()) {
                        woken.acquire();
                    }
                    return director.outOfTime();
                }));
        await().until(() -> heads.getCount() == 0);
        return actor;
    }

    private Actor<Exit<String>> startWaiting(BareTicket<String> ticket) {
        return Actor.startWaiting(
                stage, ticket.token(), () -> stage.enter(ticket, LONG, director -> "headed by " + ticket.token()));
    }

    @Test
    void s20_closeWhileItsThreadHeads_wakesItAndEndsItsWaitAndTheNextHeads() throws Exception {
        BareTicket<String> ticket = stage.ticket("a");
        var reader = reader(ticket);
        var next = waiter("next", LONG);

        ticket.close();

        try (var again = stage.ticket("a")) {
            assertThat(again.isOpen()).isTrue();
        }
        assertThat(reader.thrown()).isInstanceOf(CancellationException.class).hasMessageContaining("'a'");
        assertThat(next.result()).isEqualTo(finished("headed by next"));
        await().until(() -> exits.size() == 2);
        assertThat(exits).contains(Outcome.CANCELLED);
        assertThat(stage.snapshot(0).entries())
                .containsEntry(Outcome.CANCELLED, 1L)
                .containsEntry(Outcome.CLOSED, 0L);
        ticket.close();
        assertThat(wakeUps).hasValue(1);
    }

    @Test
    void s20_closeWhileItsThreadIsQueued_endsItsWaitAndWakesNoHead() throws Exception {
        try (var front = stage.ticket("front")) {
            var reader = reader(front);
            BareTicket<String> ticket = stage.ticket("a");
            var waiter = startWaiting(ticket);

            ticket.close();

            assertThat(waiter.thrown()).isInstanceOf(CancellationException.class);
            assertThat(stage.snapshot(0).entries()).containsEntry(Outcome.CANCELLED, 1L);
            await().until(() -> exits.contains(Outcome.CANCELLED));
            assertThat(wakeUps).hasValue(0);
            parker.advance(LONG);
            woken.release();
            assertThat(reader.result()).isEqualTo(timedOut());
        }
    }

    @Test
    void s20_routineThatReturnsAValueAfterTheClose_hasWon() throws Exception {
        BareTicket<String> ticket = stage.ticket("a");
        var heads = new CountDownLatch(1);
        var actor = Actor.start(
                "head",
                () -> stage.enter(ticket, LONG, director -> {
                    heads.countDown();
                    woken.acquire();
                    return director.isCancelled() ? "has it nevertheless" : "not told";
                }));
        await().until(() -> heads.getCount() == 0);
        ticket.close();
        assertThat(actor.result()).isEqualTo(finished("has it nevertheless"));
        assertThat(stage.snapshot(0).entries()).containsEntry(Outcome.FINISHED, 1L);
    }

    @Test
    void s20_promotedThreadWhoseTicketIsClosedBeforeItComes_passesTheRoleOn() throws Exception {
        BareTicket<String> front = stage.ticket("front");
        var reader = reader(front);
        BareTicket<String> chosen = stage.ticket("chosen");
        var actor = startWaiting(chosen);
        var next = waiter("next", LONG);
        await().until(() -> parker.parked() == 2);
        parker.hold(actor.thread);
        front.close();
        assertThat(reader.thrown()).isInstanceOf(CancellationException.class);

        chosen.close();
        parker.release(actor.thread);

        assertThat(actor.thrown()).isInstanceOf(CancellationException.class);
        assertThat(next.result()).isEqualTo(finished("headed by next"));
        assertThat(stage.snapshot(0).entries()).containsEntry(Outcome.CANCELLED, 2L);
    }

    @Test
    void s20_headThatClosesItsOwnTicket_isNotWokenAndDoesNoHarm() throws Exception {
        BareTicket<String> ticket = stage.ticket("a");
        Exit<String> exit = stage.enter(ticket, LONG, director -> {
            ticket.close();
            assertThat(director.remaining()).isZero();
            return "value";
        });
        assertThat(exit).isEqualTo(finished("value"));
        assertThat(wakeUps).hasValue(0);
        BareTicket<String> other = stage.ticket("a");
        assertThatThrownBy(() -> stage.enter(other, LONG, director -> {
                    other.close();
                    return director.outOfTime();
                }))
                .isInstanceOf(CancellationException.class);
    }

    @Test
    void s20_hookThatThrows_keepsNeitherTokenNorClosingThread() throws Exception {
        hook = () -> {
            throw new NoClassDefFoundError("hook");
        };
        BareTicket<String> ticket = stage.ticket("a");
        var reader = reader(ticket);
        ticket.close();
        stage.ticket("a").close();
        woken.release(); // as a source that returns by itself
        assertThat(reader.thrown()).isInstanceOf(CancellationException.class);
    }

    @Test
    void s7_entryWithAClosedTicket_isMisuse() {
        BareTicket<String> ticket = stage.ticket("a");
        assertThat(ticket.isOpen()).isTrue();
        ticket.close();
        assertThat(ticket.isOpen()).isFalse();
        assertThatThrownBy(() -> stage.enter(ticket, LONG, director -> "headed"))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed; take a new one");
        assertThat(exits).isEmpty();
    }

    @Test
    void s1_routineThatThrowsACancellationOfItsOwn_hasFailed() {
        try (var ticket = stage.ticket("a")) {
            assertThatThrownBy(() -> stage.enter(ticket, LONG, director -> {
                        throw new CancellationException("of a future, say");
                    }))
                    .hasMessage("of a future, say");
        }
        assertThat(exits).containsExactly(Outcome.FAILED);
    }

    @Test
    void s20_keeper_isNeverCancelled() throws Exception {
        var told = new AtomicInteger();
        stage.keeper().<RuntimeException>head(false, false, director -> {
            told.set(director.isCancelled() ? 1 : 2);
            return null;
        });
        assertThat(told).hasValue(2);
    }
}
