package io.github.exitleft;

import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A waiting line for things of which there are only so many: places in a window (M13), or tokens (M12).
 *
 * <p><b>Order.</b> First come, first served. A newcomer gets a thing at once only if the line is empty. What is freed
 * goes to the first in line in the same step, so no newcomer comes between. Few takers may {@linkplain #joinAhead go
 * ahead}, in order among themselves.
 *
 * <p><b>Two forms.</b> A thread waits {@linkplain #acquire until a deadline}; a {@link Taker} is called. Either gets
 * the thing or leaves without it; a thing is never lost to a wait that has left.
 *
 * <p><b>Supply.</b> The {@link LineSupply} holds the things and is guarded by the line's lock: change it between {@link
 * #lock()} and {@link #unlock()}.
 *
 * @param <P> things
 */
final class Line<P> {

    /*
     * Overview
     *
     * One lock guards the supply, the line and every wait's state. It is held for a few instructions, never while a taker or
     * its executor runs or anything blocks. The thread that changes a wait's state under it has decided how the wait goes on:
     *
     *   WAITING ──── unlock() of any thread, first in line ───► GRANTED ── its thread, or its taker is called ──► TAKEN
     *      │                                                       │
     *      ├── its own thread: interrupt or deadline ───► LEFT     └── cancel(), or its executor refuses ──► LEFT; the thing
     *      ├── cancel() ────────────────────────────────► LEFT                                      goes back to the supply
     *      └── end() ───────────────────────────────────► ENDED
     *
     * Invariants, whenever the lock is free and no serving has failed:
     *   - a wait is in the line exactly while it is WAITING;
     *   - while the line is not empty the supply has nothing to give, except what time alone will free; and if time will free
     *     something there is an alarm, or a thread about to set it.
     *
     * field                  written by                            ordered by
     * Queued.state           see the diagram                       lock; volatile for its own thread's look
     * Queued.thing, .why     before GRANTED, ENDED                 lock; read after the state
     * waits                  joining, serving, leaving, ending     lock
     * alarm                  unlock(), end(), its timer's thread   lock
     * ended                  close()                               lock
     */

    /** The time of something that time alone does not bring. */
    static final long NEVER = Long.MIN_VALUE;

    private final ReentrantLock lock;
    private final LineSupply<P> supply;
    private final Parking parking;
    private final QueuedList<P> waits = new QueuedList<>();
    final LineAlarm alarm;
    private @Nullable Supplier<? extends RuntimeException> ended;

    /**
     * Creates an empty line.
     *
     * @param lock guards the line and its supply, and may guard more
     */
    Line(ReentrantLock lock, LineSupply<P> supply, Parking parking, Timer timer) {
        this.lock = lock;
        this.supply = supply;
        this.parking = parking;
        this.alarm = new LineAlarm(lock, timer, this::unlock);
    }

    /** Begins a change of the supply. */
    void lock() {
        lock.lock();
    }

    /** Ends a change of the supply: serves the waits in line, and tells them once the lock is free. */
    void unlock() {
        tellAll(serveAndUnlock());
    }

    long nanoTime() {
        return parking.nanoTime();
    }

    /** Returns a thing if there is one and the line is empty; null otherwise. */
    @Nullable
    P tryAcquire() {
        lock();
        try {
            requireOpen();
            return waits.first() == null ? supply.poll(parking.nanoTime()) : null;
        } finally {
            unlock();
        }
    }

    /**
     * Returns a thing, and waits for it if need be.
     *
     * <p>A thing that was handed over before the deadline or an interrupt is taken; the interrupt flag then stays set.
     *
     * @param deadline when to give up, by the line's clock
     * @return the thing; null if the deadline has passed
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws RuntimeException what the line ends with, if it ends
     */
    @Nullable
    P acquire(long deadline) throws InterruptedException {
        Queued<P> wait = null;
        try {
            lock();
            try {
                requireOpen();
                long now = parking.nanoTime();
                P thing = waits.first() == null ? supply.poll(now) : null;
                if (thing != null || deadline - now <= 0) {
                    return thing;
                }
                requireMayWait();
                wait = new Queued<>(this, lock, Thread.currentThread(), null, null);
                waits.add(wait);
            } finally {
                unlock();
            }
            return await(wait, deadline);
        } catch (Error e) { // nothing is to be handed to a thread that has gone
            if (wait != null) {
                cancel(wait);
            }
            throw e;
        }
    }

    /**
     * Lets a taker wait until it gets a thing, cancels, or the line ends.
     *
     * @param executor calls the taker; with {@code Runnable::run} on the thread that frees a thing, which may be this
     *     one, at once
     * @param most how many waits there may be, this one included
     * @return its place in line; null if there are too many waits
     * @throws RuntimeException what the line has ended with
     */
    @Nullable
    Queued<P> join(Taker<P> taker, Executor executor, int most) {
        lock();
        try {
            requireOpen();
            if (waits.size() >= most) {
                return null;
            }
            requireMayWait();
            var wait = new Queued<>(this, lock, null, taker, executor);
            waits.add(wait);
            return wait;
        } finally {
            unlock();
        }
    }

    /**
     * Lets a taker wait ahead of all that have joined otherwise, however many there are; for few takers, since each looks
     * for the last of them.
     *
     * @param executor calls the taker, as for {@link #join}
     * @return its place in line
     * @throws RuntimeException what the line has ended with
     */
    Queued<P> joinAhead(Taker<P> taker, Executor executor) {
        lock();
        try {
            requireOpen();
            requireMayWait();
            var wait = new Queued<>(this, lock, null, taker, executor);
            waits.addAhead(wait);
            return wait;
        } finally {
            unlock();
        }
    }

    int waiting() {
        lock.lock();
        try {
            return waits.size();
        } finally {
            lock.unlock();
        }
    }

    /** Ends all present waits, each with an exception of its own. */
    void end(Supplier<? extends RuntimeException> why) {
        end(why, false);
    }

    /**
     * Ends all waits, present and later ones, each with an exception of its own; things can still be given back.
     * Idempotent.
     */
    void close(Supplier<? extends RuntimeException> why) {
        end(why, true);
    }

    private void end(Supplier<? extends RuntimeException> why, boolean forGood) {
        Queued<P> told;
        LineAlarm.Setting formerAlarm;
        lock.lock();
        try {
            if (forGood && ended == null) {
                ended = why;
            }
            told = waits.first();
            for (Queued<P> wait = told; wait != null; wait = wait.after) {
                wait.why = why;
                // from here on its thread may go, since it does not look at the links
                wait.state = Queued.State.ENDED;
            }
            waits.clear();
            formerAlarm = alarm.turnOff();
        } finally {
            lock.unlock();
        }
        LineAlarm.cancel(formerAlarm);
        tellAll(told);
    }

    private void requireOpen() {
        if (ended != null) {
            throw ended.get();
        }
    }

    /** Looks under the lock: what is to end all waits comes either before this or after the wait has begun. */
    private void requireMayWait() {
        RuntimeException why = supply.refusal();
        if (why != null) {
            throw why;
        }
    }

    /** Waits for the end of a wait: checks the state first, the interrupt flag second, and the clock third (S2). */
    private @Nullable P await(Queued<P> wait, long deadline) throws InterruptedException {
        boolean interrupted = false;
        boolean woken = false;
        while (wait.state == Queued.State.WAITING) {
            if (!interrupted && Thread.interrupted()) {
                interrupted = true;
                if (leave(wait)) {
                    throw new InterruptedException();
                }
            } else if (deadline - parking.nanoTime() <= 0) {
                if (leave(wait)) {
                    return null;
                }
            } else if (woken) {
                // by a spurious wake-up, or by a thread that failed to serve this wait
                woken = false;
                lock();
                unlock();
            } else {
                parking.park(this, deadline - parking.nanoTime());
                woken = true;
            }
        }
        if (interrupted) {
            // the interrupt did not end the wait, so the caller must see it
            Thread.currentThread().interrupt();
        }
        if (wait.state == Queued.State.ENDED && wait.why != null) {
            throw wait.why.get();
        }
        return wait.thing;
    }

    /** Takes a wait out of the line; returns false if it is no longer in line. */
    private boolean leave(Queued<P> wait) {
        lock();
        try {
            if (wait.state != Queued.State.WAITING) {
                return false;
            }
            waits.remove(wait);
            wait.state = Queued.State.LEFT;
            return true;
        } finally {
            unlock();
        }
    }

    /** Cancels a taker's wait; see {@link Queued#cancel}. */
    boolean cancel(Queued<P> wait) {
        lock();
        try {
            if (wait.state == Queued.State.WAITING) {
                waits.remove(wait);
            } else if (wait.state == Queued.State.GRANTED && wait.thing != null) {
                // its executor has not run yet
                supply.giveBack(wait.thing, parking.nanoTime());
            } else {
                return false;
            }
            wait.state = Queued.State.LEFT;
            return true;
        } finally {
            unlock();
        }
    }

    /** Hands over the things there are, in order, and unlocks; returns the served waits, linked, which are to be told. */
    private @Nullable Queued<P> serveAndUnlock() {
        if (waits.first() == null && !alarm.isOn()) {
            // the usual case
            lock.unlock();
            return null;
        }
        Queued<P> served = null;
        Queued<P> lastServed = null;
        LineAlarm.Setting newAlarm = null;
        LineAlarm.Setting formerAlarm = null;
        long pause = 0;
        boolean done = false;
        try {
            long now = parking.nanoTime();
            Queued<P> next = waits.first();
            while (next != null) {
                P thing = supply.poll(now);
                if (thing == null) {
                    break;
                }
                waits.remove(next);
                next.thing = thing;
                next.state = Queued.State.GRANTED;
                if (lastServed == null) {
                    served = next;
                } else {
                    lastServed.after = next;
                }
                lastServed = next;
                next = waits.first();
            }
            if (next == null) {
                formerAlarm = alarm.turnOff();
            } else if (!alarm.isOn()) {
                long freeAt = supply.freeAt(now);
                if (freeAt != NEVER) {
                    pause = Math.max(0, freeAt - now);
                    newAlarm = alarm.turnOn();
                }
            }
            done = true;
        } finally {
            // serves the line if this thread has failed to
            Thread other = done ? null : waits.firstThread();
            lock.unlock();
            if (other != null) {
                parking.unpark(other);
            }
            if (!done) {
                tellAll(served);
            }
        }
        LineAlarm.cancel(formerAlarm);
        if (newAlarm != null) {
            alarm.set(newAlarm, pause);
        }
        return served;
    }

    /**
     * Wakes threads and calls takers. A thing that a taker has no use for goes to the next in line, which is then told
     * too.
     */
    void tellAll(@Nullable Queued<P> told) {
        Queued<P> wait = told;
        while (wait != null) {
            Queued<P> next = wait.after;
            wait.after = null;
            if (wait.thread != null) {
                parking.unpark(wait.thread);
            } else if (!wait.tell() && wait.thing != null) {
                next = passOn(wait.thing, next);
            }
            wait = next;
        }
    }

    /**
     * Gives a thing back and returns the waits that are to be told: the one that has it now, then the others. A loop
     * and not a recursion, since there may be thousands.
     */
    private @Nullable Queued<P> passOn(P thing, @Nullable Queued<P> others) {
        boolean done = false;
        try {
            Queued<P> all = QueuedList.chain(giveBackAndUnlock(thing), others);
            done = true;
            return all;
        } finally {
            if (!done) {
                tellAll(others);
            }
        }
    }

    private @Nullable Queued<P> giveBackAndUnlock(P thing) {
        boolean back = false;
        lock();
        try {
            supply.giveBack(thing, parking.nanoTime());
            back = true;
        } finally {
            if (!back) {
                lock.unlock();
            }
        }
        return serveAndUnlock();
    }

    /** Gives a thing back for which its wait has no use. */
    void giveBack(P thing) {
        tellAll(giveBackAndUnlock(thing));
    }
}
