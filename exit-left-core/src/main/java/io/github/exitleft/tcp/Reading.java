package io.github.exitleft.tcp;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

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

    /** How long a thread waits at most for the reading one, which it has woken, to look. */
    private static final long READER_LOOKS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final List<Connections> lanes;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicReference<@Nullable CountDownLatch> readerLooks = new AtomicReference<>();

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
        lock.unlock();
        receiving = false;
        CountDownLatch asked = readerLooks.get();
        if (asked != null && readerLooks.compareAndSet(asked, null)) {
            asked.countDown();
        }
    }

    /** Returns whether a thread receives. */
    boolean isGoingOn() {
        return receiving;
    }

    /** Returns whether a connection that has just failed is given up without a failure; asked by the receiving thread. */
    boolean renews(Connection failed) {
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
        // now, since a later one would be woken in vain, and its reader then seem to have looked
        List<Connection> present = new ArrayList<>(lanes.size());
        for (Connections lane : lanes) {
            Connection current = lane.current();
            if (current != null) {
                present.add(current);
            }
        }
        if (present.isEmpty()) {
            return;
        }
        if (!lock.tryLock()) {
            letReaderLook(present);
            return;
        }
        try {
            lanes.forEach(this::look);
        } finally {
            lock.unlock();
        }
    }

    private void look(Connections lane) {
        Connection current = lane.current();
        // first the look, since nothing is sent once the connection is known to be lost
        if (current != null && !current.isStillOpen() && !awaited.getAsBoolean() && lanes.size() == 1) {
            // one of several is reported by the thread that receives, which costs no caller anything
            lane.lost(current);
        }
    }

    /** Wakes the thread that receives, which then looks before it returns, and waits a short time for that. */
    private void letReaderLook(List<Connection> present) {
        CountDownLatch looked = readerLooks.get();
        while (looked == null) {
            var mine = new CountDownLatch(1);
            looked = readerLooks.compareAndSet(null, mine) ? mine : readerLooks.get();
        }
        present.forEach(Connection::wakeup);
        try {
            boolean unused = looked.await(READER_LOOKS_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
