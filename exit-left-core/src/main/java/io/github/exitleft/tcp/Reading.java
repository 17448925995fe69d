package io.github.exitleft.tcp;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
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

    private final Connections connections;
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

    Reading(Connections connections, LongSupplier clock) {
        this.connections = connections;
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
                || connections.isClosed()) {
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

    /** Looks whether the connection is still open, unless tickets were taken just now. */
    void beforeTicket() {
        long now = clock.getAsLong();
        boolean idle = now - lastTicket >= IDLE_NANOS;
        lastTicket = now;
        Connection current = connections.current();
        if (!idle || current == null) {
            return;
        }
        if (!lock.tryLock()) {
            letReaderLook(current);
            return;
        }
        try {
            // first the look, since nothing is sent once the connection is known to be lost
            if (!current.isStillOpen() && !awaited.getAsBoolean()) {
                connections.lost(current);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Wakes the thread that receives, which then looks before it returns, and waits a short time for that. */
    private void letReaderLook(Connection current) {
        CountDownLatch looked = readerLooks.get();
        while (looked == null) {
            var mine = new CountDownLatch(1);
            looked = readerLooks.compareAndSet(null, mine) ? mine : readerLooks.get();
        }
        current.wakeup();
        try {
            boolean unused = looked.await(READER_LOOKS_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
