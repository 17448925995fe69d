package io.github.exitleft.tcp;

import io.github.exitleft.internal.Audience;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * The right to read a source's connection, and the looks whether that has been closed while no answer was awaited.
 *
 * <p>Such a connection has cost no caller anything, so the next one takes its place without a failure.
 */
final class Reading {

    /** A look is due before a ticket if there was none for so long; a busy caller pays no system call for it. */
    static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** A peer that closes again within this time is no idle one, and failures of the stage are further and further apart. */
    static final long RENEWAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How long a thread that is to look waits at most for the reading one, which it has woken. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How often it looks meanwhile whether the keeper still heads, which ends without a word. */
    private static final long GLANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final List<Connections> lanes;
    private final LongSupplier clock;

    /** Fair, so that a thread that waits in order to look gets it before the next read. */
    private final ReentrantLock lock = new ReentrantLock(true);

    private final Condition readEnded = lock.newCondition();

    /** How many threads look, or wait in order to; a read does not wait meanwhile. */
    private final AtomicInteger lookers = new AtomicInteger();

    /** Whether a thread receives; a failure wakes that thread, which reports it. */
    private volatile boolean receiving;

    /** Whether any answer is awaited. As long as that is not known, any may be. */
    private volatile BooleanSupplier awaited = () -> true;

    private volatile long lastTicket;

    /** When a connection was last given up without a failure, or long enough ago; used by the receiving thread. */
    private long renewedAt;

    /**
     * Creates the right to read.
     *
     * @param lanes where the connections are, each at most one
     */
    Reading(List<Connections> lanes, LongSupplier clock) {
        this.lanes = lanes;
        this.clock = clock;
        this.lastTicket = clock.getAsLong();
        this.renewedAt = lastTicket - RENEWAL_NANOS;
    }

    void attach(BooleanSupplier anyAwaited) {
        awaited = anyAwaited;
    }

    /** Begins to receive. */
    void begin() {
        receiving = true;
        lock.lock();
    }

    /** Ends to receive; called by the thread that began. */
    void end() {
        try {
            if (isLookWanted()) {
                readEnded.signalAll();
            }
        } finally {
            lock.unlock();
            receiving = false;
        }
    }

    /** Returns whether another thread waits for the end of the present read. */
    boolean isLookWanted() {
        return lookers.get() > 0;
    }

    /** Returns whether a thread receives. */
    boolean isGoingOn() {
        return receiving;
    }

    /** Returns whether a connection that has just failed is given up without a failure; asked by the receiving thread. */
    boolean renews(Connection failed) {
        if (failed.watch != null && failed.watch.endedUnasked) {
            return true;
        }
        if (!isEnd(failed.failure())
                || failed.frames.hasPartOfAFrame()
                || awaited.getAsBoolean()
                || lanes.get(0).isClosed()) {
            return false;
        }
        long now = clock.getAsLong();
        if (now - renewedAt < RENEWAL_NANOS) {
            return false;
        }
        renewedAt = now;
        return true;
    }

    /** Returns whether the peer or the network has ended a connection, which is not so for one that was given up here. */
    private static boolean isEnd(Throwable failure) {
        return failure instanceof EOFException
                || failure instanceof SocketException
                || failure.getClass() == IOException.class;
    }

    /** Looks whether the connections are still open, unless tickets were taken just now. */
    void beforeTicket() {
        long now = clock.getAsLong();
        boolean idle = now - lastTicket >= IDLE_NANOS;
        lastTicket = now;
        if (!idle) {
            return;
        }
        if (lanes.stream().allMatch(lane -> lane.current() == null)) {
            return;
        }
        if (!lock.tryLock()) {
            lookAfterReader();
            return;
        }
        boolean done = true;
        try {
            for (Connections lane : lanes) {
                done &= look(lane, isKept());
            }
        } finally {
            lock.unlock();
        }
        if (!done) {
            lookAfterReader();
        }
    }

    /** Returns whether a keeper heads, which is between two reads if it does not receive. */
    private boolean isKept() {
        return awaited instanceof Audience audience && audience.isKept();
    }

    /**
     * Wakes the thread that receives, if one does, and looks once its read has ended, which may have looked last before the peer's end;
     * or once the keeper has read what came before that, if it heads.
     */
    private void lookAfterReader() {
        long deadline = clock.getAsLong() + PATIENCE_NANOS;
        lookers.incrementAndGet();
        try {
            lanes.stream().map(Connections::current).filter(Objects::nonNull).forEach(Connection::wakeup);
            if (lock.tryLock(PATIENCE_NANOS, TimeUnit.NANOSECONDS)) {
                try {
                    for (Connections lane : lanes) {
                        long rest = deadline - clock.getAsLong();
                        while (!look(lane, rest > 0 && isKept())) {
                            readEnded.awaitNanos(Math.min(rest, GLANCE_NANOS));
                            rest = deadline - clock.getAsLong();
                        }
                    }
                } finally {
                    lock.unlock();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lookers.decrementAndGet();
        }
    }

    /**
     * Looks whether a connection is still open; one that is not is given up, unless an answer is awaited.
     *
     * @param readerFirst whether a reader is to get what came before the end
     * @return false if a reader has still to get that
     */
    private boolean look(Connections lane, boolean readerFirst) {
        Connection current = lane.current();
        // first the look, since nothing is sent once the connection is known to be lost
        if (current == null || current.isStillOpen() || awaited.getAsBoolean()) {
            return true;
        }
        if (readerFirst && current.frames.hasPartOfAFrame()) {
            return false;
        }
        if (current.watch != null) {
            // it is reported by the thread that receives, which costs no caller anything
            current.watch.endedUnasked = true;
            return true;
        }
        lane.lost(current);
        return true;
    }
}
