package io.github.exitleft.tcp;

import io.github.exitleft.Source;
import java.io.IOException;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The present connection of a source, and how it gets the next one: one thread makes it, in order to receive or to
 * send, while other threads wait.
 */
final class Connections {

    /** What watches the connections until the source is closed. */
    interface Companion {

        /** Is called once the source is closed, perhaps more than once. */
        void closed();

        /** Adds figures for operators. */
        void describe(Map<String, Object> details);
    }

    /** An attempt to connect; other threads that need the connection wait for its end. */
    private static final class Attempt {

        final Thread thread = Thread.currentThread();

        /** The connection that is being made; other threads close or wake it. */
        volatile @Nullable Connection connection;

        // guarded by the lock

        /** Whether the attempt failed for a reason of its thread alone, such as an interrupt. */
        boolean abandoned;

        @Nullable
        Throwable failure;
    }

    /** Where this thread wants to send; null for most, which send wherever they are sent to. */
    private static final ThreadLocal<@Nullable Connections> PINNED = new ThreadLocal<>();

    private final Dialler dialler;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition attempted = lock.newCondition();

    // written with the lock held, read without

    /** The latest connection until its failure has been reported; null while there is none. */
    private volatile @Nullable Connection current;

    /**
     * Older connections whose failures have not been reported, since senders replaced them while no thread was
     * receiving: the last one, and those before that which still carry calls.
     */
    private final Queue<Connection> untold = new ConcurrentLinkedQueue<>();

    private volatile @Nullable Attempt attempt;
    private volatile boolean closed;
    private final AtomicLong made = new AtomicLong();
    private final AtomicReference<@Nullable Companion> companion = new AtomicReference<>();

    Connections(Dialler dialler) {
        this.dialler = dialler;
    }

    @Nullable
    Connection current() {
        return current;
    }

    @Nullable
    Connection untold() {
        return untold.peek();
    }

    /**
     * Lets something watch the connections.
     *
     * @throws IllegalStateException if something else does
     */
    void accompany(Companion watching) {
        if (!companion.compareAndSet(null, watching)) {
            throw new IllegalStateException("tcp source of " + dialler + " has a heartbeat already; start one only");
        }
        if (closed) {
            watching.closed();
        }
    }

    /** Does something that sends here, on this thread, whatever other connections there are. */
    <V> V pinned(Callable<V> sending) throws Exception {
        PINNED.set(this);
        try {
            return sending.call();
        } finally {
            PINNED.remove();
        }
    }

    /** Returns whether this thread does not want to send here. */
    boolean isShunned() {
        Connections wanted = PINNED.get();
        return wanted != null && wanted != this;
    }

    /** Adds figures for operators. */
    void describe(Map<String, Object> details) {
        Companion watching = companion.get();
        if (watching != null) {
            watching.describe(details);
        }
    }

    /** Returns how many connections have been made. */
    long made() {
        return made.get();
    }

    boolean isClosed() {
        return closed;
    }

    void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("tcp source of " + dialler + " is closed");
        }
    }

    /** Gives up a failed connection, and returns the exception that reports it. */
    IOException lost(Connection failed) {
        lock.lock();
        try {
            if (current == failed) {
                current = null;
            }
            untold.remove(failed);
        } finally {
            lock.unlock();
        }
        failed.close();
        return failed.lost();
    }

    /**
     * Connects, or waits while another thread does.
     *
     * @param nanos how long to wait for another thread, in nanoseconds
     * @param unwanted whether to give up; asked before each wait
     * @return the connection; null if the time is up, or it is no longer wanted
     */
    @Nullable
    Connection connect(long nanos, BooleanSupplier unwanted) throws IOException, InterruptedException {
        var mine = new Attempt();
        lock.lockInterruptibly();
        try {
            if (!othersAreOver(nanos, unwanted)) {
                return null;
            }
            Connection present = current;
            if (present != null && present.isIntact()) {
                return present;
            }
            requireOpen();
            attempt = mine;
        } finally {
            lock.unlock();
        }
        Connection dialled = null;
        try {
            dialled = dialler.dial(
                    dialling -> {
                        mine.connection = dialling;
                        if (closed) {
                            dialling.close();
                        }
                    },
                    unwanted);
            return dialled;
        } catch (Throwable e) {
            mine.abandoned = Source.isInterrupt(e) || unwanted.getAsBoolean();
            mine.failure = e;
            throw e;
        } finally {
            end(dialled);
        }
    }

    /** Waits while other threads connect; returns false if the time is up, or the connection is no longer wanted. */
    private boolean othersAreOver(long nanos, BooleanSupplier unwanted) throws IOException, InterruptedException {
        long rest = nanos;
        for (Attempt others = attempt; others != null; others = attempt) {
            if (others.thread == Thread.currentThread()) {
                throw new IllegalStateException("the opening of a connection sends by the source, which has none before"
                        + " that is over; send by the peer that the opening is given");
            }
            while (attempt == others) {
                requireOpen();
                if (rest <= 0 || unwanted.getAsBoolean()) {
                    return false;
                }
                rest = attempted.awaitNanos(rest);
            }
            if (others.failure != null && !others.abandoned) {
                throw new IOException(others.failure.getMessage(), others.failure);
            }
        }
        return true;
    }

    private void end(@Nullable Connection dialled) {
        Connection replaced = null;
        lock.lock();
        try {
            attempt = null;
            attempted.signalAll();
            if (dialled != null && closed) {
                replaced = dialled;
            } else if (dialled != null) {
                replaced = current;
                if (replaced != null) {
                    untold.removeIf(older -> older.watch == null || older.watch.carrier.inFlight() == 0);
                    untold.add(replaced);
                }
                dialled.inUse();
                current = dialled;
                made.incrementAndGet();
            }
        } finally {
            lock.unlock();
        }
        if (replaced != null) {
            replaced.close();
        }
    }

    /** Makes a thread that waits in order to receive check again whether it is still wanted. */
    void wakeup() {
        Connection present = current;
        if (present != null) {
            present.wakeup();
        }
        Attempt now = attempt;
        if (now != null) {
            Connection dialling = now.connection;
            if (dialling != null) {
                dialling.wakeup();
            }
            lock.lock();
            try {
                attempted.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Closes the connections there are, also while threads use them. */
    void close() {
        Connection last;
        Attempt now;
        lock.lock();
        try {
            closed = true;
            last = current;
            now = attempt;
            attempted.signalAll();
        } finally {
            lock.unlock();
        }
        if (last != null) {
            last.close();
        }
        Connection dialling = now == null ? null : now.connection;
        if (dialling != null) {
            dialling.close();
        }
        Companion watching = companion.get();
        if (watching != null) {
            watching.closed();
        }
    }
}
