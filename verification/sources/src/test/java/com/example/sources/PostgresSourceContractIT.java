package com.example.sources;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.exitleft.Source;
import io.github.exitleft.spring.boot.postgres.PostgresSource;
import io.github.exitleft.test.SourceContractTests;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.postgresql.PGNotification;

/** The contract of every source (M10), over a connection that listens. */
class PostgresSourceContractIT extends SourceContractTests<PGNotification> {

    private static HikariDataSource pool;

    @BeforeAll
    static void openPool() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(PostgresDatabase.running().url());
        config.setMaximumPoolSize(8);
        pool = new HikariDataSource(config);
    }

    @AfterAll
    static void closePool() {
        pool.close();
    }

    @Override
    protected Source<PGNotification> open() throws SQLException {
        return PostgresSource.builder(pool, List.of("contract")).open();
    }

    @Override
    protected void deliver(Source<PGNotification> source, int token) throws SQLException {
        ((PostgresSource) source).backdoor().notify("contract", String.valueOf(token));
    }

    @Override
    protected int token(PGNotification message) {
        return Integer.parseInt(message.getParameter());
    }

    @Override
    protected boolean survivesInterrupt(Source<PGNotification> source, boolean virtual) {
        return !virtual; // it is closed on virtual threads alone
    }
}
