package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.Window.Place;
import io.github.exitleft.testing.Patience;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A window: never more than its places, first come first served, and no place lost however a wait ends (M13). */
class WindowTests {

    private static final Duration LONG = Duration.ofHours(1);
    private static final Executor IN_PLACE = Runnable::run;

    private final SteeredParker parker = new SteeredParker();
    private final Window window = new Window(2, parker, new ManualTimer());
    private final Deque<Place> places = new ArrayDeque<>();

    /** A thread that waits for a place. */
    private static final class Caller {
        final Thread thread;
        final FutureTask<Place> result;
        volatile boolean leftInterrupted;

        Caller(Thread thread, FutureTask<Place> result) {
            this.thread = thread;
            this.result = result;
        }

        Place place() throws Exception {
            return Patience.get(result);
        }

        Throwable thrown() throws Exception {
            try {
                throw new AssertionError("nothing thrown, but got " + place());
            } catch (ExecutionException e) {
                return e.getCause();
            }
        }
    }

    private Caller start(Callable<Place> part) {
        Caller[] caller = new Caller[1];
        var result = new FutureTask<>(() -> {
            try {
                return part.call();
            } finally {
                caller[0].leftInterrupted = Thread.currentThread().isInterrupted();
            }
        });
        caller[0] = new Caller(new Thread(result, "caller"), result);
        caller[0].thread.setDaemon(true);
        caller[0].thread.start();
        return caller[0];
    }

    /** Starts a thread, and returns once it is parked in the line. */
    private Caller startWaiting(Duration timeout) {
        int before = window.waiting();
        Caller caller = start(() -> window.acquire(parker.nanoTime() + timeout.toNanos()));
        await().until(() -> window.waiting() == before + 1 && parker.isParked(caller.thread));
        return caller;
    }

    /** What a taker was told. */
    private static class Told implements Taker<Place> {
        final Queue<Place> granted = new ConcurrentLinkedQueue<>();
        final Queue<RuntimeException> ended = new ConcurrentLinkedQueue<>();
        boolean keeps = true;

        @Override
        public boolean granted(Place place) {
            granted.add(place);
            return keeps;
        }

        @Override
        public void ended(RuntimeException why) {
            ended.add(why);
        }
    }

    private void fill() {
        for (Place place = window.tryAcquire(); place != null; place = window.tryAcquire()) {
            places.add(place);
        }
        assertThat(window.used()).isEqualTo(2);
    }

    @AfterEach
    void noPlaceIsLost() {
        places.forEach(Place::release);
        assertThat(window.waiting()).as("waiting").isZero();
        assertThat(window.used()).as("used").isZero();
    }

    @Test
    void m13_places_areAsManyAsTheWindowIsLarge() throws Exception {
        assertThat(window.used()).isZero();
        fill();
        assertThat(window.tryAcquire()).isNull();
        assertThat(window.acquire(parker.nanoTime()))
                .as("looked, without waiting")
                .isNull();
        assertThat(window.acquire(parker.nanoTime() - 1)).isNull();

        places.pop().release();
        assertThat(window.used()).isEqualTo(1);
        fill();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Window(0, parker, new ManualTimer()))
                .withMessage("'window' must be at least 1, but is 0");
    }

    @Test
    void m13_placeReleasedTwice_isFreedOnce() {
        fill();
        Place place = places.pop();
        place.release();
        place.release();
        assertThat(window.used()).isEqualTo(1);
    }

    @Test
    void m13_waiters_areServedInOrderThreadsAndTakersAlike() throws Exception {
        fill();
        Caller first = startWaiting(LONG);
        var second = new Told();
        window.join(second, IN_PLACE, 100);
        Caller third = startWaiting(LONG);
        assertThat(window.waiting()).isEqualTo(3);

        places.pop().release();
        Place firstPlace = first.place();
        assertThat(second.granted).isEmpty();
        assertThat(window.tryAcquire()).as("a newcomer does not push in").isNull();

        places.pop().release();
        assertThat(second.granted).hasSize(1);
        assertThat(third.result.isDone()).isFalse();

        firstPlace.release();
        places.add(third.place());
        places.addAll(second.granted);
        assertThat(window.used()).isEqualTo(2);
    }

    @Test
    void m13_takersThatJoinAhead_areServedInOrderBeforeAllOthers() throws Exception {
        fill();
        Caller first = startWaiting(LONG);
        var second = new Told();
        var oneAhead = new Told();
        var nextAhead = new Told();
        var cancelled = new Told();
        window.join(second, IN_PLACE, 100);
        window.joinAhead(oneAhead, IN_PLACE);
        Queued<Place> wait = window.joinAhead(cancelled, IN_PLACE);
        window.joinAhead(nextAhead, IN_PLACE);
        assertThat(window.waiting()).isEqualTo(5);
        assertThat(wait.cancel()).isTrue();

        places.pop().release();
        assertThat(oneAhead.granted).hasSize(1);
        assertThat(nextAhead.granted).isEmpty();
        places.pop().release();
        assertThat(nextAhead.granted).hasSize(1);
        assertThat(first.result.isDone()).isFalse();
        oneAhead.granted.remove().release();
        places.add(first.place());
        assertThat(second.granted).isEmpty();
        nextAhead.granted.remove().release();
        places.addAll(second.granted);
        assertThat(places).hasSize(2);
        assertThat(cancelled.granted).isEmpty();
    }

    @Test
    void m13_takerThatJoinsAheadOfAnEmptyLine_isToldAtOnce() {
        var told = new Told();
        window.joinAhead(told, IN_PLACE);
        assertThat(told.granted).hasSize(1);
        places.addAll(told.granted);
    }

    @Test
    void m13_placeThatIsKept_isTakenOnceByTheThreadForWhichItIs() throws Exception {
        Place kept = window.tryAcquire();
        places.add(window.tryAcquire());
        List<Place> taken = new ArrayList<>();
        window.keep(kept, () -> {
            try {
                assertThat(start(window::tryAcquire).place()).isNull();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            taken.add(window.tryAcquire());
            taken.add(window.tryAcquire());
        });
        assertThat(taken).containsExactly(kept, null);
        assertThat(window.used()).isEqualTo(2);
        places.add(kept);
    }

    @Test
    void m13_placeThatIsKeptInVain_isReleased() {
        fill();
        Place kept = places.pop();
        var next = new Told();
        window.join(next, IN_PLACE, 100);
        window.keep(kept, () -> assertThat(next.granted).isEmpty());
        assertThat(next.granted).hasSize(1);
        places.addAll(next.granted);
        assertThat(window.tryAcquire()).isNull();
    }

    @Test
    void m13_waitThatTimesOut_leavesTheLineAndTakesNoPlace() throws Exception {
        fill();
        Caller impatient = startWaiting(Duration.ofSeconds(3));
        Caller patient = startWaiting(LONG);
        parker.advance(Duration.ofSeconds(3));
        assertThat(impatient.place()).isNull();
        assertThat(window.waiting()).isEqualTo(1);

        places.pop().release();
        places.add(patient.place());
    }

    @Test
    void s2_placeHandedOverBeforeTheTimeIsUp_isTakenEvenIfItIsFoundLate() throws Exception {
        fill();
        Caller caller = startWaiting(Duration.ofSeconds(3));
        parker.hold(caller.thread);
        places.pop().release();
        parker.advance(Duration.ofSeconds(9));
        parker.release(caller.thread);
        Place place = caller.place();
        assertThat(place).isNotNull();
        places.add(place);
    }

    @Test
    void m13_timeThatIsUpBeforeAPlaceIsFreed_leavesItToTheNext() throws Exception {
        fill();
        Caller late = startWaiting(Duration.ofSeconds(3));
        parker.advance(Duration.ofSeconds(3));
        assertThat(late.place()).isNull();
        places.pop().release();
        assertThat(window.used()).isEqualTo(1);
    }

    @Test
    void m13_interruptedWait_leavesTheLineAndTakesNoPlace() throws Exception {
        fill();
        Caller interrupted = startWaiting(LONG);
        Caller next = startWaiting(LONG);
        interrupted.thread.interrupt();
        assertThat(interrupted.thrown()).isInstanceOf(InterruptedException.class);
        assertThat(interrupted.leftInterrupted).isFalse();
        places.pop().release();
        places.add(next.place());
    }

    @Test
    void s10_placeHandedOverBeforeTheInterrupt_isTakenAndTheFlagStays() throws Exception {
        fill();
        Caller caller = startWaiting(LONG);
        parker.hold(caller.thread);
        places.pop().release();
        caller.thread.interrupt();
        parker.release(caller.thread);
        places.add(caller.place());
        assertThat(caller.leftInterrupted).isTrue();
    }

    @Test
    void s10_freePlace_isTakenByAnInterruptedThreadToo() throws Exception {
        Caller caller = start(() -> {
            Thread.currentThread().interrupt();
            return window.acquire(parker.nanoTime() + 1);
        });
        places.add(caller.place());
        assertThat(caller.leftInterrupted).isTrue();
    }

    @Test
    void s3_wakeUpForNoReason_changesNothing() throws Exception {
        fill();
        Caller caller = startWaiting(LONG);
        for (int i = 0; i < 3; i++) {
            parker.unpark(caller.thread);
            await().until(() -> parker.isParked(caller.thread));
        }
        assertThat(window.waiting()).isEqualTo(1);
        places.pop().release();
        places.add(caller.place());
    }

    @Test
    void m13_takerWithAPlaceFree_isToldAtOnce() {
        var told = new Told();
        window.join(told, IN_PLACE, 100);
        assertThat(told.granted).hasSize(1);
        places.addAll(told.granted);
    }

    @Test
    void m13_takers_areBounded() {
        fill();
        var told = new Told();
        Queued<Place> wait = window.join(told, IN_PLACE, 1);
        assertThat(wait).isNotNull();
        assertThat(window.join(told, IN_PLACE, 1)).isNull();
        assertThat(wait.cancel()).isTrue();
    }

    @Test
    void m13_cancelledWait_isNotToldAndTakesNoPlace() {
        fill();
        var cancelled = new Told();
        var next = new Told();
        Queued<Place> wait = window.join(cancelled, IN_PLACE, 100);
        window.join(next, IN_PLACE, 100);
        assertThat(wait.cancel()).isTrue();
        assertThat(wait.cancel()).isFalse();
        places.pop().release();
        assertThat(cancelled.granted).isEmpty();
        assertThat(next.granted).hasSize(1);
        places.addAll(next.granted);
    }

    @Test
    void m13_waitCancelledBetweenItsPlaceAndItsExecutor_passesThePlaceOn() {
        fill();
        List<Runnable> tasks = new ArrayList<>();
        var cancelled = new Told();
        var next = new Told();
        Queued<Place> wait = window.join(cancelled, tasks::add, 100);
        window.join(next, IN_PLACE, 100);
        places.pop().release();
        assertThat(tasks).hasSize(1);
        assertThat(wait.cancel()).isTrue();
        assertThat(next.granted).hasSize(1);
        tasks.get(0).run();
        assertThat(cancelled.granted).isEmpty();
        places.addAll(next.granted);
    }

    @Test
    void m13_cancelAfterTheTakerWasTold_isTooLate() {
        fill();
        var told = new Told();
        Queued<Place> wait = window.join(told, IN_PLACE, 100);
        places.pop().release();
        assertThat(wait.cancel()).isFalse();
        assertThat(window.used()).isEqualTo(2);
        places.addAll(told.granted);
    }

    @Test
    void m13_placeThatATakerHasNoUseFor_goesToTheNext() throws Exception {
        for (Executor executor : List.<Executor>of(IN_PLACE, task -> {
            var thread = new Thread(task);
            thread.start();
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        })) {
            fill();
            var useless = new Told();
            useless.keeps = false;
            window.join(useless, executor, 100);
            window.join(useless, executor, 100);
            Caller next = startWaiting(LONG);
            places.pop().release();
            places.add(next.place());
            assertThat(useless.granted).hasSize(2);
            places.forEach(Place::release);
            places.clear();
        }
    }

    @Test
    void m13_thousandsOfTakersWithNoUseForTheirPlace_areToldWithoutRecursion() {
        fill();
        var useless = new Told();
        useless.keeps = false;
        for (int i = 0; i < 100_000; i++) {
            window.join(useless, IN_PLACE, Integer.MAX_VALUE);
        }
        places.pop().release();
        assertThat(useless.granted).hasSize(100_000);
        assertThat(window.used()).isEqualTo(1);
    }

    @Test
    void m13_takerThatThrows_isToldSoAndTheThreadThatFreedThePlaceIsNot() {
        fill();
        var failing = new Told() {
            @Override
            public boolean granted(Place place) {
                throw new IllegalArgumentException("no");
            }
        };
        var next = new Told();
        window.join(failing, IN_PLACE, 100);
        window.join(next, IN_PLACE, 100);
        places.pop().release();
        assertThat(failing.ended).singleElement().isInstanceOf(IllegalArgumentException.class);
        assertThat(next.granted).hasSize(1);
        places.addAll(next.granted);
    }

    @Test
    void m13_executorThatRefuses_losesNoPlace() {
        fill();
        var refused = new Told();
        var next = new Told();
        window.join(
                refused,
                task -> {
                    throw new RejectedExecutionException("full");
                },
                100);
        window.join(next, IN_PLACE, 100);
        places.pop().release();
        assertThat(refused.granted).isEmpty();
        assertThat(refused.ended).singleElement().isInstanceOf(RejectedExecutionException.class);
        assertThat(next.granted).hasSize(1);
        places.addAll(next.granted);
    }

    @Test
    void m13_close_endsAllWaitsRefusesOthersAndTakesPlacesBack() throws Exception {
        fill();
        Caller thread = startWaiting(LONG);
        var taker = new Told();
        window.join(taker, IN_PLACE, 100);
        var refusing = new Told();
        window.join(
                refusing,
                task -> {
                    throw new RejectedExecutionException("full");
                },
                100);
        window.close(() -> new IllegalStateException("closed"));
        window.close(() -> new IllegalStateException("closed again"));
        assertThat(thread.thrown()).hasMessage("closed");
        assertThat(taker.ended).singleElement().satisfies(why -> assertThat(why).hasMessage("closed"));
        assertThat(refusing.ended)
                .singleElement()
                .satisfies(why -> assertThat(why).hasMessage("closed"));
        assertThat(thread.thrown()).isNotSameAs(taker.ended.peek());
        assertThatThrownBy(window::tryAcquire).hasMessage("closed");
        assertThatThrownBy(() -> window.acquire(Long.MAX_VALUE)).hasMessage("closed");
        assertThatThrownBy(() -> window.join(taker, IN_PLACE, 100)).hasMessage("closed");
        assertThat(window.used()).isEqualTo(2);
    }

    @Test
    void m13_placeHandedOverBeforeTheClose_isTaken() throws Exception {
        fill();
        Caller caller = startWaiting(LONG);
        parker.hold(caller.thread);
        places.pop().release();
        window.close(() -> new IllegalStateException("closed"));
        parker.release(caller.thread);
        places.add(caller.place());
    }

    @Test
    void m6_end_endsPresentWaitsAndOthersWaitAgain() throws Exception {
        fill();
        Caller before = startWaiting(LONG);
        window.end(() -> new CancellationException("the source failed"));
        assertThat(before.thrown()).isInstanceOf(CancellationException.class);
        Caller after = startWaiting(LONG);
        places.pop().release();
        places.add(after.place());
    }
}
