package com.example.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.exitleft.Keeper;
import io.github.exitleft.OnFailure;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.postgres.PostgresSender;
import io.github.exitleft.spring.boot.postgres.PostgresSource;
import io.github.exitleft.spring.boot.postgres.PostgresTokens;
import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGNotification;

/** A database that falls silent, or a pool that has no connection to give, holds up no other sender and no close (S16). */
class PostgresConnectionIT {

    private FreezingProxy network;
    private HikariDataSource pool;

    @BeforeEach
    void openPool() throws IOException {
        this.network = new FreezingProxy(PostgresDatabase.running().port());
        var config = new HikariConfig();
        config.setJdbcUrl(PostgresDatabase.url(this.network.port()));
        config.setMaximumPoolSize(3);
        this.pool = new HikariDataSource(config); // which waits 30 s for a connection
    }

    @AfterEach
    void closePool() throws IOException {
        this.network.close();
        this.pool.close();
    }

    private Stage<Integer, PGNotification> stage(Keeper keeper) throws SQLException {
        PostgresSource source = PostgresSource.builder(
                        new UnknownDataSource(this.pool::getConnection), List.of("frozen"))
                .keepalive(Duration.ofSeconds(1))
                .open();
        return Stage.builder("frozen", Integer.class, source, PostgresTokens.before(Integer.class, ":"))
                .keeper(keeper)
                .onFailure(OnFailure.FAIL_ALL)
                .defaultTimeout(Patience.LIMIT)
                .build();
    }

    private static void assertAnswered(Stage<Integer, PGNotification> stage) throws Exception {
        PostgresSender sender = stage.backdoor(PostgresSender.class);
        assertThat(stage.call(1, () -> sender.notify("frozen", "1:here")).getParameter())
                .isEqualTo("1:here");
    }

    @Test
    void close_givesTheConnectionBackDeaf() throws Exception {
        Stage<Integer, PGNotification> stage = stage(Keeper.OFF);
        assertThat(this.pool.getHikariPoolMXBean().getActiveConnections()).isEqualTo(1);

        stage.close();

        assertThat(this.pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < this.pool.getMaximumPoolSize(); i++) {
            all.add(this.pool.getConnection());
        }
        for (Connection connection : all) {
            try (connection;
                    Statement statement = connection.createStatement();
                    ResultSet listening = statement.executeQuery("select * from pg_listening_channels()")) {
                assertThat(listening.next()).isFalse();
            }
        }
    }

    private static void assertClosesInTime(Stage<?, ?> stage) throws Exception {
        FutureTask<?> closing = Threads.start(() -> {
            stage.close();
            return true;
        });
        assertThat(Patience.get(closing)).isEqualTo(true);
    }

    @ParameterizedTest
    @EnumSource(
            value = Keeper.class,
            names = {"OFF", "ALWAYS"})
    void s16_close_doesNotWaitForAnAnswerThatNeverComes(Keeper keeper) throws Exception {
        Stage<Integer, PGNotification> stage = stage(keeper);
        assertAnswered(stage);

        this.network.freeze();

        assertClosesInTime(stage);
        await().until(() -> this.pool.getHikariPoolMXBean().getActiveConnections() == 0);
    }

    @Test
    void s16_closeAndOtherSenders_doNotWaitForOneThatConnects() throws Exception {
        Stage<Integer, PGNotification> stage = stage(Keeper.OFF);
        PostgresSender sender = stage.backdoor(PostgresSender.class);
        assertAnswered(stage);
        try (Connection connection = this.pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where query like 'LISTEN \"frozen\"%'");
        }
        assertThatThrownBy(() -> stage.call(2, () -> {})).isInstanceOf(SourceFailedException.class);
        List<Connection> all = new ArrayList<>(); // so that the next request for one waits
        for (int i = 0; i < this.pool.getMaximumPoolSize(); i++) {
            all.add(this.pool.getConnection());
        }
        FutureTask<?> connecting = Threads.start(() -> {
            sender.ensureListening();
            return true;
        });
        await().until(() -> this.pool.getHikariPoolMXBean().getThreadsAwaitingConnection() == 1);

        var flag = new FutureTask<>(() -> {
            assertThatThrownBy(sender::ensureListening).hasRootCauseInstanceOf(InterruptedException.class);
            return Thread.currentThread().isInterrupted();
        });
        var interrupted = new Thread(flag, "interrupted");
        interrupted.setDaemon(true);
        interrupted.start();
        await().until(() ->
                interrupted.getState() == Thread.State.TIMED_WAITING || interrupted.getState() == Thread.State.WAITING);
        interrupted.interrupt();
        assertThat(Patience.get(flag)).isTrue();

        FutureTask<?> patient = Threads.start(() -> {
            sender.ensureListening();
            return true;
        });
        assertThat(Threads.failure(patient))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("another thread has been connecting");
        assertThat(connecting).isNotDone();

        assertClosesInTime(stage);
        for (Connection connection : all) {
            connection.close();
        }
        assertThat(Threads.failure(connecting)).hasMessageContaining("is closed");
        await().until(() -> this.pool.getHikariPoolMXBean().getActiveConnections() == 0);
    }
}
