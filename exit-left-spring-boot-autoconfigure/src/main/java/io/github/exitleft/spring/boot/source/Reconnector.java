package io.github.exitleft.spring.boot.source;

import io.github.exitleft.Source;
import io.github.exitleft.TransientSourceException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Holds the one connection of a source, and makes another one when it was lost. Authors of sources use it where the client library
 * does not reconnect by itself.
 *
 * <p>The thread that reads and threads that send share the connection. The first of them that needs one makes it; the others wait
 * for a bounded time, since connecting takes as long as the library takes. {@link #close()} waits for none of them: a connection
 * that is made meanwhile is closed at once.
 *
 * @param <C> connections
 * @param <E> the library's exceptions
 */
public final class Reconnector<C, E extends Exception> {

    /**
     * Makes and ends connections.
     *
     * @param <C> connections
     * @param <E> the library's exceptions
     */
    public interface Connector<C, E extends Exception> {

        /**
         * Makes a connection that is ready to be read. One thread at a time calls this.
         *
         * @return the connection
         * @throws E if that fails
         */
        C connect() throws E;

        /**
         * Closes a connection that may still work.
         *
         * @param connection the connection
         */
        void close(C connection);

        /**
         * Gives up a connection that was lost; closes it unless overridden.
         *
         * @param connection the connection
         */
        default void abort(C connection) {
            close(connection);
        }

        /**
         * Makes an exception for a connection that cannot be had at the moment.
         *
         * @param message the message
         * @param cause the cause, if there is one
         * @return the exception, to be thrown by the caller
         */
        E unavailable(String message, @Nullable Throwable cause);

        /**
         * Makes an exception for a source that is closed; as {@link #unavailable} unless overridden.
         *
         * @param message the message
         * @return the exception, to be thrown by the caller
         */
        default E closed(String message) {
            return unavailable(message, null);
        }
    }

    /** The time for which a read waits for another thread that connects: a source that cannot be woken returns this often. */
    private static final long READ_WAIT_MILLIS = 100;

    private static final long SEND_WAIT_MILLIS = 5_000;

    private final String name;
    private final Connector<C, E> connector;
    private final ReentrantLock connecting = new ReentrantLock();

    /** Set under the lock, and emptied by any thread; null while there is no connection. */
    private final AtomicReference<@Nullable C> current = new AtomicReference<>();

    private volatile boolean closed;

    /**
     * Creates a reconnector without a connection.
     *
     * @param name what the connection is to, for messages, such as {@code queue 'replies'}
     * @param connector makes and ends connections
     */
    public Reconnector(String name, Connector<C, E> connector) {
        this.name = Objects.requireNonNull(name, "'name' must not be null");
        this.connector = Objects.requireNonNull(connector, "'connector' must not be null");
    }

    /**
     * Returns the connection for a read, and makes it if there is none and the read may wait.
     *
     * @param remaining the time that the read has; with zero no connection is made
     * @return the connection
     * @throws TransientSourceException if there is no connection, and the read may not wait, or another thread has been connecting
     *     for that time or 100 ms
     * @throws InterruptedException if the thread was interrupted while another one connected
     * @throws E if connecting failed, or the source is closed
     */
    public C connectionToRead(Duration remaining) throws E, TransientSourceException, InterruptedException {
        C connection = this.current.get();
        if (connection == null && !remaining.isZero() && !remaining.isNegative()) {
            connection = connect(Math.min(Source.toMillisRoundedUp(remaining), READ_WAIT_MILLIS));
        }
        if (connection == null) {
            throw new TransientSourceException(new IllegalStateException("there is no connection at the moment"));
        }
        return connection;
    }

    /**
     * Returns the connection for a thread that sends, and makes it if there is none.
     *
     * @return the connection
     * @throws E if connecting failed, another thread has been connecting for 5 s, the thread was interrupted meanwhile (its flag is
     *     set then), or the source is closed
     */
    public C connectionToSend() throws E {
        C connection;
        try {
            connection = connect(SEND_WAIT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw this.connector.unavailable("interrupted while another thread connected to " + this.name, e);
        }
        if (connection == null) {
            throw this.connector.unavailable(
                    "another thread has been connecting to " + this.name + " for " + SEND_WAIT_MILLIS
                            + " ms; look for what holds it up, and try again",
                    null);
        }
        return connection;
    }

    /** Returns the connection, made now if there is none; null if another thread has been making one for that time. */
    private @Nullable C connect(long waitMillis) throws E, InterruptedException {
        C present = this.current.get();
        if (present != null) {
            return present;
        }
        if (!this.connecting.tryLock(waitMillis, TimeUnit.MILLISECONDS)) {
            return null;
        }
        try {
            requireOpen();
            C connection = this.current.get();
            if (connection == null) {
                connection = this.connector.connect();
                this.current.set(connection);
                if (this.closed
                        && this.current.compareAndSet(connection, null)) { // close() came before there was one to close
                    this.connector.close(connection);
                }
                requireOpen();
            }
            return connection;
        } finally {
            this.connecting.unlock();
        }
    }

    private void requireOpen() throws E {
        if (this.closed) {
            throw this.connector.closed("the source of " + this.name + " is closed");
        }
    }

    /**
     * Says whether there is a connection, as far as is known.
     *
     * @return whether there is one
     */
    public boolean isConnected() {
        return this.current.get() != null;
    }

    /**
     * Gives up a connection that failed; the next thread that reads or sends makes another.
     *
     * @param lost the connection
     */
    public void lost(C lost) {
        this.current.compareAndSet(lost, null);
        this.connector.abort(lost);
    }

    /** Closes the connection and lets none be made any more; later calls do nothing. */
    public void close() {
        this.closed = true; // a thread that connects at this time sees that afterwards, and is not waited for
        C last = this.current.getAndSet(null);
        if (last != null) {
            this.connector.close(last);
        }
    }
}
