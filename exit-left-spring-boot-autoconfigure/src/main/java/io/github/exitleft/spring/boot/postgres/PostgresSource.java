package io.github.exitleft.spring.boot.postgres;

import io.github.exitleft.Source;
import io.github.exitleft.TransientSourceException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * A source of PostgreSQL's notifications: one connection that listens to channels.
 *
 * <p>A notification comes once to each connection that listens at the time; nothing is kept for one that doesn't. The
 * connection is taken out of the data source and held: a pool has one less to give. When it is lost the source fails, and
 * listens again for the next one who sends or reads.
 *
 * <p>Reading can't be woken, so a read lasts 100 ms at most and the next one follows. On a virtual thread an interrupt
 * closes the connection that is read ({@link #diesOfInterrupt()}): the interrupted thread leaves as it should and the next
 * one connects again, but what was notified in between is lost. Connecting takes as long as the data source takes.
 */
public final class PostgresSource implements Source<PGNotification> {

    private static final int SLICE_MILLIS = 100;
    private static final int CHECK_SECONDS = 2;
    private static final int LISTEN_SECONDS = 10;

    /** How long one who sends waits for another who connects. */
    private static final int TURN_MILLIS = 5_000;

    private static final int LONGEST_NAME = 63; // bytes; longer ones PostgreSQL cuts

    /** The connection that listens. */
    private record Link(Connection connection, PGConnection postgres) {}

    private final Builder settings;
    private final PostgresSender sender;
    private final ReentrantLock connecting = new ReentrantLock();

    /** Read by the one who reads, made by that one or by one who sends; null while there is none. */
    private final AtomicReference<@Nullable Link> link = new AtomicReference<>();

    private volatile boolean closed;
    private final Queue<PGNotification> received = new ArrayDeque<>(); // only for the one who reads, as the next one
    private long heard = System.nanoTime();

    private PostgresSource(Builder settings) {
        this.settings = settings;
        this.sender = new PostgresSender(settings.dataSource, this::ensureListening);
    }

    /**
     * Begins a source.
     *
     * @param dataSource gives connections of PostgreSQL's own driver, or such as can be unwrapped to them; none that takes part
     *     in its caller's transaction, such as a {@code TransactionAwareDataSourceProxy}, since what is sent is committed
     * @param channels what to listen to; case matters
     * @return a builder
     */
    public static Builder builder(DataSource dataSource, List<String> channels) {
        return new Builder(dataSource, channels);
    }

    @Override
    public @Nullable PGNotification receive(Duration remaining) throws Exception {
        PGNotification next = this.received.poll();
        if (next != null) {
            return next;
        }
        boolean look = remaining.isZero() || remaining.isNegative();
        if (!look && Thread.interrupted()) {
            throw interrupt(null);
        }
        Link link = this.link.get();
        if (link == null) {
            link = look ? null : connect(millis(remaining));
            if (link == null) {
                throw new TransientSourceException(new IllegalStateException("there is no connection at the moment"));
            }
        }
        try {
            PGNotification[] notifications =
                    look ? link.postgres.getNotifications() : link.postgres.getNotifications(millis(remaining));
            if (notifications != null && notifications.length > 0) {
                this.received.addAll(List.of(notifications));
                this.heard = System.nanoTime();
            } else if (!look) {
                requireAlive(link);
            }
        } catch (SQLException e) {
            giveUp(link);
            if (Thread.interrupted()) { // which has closed the socket of a virtual thread
                throw interrupt(e);
            }
            throw e;
        }
        if (this.received.isEmpty() && !look && Thread.interrupted()) {
            throw interrupt(null);
        }
        return this.received.poll();
    }

    /** A connection whose other end has gone without a word looks like one on which nobody notifies. */
    private void requireAlive(Link link) throws SQLException {
        if (System.nanoTime() - this.heard >= this.settings.keepalive.toNanos()) {
            if (!link.connection.isValid(CHECK_SECONDS)) {
                throw new SQLException("the connection that listens to " + this.settings.channels + " is dead");
            }
            this.heard = System.nanoTime();
        }
    }

    private InterruptedException interrupt(@Nullable Throwable cause) {
        var interrupt = new InterruptedException("interrupted while listening to " + this.settings.channels);
        interrupt.initCause(cause);
        return interrupt;
    }

    /** Rounds up, because zero means for ever. */
    private static int millis(Duration remaining) {
        return remaining.compareTo(Duration.ofMillis(SLICE_MILLIS)) >= 0
                ? SLICE_MILLIS
                : (int) remaining.plusNanos(999_999).toMillis();
    }

    private void ensureListening() throws SQLException {
        try {
            if (connect(TURN_MILLIS) == null) {
                throw new SQLException("another thread has been connecting to listen to " + this.settings.channels
                        + " for " + TURN_MILLIS + " ms; look for what holds it up, and try again");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException(
                    "interrupted while another thread connected to listen to " + this.settings.channels, e);
        }
    }

    /** The connection, made now if there is none; null if somebody else has been at that for too long. */
    private @Nullable Link connect(int patienceMillis) throws SQLException, InterruptedException {
        Link present = this.link.get();
        if (present != null) {
            return present;
        }
        if (!this.connecting.tryLock(patienceMillis, TimeUnit.MILLISECONDS)) {
            return null;
        }
        try {
            requireOpen();
            Link made = this.link.get();
            if (made == null) {
                made = listen();
                this.link.set(made);
                if (this.closed && this.link.compareAndSet(made, null)) { // by somebody who did not wait for this
                    release(made.connection);
                }
                requireOpen();
            }
            return made;
        } finally {
            this.connecting.unlock();
        }
    }

    private void requireOpen() throws SQLException {
        if (this.closed) {
            throw new SQLException("the source of " + this.settings.channels + " is closed");
        }
    }

    private Link listen() throws SQLException {
        Connection connection = this.settings.dataSource.getConnection();
        try {
            if (!connection.getAutoCommit()) {
                connection.setAutoCommit(true); // inside a transaction nothing is listened to, and nothing comes
            }
            PGConnection postgres = connection.unwrap(PGConnection.class);
            execute(
                    connection,
                    LISTEN_SECONDS,
                    this.settings.channels.stream()
                            .map(channel -> "LISTEN \"" + channel.replace("\"", "\"\"") + "\"")
                            .toList());
            return new Link(connection, postgres);
        } catch (SQLException | RuntimeException e) {
            abort(connection);
            throw e;
        }
    }

    /** Executes statements; a database that does not answer would be waited for for ever. */
    private static void execute(Connection connection, int timeoutSeconds, List<String> statements)
            throws SQLException {
        int before = connection.getNetworkTimeout();
        connection.setNetworkTimeout(Runnable::run, (int) TimeUnit.SECONDS.toMillis(timeoutSeconds));
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
        connection.setNetworkTimeout(Runnable::run, before);
    }

    private void giveUp(Link lost) {
        this.link.compareAndSet(lost, null);
        abort(lost.connection);
    }

    /** Ends a connection so that no pool gives it to anybody else. */
    private static void abort(Connection connection) {
        try (connection) {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // as lost as before
        }
    }

    @Override
    public boolean diesOfInterrupt() {
        return true;
    }

    @Override
    public PostgresSender backdoor() {
        return this.sender;
    }

    @Override
    public String type() {
        return "postgres";
    }

    @Override
    public Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("channels", this.settings.channels);
        details.put("connected", this.link.get() != null);
        return details;
    }

    @Override
    public void close() {
        this.closed = true; // whoever connects now finds out, and is not waited for
        Link last = this.link.getAndSet(null);
        if (last != null) {
            release(last.connection);
        }
    }

    /** Gives a connection back as it was got. */
    private static void release(Connection connection) {
        try {
            execute(connection, CHECK_SECONDS, List.of("UNLISTEN *"));
        } catch (SQLException e) {
            abort(connection);
            return;
        }
        try {
            connection.close();
        } catch (SQLException e) {
            // it was to be given up anyway
        }
    }

    /** Builds a {@link PostgresSource}. */
    public static final class Builder {

        private final DataSource dataSource;
        private final List<String> channels;
        private Duration keepalive = Duration.ofSeconds(30);

        private Builder(DataSource dataSource, List<String> channels) {
            this.dataSource = Objects.requireNonNull(dataSource, "'dataSource' must not be null");
            this.channels = List.copyOf(channels);
            if (channels.isEmpty()) {
                throw new IllegalArgumentException("'channels' must not be empty");
            }
            for (String channel : channels) {
                if (channel.isEmpty() || channel.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
                    throw new IllegalArgumentException("'" + channel
                            + "' can't be the name of a channel; use one of 1 to " + LONGEST_NAME + " bytes");
                }
            }
        }

        /**
         * Sets after how long without a notification the one who reads asks the database for a sign of life; 30 s unless
         * set.
         *
         * @param keepalive how long; positive
         * @return this builder
         */
        public Builder keepalive(Duration keepalive) {
            if (keepalive.isZero() || keepalive.isNegative()) {
                throw new IllegalArgumentException("'keepalive' must be positive, but is " + keepalive);
            }
            this.keepalive = keepalive;
            return this;
        }

        /**
         * Connects and listens.
         *
         * @return the source, to be closed by the stage that gets it
         * @throws SQLException if that fails, for example because the data source is not one of PostgreSQL
         */
        public PostgresSource open() throws SQLException {
            var source = new PostgresSource(this);
            source.ensureListening();
            return source;
        }
    }
}
