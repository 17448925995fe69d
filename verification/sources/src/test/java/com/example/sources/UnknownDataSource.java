package com.example.sources;

import java.sql.Connection;
import java.sql.SQLException;
import org.springframework.jdbc.datasource.AbstractDataSource;

/** A data source of a kind that the project does not know, which unwraps to nothing. */
final class UnknownDataSource extends AbstractDataSource {

    /** Gives connections. */
    @FunctionalInterface
    interface Connections {
        Connection next() throws SQLException;
    }

    private final Connections connections;

    UnknownDataSource(Connections connections) {
        this.connections = connections;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return this.connections.next();
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return getConnection();
    }
}
