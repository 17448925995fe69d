package com.example.sources;

import static com.example.sources.Threads.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.github.exitleft.BareSnapshot.State;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.autoconfigure.health.StagesHealthContributorAutoConfiguration;
import io.github.exitleft.spring.boot.postgres.PostgresSender;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.testing.VirtualThreadSupport;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.PGNotification;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

/** Stages over a real PostgreSQL database: answers, what is bad among them, and a database that goes away. */
class PostgresStageIT {

    private final PostgresDatabase database = PostgresDatabase.running();

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(DataSourceAutoConfiguration.class, ExitLeftAutoConfiguration.class))
            .withUserConfiguration(Client.class)
            .withPropertyValues(
                    "spring.datasource.url=" + this.database.url(),
                    "spring.datasource.hikari.maximum-pool-size=4",
                    "spring.datasource.hikari.connection-timeout=1000",
                    "spring.datasource.hikari.auto-commit=false",
                    "exit-left.stages.jobs.token-type=java.lang.Integer",
                    "exit-left.stages.jobs.default-timeout=30s",
                    "exit-left.stages.jobs.keeper=off", // here the callers read
                    "exit-left.stages.jobs.source.type=postgres",
                    "exit-left.stages.jobs.source.postgres.channels=done,Failed \"jobs\"");

    @Test
    void notificationsOfSeveralChannels_reachTheirWaiters() {
        this.contextRunner.run(context -> {
            Client client = context.getBean(Client.class);
            List<FutureTask<PGNotification>> calls = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                int token = i;
                String channel = i % 2 == 0 ? "done" : "Failed \"jobs\"";
                calls.add(Threads.start(
                        () -> client.jobs.call(token, () -> client.sender.notify(channel, token + ":of " + token))));
            }
            for (int i = 0; i < 20; i++) {
                PGNotification got = Patience.get(calls.get(i));
                assertThat(got.getParameter()).isEqualTo(i + ":of " + i);
                assertThat(got.getName()).isEqualTo(i % 2 == 0 ? "done" : "Failed \"jobs\"");
            }
            assertThat(client.jobs.source())
                    .containsEntry("type", "postgres")
                    .containsEntry("channels", List.of("done", "Failed \"jobs\""))
                    .containsEntry("connected", true);
        });
    }

    @Test
    void futuresAndStreams_areServedByTheKeeper() {
        this.contextRunner
                .withPropertyValues("exit-left.stages.jobs.keeper=always")
                .run(context -> {
                    Client client = context.getBean(Client.class);
                    var heard = new Heard<PGNotification>(2);
                    client.jobs.messages(1_000).subscribe(heard);
                    List<CompletableFuture<String>> futures = new ArrayList<>();
                    for (int i = 0; i < 10; i++) {
                        int token = i;
                        client.sender.notify("done", "1000:part " + token);
                        futures.add(client.jobs
                                .callAsync(token, () -> client.sender.notify("done", token + ":done"))
                                .thenApply(PGNotification::getParameter));
                    }
                    for (int i = 0; i < 10; i++) {
                        assertThat(Patience.get(futures.get(i))).isEqualTo(i + ":done");
                    }
                    await().until(() -> heard.messages.size() == 2);
                    heard.request(8);
                    await().until(() -> heard.messages.size() == 10);
                    heard.cancel();
                    assertThat(heard.messages.stream().map(PGNotification::getParameter))
                            .containsExactlyElementsOf(IntStream.range(0, 10)
                                    .mapToObj(i -> "1000:part " + i)
                                    .toList());
                    assertThat(heard.errors).isEmpty();
                    await().until(() -> client.jobs.snapshot(0).role().tickets() == 0);
                });
    }

    @Test
    void notificationOfTheMaximumSize_survivesAndALongerOneIsTheSendersFault() {
        this.contextRunner.run(context -> {
            Client client = context.getBean(Client.class);
            String longest = "1:" + "x".repeat(7_997);
            assertThat(client.ask(1, longest)).isEqualTo(longest);

            assertThatThrownBy(() -> client.ask(2, longest + "x"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("too long");
            assertThat(client.ask(3, "3")).isEqualTo("3");
        });
    }

    @Test
    void payloadThatIsNoToken_isUnreadable() {
        this.contextRunner.run(context -> {
            Client client = context.getBean(Client.class);
            PGNotification got = client.jobs.call(1, () -> {
                client.sender.notify("done", "");
                client.sender.notify("done", "one:more");
                client.sender.notify("done", "1:fine");
            });

            assertThat(got.getParameter()).isEqualTo("1:fine");
            assertThat(count(client.jobs, MessageOutcome.UNREADABLE)).isEqualTo(2);
        });
    }

    @Test
    void connectionThatListens_isNotThePoolsAndIsGoneWithTheStage() {
        this.contextRunner
                .withPropertyValues("spring.datasource.hikari.maximum-pool-size=1")
                .run(context -> {
                    Client client = context.getBean(Client.class);
                    HikariDataSource pool = context.getBean(HikariDataSource.class);
                    assertThat(client.ask(1, "1:with a pool of one")).isEqualTo("1:with a pool of one");
                    assertThat(pool.getHikariPoolMXBean().getActiveConnections())
                            .isZero();
                    assertThat(listeners(pool)).isEqualTo(1);

                    client.jobs.close();

                    await().until(() -> listeners(pool) == 0);
                });
    }

    private static int listeners(DataSource dataSource) throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement();
                var found = statement.executeQuery(
                        "select count(*) from pg_stat_activity where query = 'LISTEN \"Failed \"\"jobs\"\"\"'")) {
            found.next();
            return found.getInt(1);
        }
    }

    @Test
    void databaseThatGoesAway_failsEveryCallOnceAndLosesNoneAfterwards() {
        this.contextRunner.run(context -> {
            Client client = context.getBean(Client.class);
            assertThat(client.ask(1, "1:before")).isEqualTo("1:before");
            List<FutureTask<?>> callers = Threads.startCallers(client.jobs, i -> 10 + i);

            this.database.stop();

            assertThat(Threads.failedByOneCause(callers)).isInstanceOf(SQLException.class);
            assertThat(client.jobs.snapshot(0).role().state()).isEqualTo(State.FAILED);
            assertThat(client.jobs.source()).containsEntry("connected", false);
            // one tries again and can't even send, the next one is told at once
            assertThatThrownBy(() -> client.ask(2, "2"))
                    .isInstanceOfAny(SQLException.class, SourceFailedException.class);
            Threads.assertRefusesTickets(client.jobs, 3);

            this.database.start();

            assertComesBack(client);
        });
    }

    @Test
    void databaseThatGoesAway_isFoundAgainWithoutACall() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        DataSourceAutoConfiguration.class,
                        ExitLeftAutoConfiguration.class,
                        StagesHealthContributorAutoConfiguration.class))
                .withPropertyValues(
                        "spring.datasource.url=" + this.database.url(),
                        "spring.datasource.hikari.connection-timeout=1000")
                .withPropertyValues(Reopening.stages("type=postgres", "postgres.channels=done"))
                .run(context -> new Reopening(
                                context,
                                (stage, token) ->
                                        stage.backdoor(PostgresSender.class).notify("done", token))
                        .assertThatAllComeBackByThemselves(this.database::stop, this.database::start));
    }

    @Test
    void connectionThatFallsSilent_isFoundDeadAndReplaced() throws Exception {
        try (FreezingProxy network = new FreezingProxy(this.database.port())) {
            this.contextRunner
                    .withPropertyValues(
                            "spring.datasource.url=" + PostgresDatabase.url(network.port()),
                            "exit-left.stages.jobs.source.postgres.keepalive=1s")
                    .run(context -> {
                        Client client = context.getBean(Client.class);
                        assertThat(client.ask(1, "1:before")).isEqualTo("1:before");
                        List<FutureTask<?>> callers = Threads.startCallers(client.jobs, i -> 10 + i);

                        network.freeze();

                        assertThat(Threads.failedByOneCause(callers)).isInstanceOf(SQLException.class);
                        network.thaw();
                        assertComesBack(client);
                    });
        }
    }

    @Test
    void interruptOfAVirtualThread_isAnInterruptAndTheNextOneListensAgain() {
        assumeTrue(VirtualThreadSupport.exist(), "this JVM has no virtual threads");
        this.contextRunner.run(context -> {
            Client client = context.getBean(Client.class);
            for (int i = 0; i < 5; i++) {
                int token = 10 + i; // another each time, since it rests
                var head = new FutureTask<>(() -> client.jobs.call(token, () -> {}));
                Thread thread = VirtualThreadSupport.unstarted("head", head);
                thread.start();
                Threads.awaitCallers(client.jobs, 1);
                await().until(() -> thread.getState() != Thread.State.RUNNABLE);

                thread.interrupt();

                assertThat(Threads.failure(head)).isInstanceOf(InterruptedException.class);
                assertThat(client.jobs.snapshot(0).role().state()).isEqualTo(State.OPEN);
                assertThat(client.ask(2, "2:still here")).isEqualTo("2:still here");
            }
        });
    }

    private static void assertComesBack(Client client) throws Exception {
        var tokens = new AtomicInteger(1_000); // another for each question, since it rests when that fails
        await().until(() -> {
            int token = tokens.incrementAndGet();
            try {
                return client.ask(token, token + ":after").equals(token + ":after");
            } catch (SourceFailedException | SQLException e) {
                return false;
            }
        });
        assertThat(client.jobs.snapshot(0).role().state()).isEqualTo(State.OPEN);
        for (int i = 100; i < 150; i++) {
            assertThat(client.ask(i, i + ":again")).isEqualTo(i + ":again");
        }
    }

    /** What a user writes. */
    @Configuration(proxyBeanMethods = false)
    static class Client {

        final Stage<Integer, PGNotification> jobs;
        final PostgresSender sender;

        Client(Stage<Integer, PGNotification> jobs) {
            this.jobs = jobs;
            this.sender = jobs.backdoor(PostgresSender.class);
        }

        /** Plays both sides: the database answers what it is told. */
        String ask(int token, String payload) throws SQLException, InterruptedException {
            return this.jobs
                    .call(token, () -> this.sender.notify("done", payload))
                    .getParameter();
        }
    }
}
