package io.github.exitleft.spring.boot.postgres;

import io.github.exitleft.Source;
import io.github.exitleft.spring.boot.source.Reconnector;
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
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * A source of PostgreSQL's notifications: one connection that listens to channels.
 *
 * <p>A notification comes once to each connection that listens at the time; nothing is kept for one that doesn't. The source holds
 * its connection. With HikariCP it takes a connection outside the pool; any other pool has one connection less to give. When the
 * connection is lost the source fails, and the next thread that reads or sends connects again.
 *
 * <p>A connection to a pooler such as PgBouncer listens to nothing if the pooler lends its sessions for a transaction only. So the
 * source also listens to a channel of its own: after connecting, another connection notifies that channel, and later, after some
 * silence, the source notifies itself. If such a sign does not arrive the source fails.
 *
 * <p>Reading can't be woken, so a read lasts 100 ms at most and the next one follows. On a virtual thread an interrupt
 * closes the connection that is read ({@link #closedByInterrupt()}): the interrupted thread leaves as it should and the next
 * one connects again, but notifications in between are lost. Connecting takes as long as the data source takes.
 */
public final class PostgresSource implements Source<PGNotification> {

    private static final int SLICE_MILLIS = 100;
    private static final int CHECK_SECONDS = 2;
    private static final int LISTEN_SECONDS = 10;
    private static final int SIGN_SECONDS = 5;

    /** The bytes of the longest name; PostgreSQL cuts longer ones off. */
    private static final int LONGEST_NAME = 63;

    /**
     * A connection that listens.
     *
     * @param sign the channel to which only this connection listens
     */
    private record Link(Connection connection, PGConnection postgres, String sign) {

        Link(Connection connection) throws SQLException {
            this(connection, connection.unwrap(PGConnection.class), "exit_left_" + UUID.randomUUID());
        }
    }

    /** Makes links. */
    private final class Linking implements Reconnector.Connector<Link, SQLException> {

        @Override
        public Link connect() throws SQLException {
            return listen();
        }

        @Override
        public void close(Link link) {
            release(link.connection);
        }

        @Override
        public void abort(Link link) {
            PostgresSource.abort(link.connection);
        }

        @Override
        public SQLException unavailable(String message, @Nullable Throwable cause) {
            return new SQLException(message, cause);
        }
    }

    private final Builder settings;
    private final Reconnector<Link, SQLException> links;
    private final PostgresSender sender;

    /** Holds notifications that were not given out yet, also those that arrive while a thread that sends connects. */
    private final Queue<PGNotification> received = new ConcurrentLinkedQueue<>();

    /** The time of the last sign of life; used by the reading thread only. */
    private long heard = System.nanoTime();

    private PostgresSource(Builder settings) {
        this.settings = settings;
        this.links = new Reconnector<>("channels " + settings.channels, new Linking());
        this.sender = new PostgresSender(settings.dataSource, this::ensureListening);
    }

    /**
     * Begins a source.
     *
     * @param dataSource gives connections of PostgreSQL's own driver, or some that can be unwrapped to them. It must not take part
     *     in its caller's transaction, as a {@code TransactionAwareDataSourceProxy} does, since the sender commits
     * @param channels the channels to listen to; case matters
     * @return a builder
     * @throws IllegalArgumentException if there is none, or a name is empty or longer than 63 bytes
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
        Link link = this.links.connectionToRead(remaining);
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
            this.links.lost(link);
            if (Thread.interrupted()) { // an interrupt closes the socket of a virtual thread
                throw interrupt(e);
            }
            throw e;
        }
        if (this.received.isEmpty() && !look && Thread.interrupted()) {
            throw interrupt(null);
        }
        return this.received.poll();
    }

    /** Asks for a sign of life after silence: a dead connection, or one that lost its session, looks like a quiet one. */
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

    /** Keeps the notifications, except for the link's own signs; says whether there was one. */
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

    private static int millis(Duration remaining) {
        return (int) Math.min(Source.toMillisRoundedUp(remaining), SLICE_MILLIS);
    }

    private void ensureListening() throws SQLException {
        this.links.connectionToSend();
    }

    private Link listen() throws SQLException {
        Connection connection = Connections.open(this.settings.dataSource);
        try {
            if (!connection.getAutoCommit()) {
                connection.setAutoCommit(
                        true); // LISTEN takes effect at commit, and nothing arrives inside a transaction
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
     * Notifies the link's own channel on another connection. A pooler answers a client that notifies itself in the session that it
     * lends at the moment, and so would hide that the client has no session between two statements.
     */
    private void giveSign(Link link) throws SQLException {
        List<String> sign = List.of("NOTIFY " + quoted(link.sign));
        try (Connection other = Connections.open(this.settings.dataSource)) {
            execute(other, LISTEN_SECONDS, sign);
            if (!other.getAutoCommit()) {
                other.commit();
            }
        } catch (SQLException e) { // the data source may have one connection only
            execute(link.connection, LISTEN_SECONDS, sign);
        }
    }

    private static String quoted(String channel) {
        return '"' + channel.replace("\"", "\"\"") + '"';
    }

    /** Executes statements within a time limit, since a database may never answer. */
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

    /** Ends a connection so that no pool lends it again. */
    private static void abort(Connection connection) {
        try (connection) {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // the connection is given up all the same
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
        details.put("connected", this.links.isConnected());
        return details;
    }

    @Override
    public void close() {
        this.links.close();
    }

    /** Gives a connection back in the state in which it was taken. */
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
            // the connection is given up all the same
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
         * Sets the time without a notification after which the reading thread asks for a sign of life, a notification to itself;
         * 30 s unless set.
         *
         * @param keepalive the time; positive
         * @return this builder
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder keepalive(Duration keepalive) {
            if (keepalive.isZero() || keepalive.isNegative()) {
                throw new IllegalArgumentException("'keepalive' must be positive, but is " + keepalive);
            }
            this.keepalive = keepalive;
            return this;
        }

        /**
         * Connects and listens. This takes a second connection for a moment.
         *
         * @return the source, to be closed by its stage
         * @throws SQLFeatureNotSupportedException if no notification arrives, as through a pooler that lends sessions for a
         *     transaction
         * @throws SQLException if it fails otherwise, for example because the data source is not one of PostgreSQL
         */
        public PostgresSource open() throws SQLException {
            var source = new PostgresSource(this);
            source.ensureListening();
            return source;
        }
    }
}
