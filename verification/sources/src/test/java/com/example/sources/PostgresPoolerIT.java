package com.example.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.exitleft.BareSnapshot.State;
import io.github.exitleft.Keeper;
import io.github.exitleft.OnFailure;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.postgres.PostgresSender;
import io.github.exitleft.spring.boot.postgres.PostgresSource;
import io.github.exitleft.spring.boot.postgres.PostgresTokens;
import io.github.exitleft.testing.Patience;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.PGNotification;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What stands between a stage and its database: a pooler, which may lend no session, and a pool that looks for leaks. */
class PostgresPoolerIT {

    private final PostgresDatabase database = PostgresDatabase.running();

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(DataSourceAutoConfiguration.class, ExitLeftAutoConfiguration.class))
            .withPropertyValues(
                    "exit-left.stages.jobs.token-type=java.lang.Integer",
                    "exit-left.stages.jobs.default-timeout=30s",
                    "exit-left.stages.jobs.source.type=postgres",
                    "exit-left.stages.jobs.source.postgres.channels=pooled",
                    "exit-left.stages.jobs.source.postgres.keepalive=1s");

    @Test
    void poolerThatLendsSessionsForATransaction_stopsTheStartAndIsNamed() throws Exception {
        try (PgBouncer pooler = new PgBouncer(this.database, "transaction")) {
            this.contextRunner
                    .withPropertyValues("spring.datasource.url=" + pooler.url())
                    .run(context -> assertThat(context)
                            .getFailure()
                            .rootCause()
                            .isInstanceOf(SQLFeatureNotSupportedException.class)
                            .hasMessageContaining("[pooled]")
                            .hasMessageContaining("pool_mode=transaction")
                            .hasMessageContaining(
                                    "connect to the database itself, or to a pooler with pool_mode=session"));
        }
    }

    @Test
    void poolerThatLendsSessionsForGood_isAsGoodAsTheDatabase() throws Exception {
        try (PgBouncer pooler = new PgBouncer(this.database, "session")) {
            this.contextRunner
                    .withPropertyValues("spring.datasource.url=" + pooler.url())
                    .run(context -> {
                        @SuppressWarnings("unchecked") // as configured
                        Stage<Integer, PGNotification> jobs = context.getBean("jobs", Stage.class);
                        assertAnswered(jobs, 1);
                        await().until(() -> lastStatements("NOTIFY \"exit\\_left\\_%") > 0);
                        assertAnswered(jobs, 2);
                        assertThat(jobs.snapshot(0).role().state()).isEqualTo(State.OPEN);
                        assertThat(jobs.snapshot(0).messages().values().stream()
                                        .mapToLong(Long::longValue)
                                        .sum())
                                .as("signs are no messages")
                                .isEqualTo(2);
                    });
        }
    }

    private static void assertAnswered(Stage<Integer, PGNotification> stage, int token) throws Exception {
        PostgresSender sender = stage.backdoor(PostgresSender.class);
        assertThat(stage.call(token, () -> sender.notify("pooled", token + ":here"))
                        .getParameter())
                .isEqualTo(token + ":here");
    }

    /** How many sessions have last executed such a statement. */
    private int lastStatements(String pattern) throws SQLException {
        try (Connection connection = DriverManager.getConnection(this.database.url());
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(
                        "select count(*) from pg_stat_activity where query like '" + pattern + "'")) {
            found.next();
            return found.getInt(1);
        }
    }

    @Test
    void sessionThatListensNoMore_isFoundByTheSignOfLifeAndReplaced() throws Exception {
        var made = new ConcurrentLinkedQueue<Connection>();
        DataSource direct = new UnknownDataSource(() -> {
            Connection connection = DriverManager.getConnection(this.database.url());
            made.add(connection);
            return connection;
        });
        PostgresSource source = PostgresSource.builder(direct, List.of("pooled"))
                .keepalive(Duration.ofSeconds(1))
                .open();
        try (Stage<Integer, PGNotification> stage = Stage.builder(
                        "deaf", Integer.class, source, PostgresTokens.before(Integer.class, ":"))
                .onFailure(OnFailure.REOPEN)
                .defaultTimeout(Patience.LIMIT)
                .build()) {
            assertThat(stage.keeper()).isEqualTo(Keeper.ALWAYS);
            assertAnswered(stage, 1);
            FutureTask<?> waiting = Threads.start(() -> stage.call(2, () -> {}));

            try (Statement statement = made.element().createStatement()) {
                statement.execute("UNLISTEN *");
            }

            assertThat(Threads.failure(waiting))
                    .isInstanceOf(SourceFailedException.class)
                    .cause()
                    .isInstanceOf(SQLFeatureNotSupportedException.class)
                    .hasMessageContaining("pool_mode=transaction");
            await().until(() -> stage.snapshot(0).role().state() == State.OPEN);
            assertAnswered(stage, 3);
        }
    }

    @Test
    void dataSourceWithOneConnection_isListenedToAllTheSame() throws Exception {
        var connections = new ConcurrentLinkedQueue<>(List.of(DriverManager.getConnection(this.database.url())));
        DataSource one = new UnknownDataSource(() -> {
            if (connections.isEmpty()) {
                throw new SQLException("there is one connection only");
            }
            return connections.remove();
        });
        PostgresSource source = PostgresSource.builder(one, List.of("pooled")).open();
        try (Stage<Integer, PGNotification> stage = Stage.builder(
                        "one", Integer.class, source, PostgresTokens.before(Integer.class, ":"))
                .defaultTimeout(Patience.LIMIT)
                .build()) {
            PGNotification got = stage.call(1, () -> {
                try (Connection other = DriverManager.getConnection(this.database.url());
                        Statement statement = other.createStatement()) {
                    statement.execute("notify pooled, '1'");
                }
            });
            assertThat(got.getParameter()).isEqualTo("1");
        }
    }

    @Test
    void poolThatLooksForLeaks_findsNoneInTheConnectionThatListens() throws Exception {
        var config = new HikariConfig();
        config.setJdbcUrl(this.database.url());
        config.setMaximumPoolSize(1);
        config.setLeakDetectionThreshold(2_000); // the least that it allows
        var warnings = new ListAppender<ILoggingEvent>();
        var logger = (Logger) LoggerFactory.getLogger("com.zaxxer.hikari.pool.ProxyLeakTask");
        warnings.start();
        logger.addAppender(warnings);
        try (var pool = new HikariDataSource(config)) {
            PostgresSource source =
                    PostgresSource.builder(pool, List.of("pooled")).open();
            try (Stage<Integer, PGNotification> stage = Stage.builder(
                                    "leak", Integer.class, source, PostgresTokens.before(Integer.class, ":"))
                            .build();
                    Connection held = pool.getConnection()) { // later, so that it is found later too
                await().until(() -> !warnings.list.isEmpty());

                assertThat(warnings.list)
                        .singleElement()
                        .extracting(ILoggingEvent::getFormattedMessage)
                        .asString()
                        .contains(held.unwrap(org.postgresql.PGConnection.class).toString());
                assertThat(stage.source()).containsEntry("connected", true);
            }
        } finally {
            logger.detachAppender(warnings);
        }
    }
}
