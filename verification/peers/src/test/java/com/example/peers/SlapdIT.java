package com.example.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.unboundid.ldap.protocol.BindRequestProtocolOp;
import com.unboundid.ldap.protocol.ExtendedResponseProtocolOp;
import com.unboundid.ldap.protocol.SearchRequestProtocolOp;
import com.unboundid.ldap.protocol.SearchResultEntryProtocolOp;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.extensions.NoticeOfDisconnectionExtendedResult;
import io.github.exitleft.BareSnapshot;
import io.github.exitleft.EventHandler;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.StageListener;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.Opening;
import io.github.exitleft.tcp.TcpSender;
import io.github.exitleft.testing.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Many threads ask an LDAP server over one connection: frames are BER, message ids are issued, answers come in any order. */
class SlapdIT {

    private static final int CALLERS = 64;
    private static final int PEOPLE = 500;
    private static final String STAGE = "exit-left.stages.directory.";

    @RegisterExtension
    static final Slapd SLAPD = new Slapd(PEOPLE);

    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    @FunctionalInterface
    private interface Body {
        void run(Stage<Integer, Frame> stage, Directory directory, Application application) throws Exception;
    }

    private void run(Body body, String... properties) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ExitLeftAutoConfiguration.class))
                .withUserConfiguration(Directory.Ldap.class, Application.class)
                .withPropertyValues(
                        STAGE + "token-type=java.lang.Integer",
                        STAGE + "default-timeout=" + Patience.FOR_EVER,
                        STAGE + "mailbox-capacity=" + 2 * PEOPLE,
                        STAGE + "event-handler=events",
                        STAGE + "tokens.issue=sequence",
                        STAGE + "tokens.bits=30",
                        STAGE + "source.type=tcp",
                        STAGE + "source.tcp.remote=127.0.0.1:" + SLAPD.address().getPort(),
                        STAGE + "source.tcp.frame.ber=true",
                        STAGE + "source.tcp.token.reader=messageId",
                        STAGE + "source.tcp.opening=bind")
                .withPropertyValues(properties)
                .run(context -> {
                    @SuppressWarnings("unchecked") // as configured
                    Stage<Integer, Frame> stage = context.getBean("directory", Stage.class);
                    stage.addListener(new StageListener<>() {
                        @Override
                        public void failed(Throwable cause) {
                            failures.add(cause);
                        }
                    });
                    body.run(stage, new Directory(stage), context.getBean(Application.class));
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class Application {

        final Queue<Frame> heard = new ConcurrentLinkedQueue<>();

        @Bean
        EventHandler<Frame> events() {
            return this.heard::add;
        }
    }

    private static void assertFinds(Directory directory, int number) throws Exception {
        assertThat(directory.search(Slapd.BASE, Filter.createEqualityFilter("cn", Slapd.name(number))))
                .singleElement()
                .extracting(SlapdIT::surname)
                .isEqualTo(Slapd.surname(number));
    }

    private static String surname(SearchResultEntryProtocolOp entry) {
        return entry.getAttributes().stream()
                .filter(attribute -> attribute.getName().equals("sn"))
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    private static ResultCode bind(Stage<Integer, Frame> stage, String password) throws Exception {
        TcpSender port = stage.backdoor(TcpSender.class);
        Frame answer =
                stage.call(id -> port.send(Directory.bytes(id, new BindRequestProtocolOp(Slapd.ADMIN, password))));
        return ResultCode.valueOf(
                Directory.message(answer).getBindResponseProtocolOp().getResultCode());
    }

    /** Searches that take ten minutes, and their callers; the last one has been sent when this returns. */
    private static List<FutureTask<Frame>> slow(Stage<Integer, Frame> stage, int count) {
        TcpSender port = stage.backdoor(TcpSender.class);
        var search = new SearchRequestProtocolOp(
                new SearchRequest(Slapd.SLOW, SearchScope.BASE, Filter.createPresenceFilter("objectClass"), "1.1"));
        List<FutureTask<Frame>> callers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            callers.add(Callers.start(() -> stage.call(id -> port.send(Directory.bytes(id, search)))));
        }
        await().until(() -> stage.snapshot(0).role().tickets() == count);
        return callers;
    }

    private static void untilOpen(Stage<Integer, Frame> stage) {
        await().until(() -> stage.snapshot(0).role().state() == BareSnapshot.State.OPEN);
    }

    private interface Caller {
        void ask(int number) throws Exception;
    }

    /** Lets many threads ask at once. */
    private static void together(Caller caller) throws Exception {
        List<FutureTask<Void>> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            int number = i;
            callers.add(Callers.start(() -> {
                caller.ask(number);
                return null;
            }));
        }
        for (FutureTask<Void> each : callers) {
            Patience.get(each);
        }
    }

    @Test
    void m12_manyCallers_eachFindWhatTheyAskForByIssuedMessageIds() {
        run((stage, directory, application) -> {
            together(number -> {
                for (int round = 0; round < 10; round++) {
                    assertFinds(directory, (number * 10 + round) % PEOPLE);
                }
            });
            assertThat(stage.source()).containsEntry("reconnects", 0L);
            assertThat(stage.snapshot(0).messages().get(MessageOutcome.UNKNOWN)).isZero();
        });
    }

    /** A server that binds gives up whatever else is going on, another bind too (RFC 4511, 4.2.1). */
    @Test
    void m13_bindsThatMayOnlyBeOneAtATime_areByAWindowOfOne() {
        run(
                (stage, directory, application) -> together(number -> {
                    boolean right = number % 2 == 0;
                    assertThat(bind(stage, right ? Slapd.PASSWORD : "wrong"))
                            .isEqualTo(right ? ResultCode.SUCCESS : ResultCode.INVALID_CREDENTIALS);
                }),
                STAGE + "window=1");
    }

    @Test
    void m16_searchWithManyEntries_isGatheredUntilItsEnd() {
        run((stage, directory, application) -> {
            List<SearchResultEntryProtocolOp> found =
                    directory.search(Slapd.BASE, Filter.createEqualityFilter("objectClass", "person"));

            assertThat(found)
                    .hasSize(PEOPLE)
                    .extracting(SearchResultEntryProtocolOp::getDN)
                    .doesNotHaveDuplicates();
        });
    }

    @Test
    void answers_comeInAnotherOrderThanTheQuestions() {
        run((stage, directory, application) -> {
            FutureTask<Frame> first = slow(stage, 1).get(0);
            assertFinds(directory, 1);
            assertFinds(directory, 2);

            assertThat(first.isDone()).isFalse();
        });
    }

    @Test
    void m14_searchThatIsGivenUp_isAbandoned() {
        run(
                (stage, directory, application) -> {
                    assertThatThrownBy(() -> directory.search(Slapd.SLOW, Filter.createPresenceFilter("objectClass")))
                            .isInstanceOf(StageTimeoutException.class);

                    Matcher asked = Pattern.compile("(conn=\\d+) op=\\d+ SRCH base=\"" + Slapd.SLOW + "\"")
                            .matcher(SLAPD.log());
                    String connection =
                            asked.results().map(found -> found.group(1)).reduce("", (a, b) -> b);
                    await().until(() -> Pattern.compile(connection + " op=\\d+ ABANDON msg=1\\b")
                            .matcher(SLAPD.log())
                            .find());
                },
                STAGE + "default-timeout=1s");
    }

    @Test
    void m15_noticeOfDisconnection_isAnEventAndThenTheConnectionIsMadeAnew() {
        run(
                (stage, directory, application) -> {
                    byte[] nonsense = HexFormat.of().parseHex("30050201015e00");
                    stage.backdoor(TcpSender.class).send(nonsense);
                    await().until(() -> stage.source().get("reconnects").equals(1L));
                    // it is handed on by another thread than the one that connects anew
                    await().until(() -> !application.heard.isEmpty());

                    assertThat(application.heard)
                            .singleElement()
                            .extracting(frame -> Directory.message(frame).getProtocolOp())
                            .isInstanceOfSatisfying(ExtendedResponseProtocolOp.class, notice -> {
                                assertThat(notice.getResponseOID())
                                        .isEqualTo(
                                                NoticeOfDisconnectionExtendedResult.NOTICE_OF_DISCONNECTION_RESULT_OID);
                                assertThat(notice.getResultCode()).isEqualTo(ResultCode.PROTOCOL_ERROR_INT_VALUE);
                            });
                    assertFinds(directory, 3);
                    assertThat(failures).isEmpty();
                },
                STAGE + "keeper=always");
    }

    /** Tells nothing of time: each caller would wait for longer than any test takes, so only the failure can have ended it. */
    @Test
    void m6_killedServer_isToldToAllOnceAndReopenedByItself() {
        run((stage, directory, application) -> {
            List<FutureTask<Frame>> callers = slow(stage, CALLERS);
            SLAPD.kill();
            for (FutureTask<Frame> caller : callers) {
                assertThatThrownBy(() -> Patience.get(caller)).hasCauseInstanceOf(SourceFailedException.class);
            }
            assertThat(stage.snapshot(0).role().tickets()).isZero();
            SLAPD.start();
            untilOpen(stage);

            assertFinds(directory, 4);
            assertThat(failures).isNotEmpty();
            assertThat(failures.stream().filter(cause -> !cause.getMessage().contains("cannot connect")))
                    .hasSize(1);
        });
    }

    @Test
    void m6_stoppedServer_isFoundOutByTheHeartbeat() {
        run(
                (stage, directory, application) -> {
                    List<FutureTask<Frame>> callers = slow(stage, CALLERS);
                    SLAPD.signal("STOP");
                    try {
                        for (FutureTask<Frame> caller : callers) {
                            assertThatThrownBy(() -> Patience.get(caller))
                                    .hasCauseInstanceOf(SourceFailedException.class)
                                    .hasStackTraceContaining("the heartbeat's question was not answered in 2000 ms");
                        }
                    } finally {
                        SLAPD.signal("CONT");
                    }
                    untilOpen(stage);
                    assertFinds(directory, 5);
                },
                STAGE + "source.tcp.heartbeat.question=rootSearch",
                STAGE + "source.tcp.heartbeat.every=3s",
                STAGE + "source.tcp.heartbeat.timeout=2s");
    }

    @Test
    void m6_wrongPassword_isWhatTheStartFailsBy() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ExitLeftAutoConfiguration.class))
                .withUserConfiguration(Directory.Ldap.class)
                .withPropertyValues(
                        STAGE + "token-type=java.lang.Integer",
                        STAGE + "source.type=tcp",
                        STAGE + "source.tcp.remote=127.0.0.1:" + SLAPD.address().getPort(),
                        STAGE + "source.tcp.frame.ber=true",
                        STAGE + "source.tcp.token.reader=messageId",
                        STAGE + "source.tcp.opening=nobody")
                .withBean("nobody", Opening.class, () -> server -> {
                    server.send(Directory.bytes(1, new BindRequestProtocolOp(Slapd.ADMIN, "wrong")));
                    int result = Directory.message(server.receive(Duration.ofMinutes(1)))
                            .getBindResponseProtocolOp()
                            .getResultCode();
                    throw new IllegalStateException("bind was refused: " + ResultCode.valueOf(result));
                })
                .run(context ->
                        assertThat(context).getFailure().hasStackTraceContaining("bind was refused: 49 (invalid"));
    }
}
