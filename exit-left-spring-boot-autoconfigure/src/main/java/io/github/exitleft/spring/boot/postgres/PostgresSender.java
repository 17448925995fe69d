package io.github.exitleft.spring.boot.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * What any thread may do with a stage over PostgreSQL: notify, and make sure that somebody listens; never read.
 *
 * <p>If the connection that listens was lost it is made again first, so that no answer can be missed.
 */
public final class PostgresSender {

    /** Connects again if need be. */
    @FunctionalInterface
    interface Listening {
        void ensure() throws SQLException;
    }

    private final DataSource dataSource;
    private final Listening listening;

    PostgresSender(DataSource dataSource, Listening listening) {
        this.dataSource = dataSource;
        this.listening = listening;
    }

    /**
     * Notifies a channel at once, on a connection of its own: not in the transaction of the caller, who would wait for an
     * answer to what nobody has been told yet.
     *
     * @param channel the channel
     * @param payload less than 8000 bytes, which is PostgreSQL's limit
     * @throws SQLException if the database refused, or can't be reached
     */
    public void notify(String channel, String payload) throws SQLException {
        ensureListening();
        try (Connection connection = this.dataSource.getConnection();
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
     * Makes sure that the stage's channels are listened to; for those who ask in another way than by {@link #notify}, such
     * as by inserting a row.
     *
     * @throws SQLException if the connection was lost and can't be made again
     */
    public void ensureListening() throws SQLException {
        this.listening.ensure();
    }
}
