package io.github.exitleft.spring.boot.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * The backdoor of a stage over PostgreSQL: notifies, and makes sure that the source listens, from any thread; never reads.
 *
 * <p>If the connection that listens was lost it is made again first, so that no answer is missed.
 */
public final class PostgresSender {

    /** Connects again if need be. */
    @FunctionalInterface
    interface Listening {
        void ensure() throws SQLException;
    }

    /** Notifies a channel. */
    @FunctionalInterface
    interface Notifying {
        void notify(String channel, String payload) throws SQLException;
    }

    private final Notifying notifying;
    private final Listening listening;

    PostgresSender(DataSource dataSource, Listening listening) {
        this((channel, payload) -> notify(dataSource, channel, payload), listening);
    }

    PostgresSender(Notifying notifying, Listening listening) {
        this.notifying = notifying;
        this.listening = listening;
    }

    /**
     * Notifies a channel at once, on a connection of its own. In the caller's transaction the notification would not go out before
     * the commit, and the caller would wait in vain for the answer.
     *
     * @param channel the channel
     * @param payload the payload; PostgreSQL takes less than 8000 bytes
     * @throws SQLException if the database refused, or can't be reached
     */
    public void notify(String channel, String payload) throws SQLException {
        ensureListening();
        this.notifying.notify(channel, payload);
    }

    private static void notify(DataSource dataSource, String channel, String payload) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement("select pg_notify(?, ?)")) {
            statement.setString(1, channel);
            statement.setString(2, payload);
            statement.execute();
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
        }
    }

    /**
     * Makes sure that the source listens to its channels, for requests that are made without {@link #notify}, such as by inserting a
     * row.
     *
     * @throws SQLException if the connection was lost and can't be made again
     */
    public void ensureListening() throws SQLException {
        this.listening.ensure();
    }
}
