package io.github.exitleft.spring.boot.postgres;

import io.github.exitleft.Source;
import io.github.exitleft.TransientSourceException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * A source of PostgreSQL's notifications: one connection that listens to channels.
 *
 * <p>A notification comes once to each connection that listens at the time; nothing is kept for one that doesn't. The
 * connection is held. It is made beneath a pool of Hikari; another pool has one less to give, and must bear that. When it is lost
 * the source fails, and listens again for the next one who sends or reads.
 *
 * <p>A connection to a pooler such as PgBouncer listens to nothing if the pooler lends its sessions for a transaction only. So the
 * source listens to a channel of its own too: when it has connected, another connection notifies that, and later, when it has
 * heard nothing for a while, it notifies itself. If such a sign does not arrive the source fails.
 *
 * <p>Reading can't be woken, so a read lasts 100 ms at most and the next one follows. On a virtual thread an interrupt
 * closes the connection that is read ({@link #closedByInterrupt()}): the interrupted thread leaves as it should and the next
 * one connects again, but what was notified in between is lost. Connecting takes as long as the data source takes.
 */
public final class PostgresSource implements Source<PGNotification> {

    private static final int SLICE_MILLIS = 100;
    private static final int CHECK_SECONDS = 2;
    private static final int LISTEN_SECONDS = 10;
    private static final int SIGN_SECONDS = 5;

    /** How long one who sends waits for another who connects. */
    private static final int TURN_MILLIS = 5_000;

    private static final int LONGEST_NAME = 63; // bytes; longer ones PostgreSQL cuts

    /**
     * The connection that listens.
     *
     * @param sign the channel to which only this connection listens
     */
    private record Link(Connection connection, PGConnection postgres, String sign) {

        Link(Connection connection) throws SQLException {
            this(connection, connection.unwrap(PGConnection.class), "exit_left_" + UUID.randomUUID());
        }
    }

    private final Builder settings;
    private final PostgresSender sender;
    private final ReentrantLock connecting = new ReentrantLock();

    /** Read by the one who reads, made by that one or by one who sends; null while there is none. */
    private final AtomicReference<@Nullable Link> link = new AtomicReference<>();

    private volatile boolean closed;

    /** What has come and was not given out yet; also what comes while a thread that sends connects. */
    private final Queue<PGNotification> received = new ConcurrentLinkedQueue<>();

    private long heard = System.nanoTime(); // only for the reading thread

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
                sort(link, notifications);
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

    /** A connection that is dead, or has lost its session, looks like one on which nobody notifies. */
    private void requireAlive(Link link) throws SQLException {
        if (System.nanoTime() - this.heard >= this.settings.keepalive.toNanos()) {
            execute(link.connection, CHECK_SECONDS, List.of("NOTIFY " + quoted(link.sign)));
            requireSign(link, CHECK_SECONDS);
            this.heard = System.nanoTime();
        }
    }

    private void requireSign(Link link, int seconds) throws SQLException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        for (long rest = deadline - System.nanoTime(); rest > 0; rest = deadline - System.nanoTime()) {
            PGNotification[] notifications = link.postgres.getNotifications(millis(Duration.ofNanos(rest)));
            if (notifications != null && sort(link, notifications)) {
                return;
            }
        }
        throw new SQLFeatureNotSupportedException(
                "what is notified does not arrive at the connection that listens to " + this.settings.channels
                        + ", as happens behind a pooler that lends sessions for a transaction (PgBouncer with"
                        + " pool_mode=transaction); connect to the database itself, or to a pooler with pool_mode=session",
                "0A000");
    }

    /** Keeps what has come, except for the link's own signs; says whether there was one. */
    private boolean sort(Link link, PGNotification[] notifications) {
        boolean sign = false;
        for (PGNotification notification : notifications) {
            if (notification.getName().equals(link.sign)) {
                sign = true;
            } else {
                this.received.add(notification);
            }
        }
        return sign;
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
        Connection connection = Connections.open(this.settings.dataSource);
        try {
            if (!connection.getAutoCommit()) {
                connection.setAutoCommit(true); // inside a transaction nothing is listened to, and nothing comes
            }
            Link link = new Link(connection);
            execute(
                    connection,
                    LISTEN_SECONDS,
                    Stream.concat(Stream.of(link.sign), this.settings.channels.stream())
                            .map(channel -> "LISTEN " + quoted(channel))
                            .toList());
            giveSign(link);
            requireSign(link, SIGN_SECONDS);
            return link;
        } catch (SQLException | RuntimeException e) {
            abort(connection);
            throw e;
        }
    }

    /**
     * Notifies the link's own channel, on another connection: a pooler answers a client that notifies itself out of the session
     * that it has lent, and so would hide that the client has no session between two statements.
     */
    private void giveSign(Link link) throws SQLException {
        List<String> sign = List.of("NOTIFY " + quoted(link.sign));
        try (Connection other = Connections.open(this.settings.dataSource)) {
            execute(other, LISTEN_SECONDS, sign);
            if (!other.getAutoCommit()) {
                other.commit();
            }
        } catch (SQLException e) { // a data source may have one connection only
            execute(link.connection, LISTEN_SECONDS, sign);
        }
    }

    private static String quoted(String channel) {
        return '"' + channel.replace("\"", "\"\"") + '"';
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
    public boolean closedByInterrupt() {
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
         * Sets after how long without a notification the reading thread asks for a sign of life, a notification to itself; 30 s
         * unless set.
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
         * Connects and listens; for a moment that takes a second connection.
         *
         * @return the source, to be closed by the stage that gets it
         * @throws SQLFeatureNotSupportedException if nothing arrives, as through a pooler that lends sessions for a transaction
         * @throws SQLException if that fails, for example because the data source is not one of PostgreSQL
         */
        public PostgresSource open() throws SQLException {
            var source = new PostgresSource(this);
            source.ensureListening();
            return source;
        }
    }
}
