package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot;
import io.github.exitleft.Keeper;
import io.github.exitleft.OnFailure;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.TransientSourceException;
import io.github.exitleft.spring.boot.actuate.endpoint.StagesEndpoint;
import io.github.exitleft.spring.boot.actuate.endpoint.StagesEndpoint.WaiterDescriptor;
import io.github.exitleft.spring.boot.actuate.endpoint.StagesEndpointWebExtension;
import io.github.exitleft.test.QueueSource;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.json.BasicJsonTester;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** The endpoint: B4. */
class StagesEndpointAutoConfigurationTests {

    private static final String[] STUN = {
        "exit-left.stages.stun.token-type=java.lang.String",
        "exit-left.stages.stun.source.type=udp",
        "exit-left.stages.stun.source.udp.address=127.0.0.1",
        "exit-left.stages.stun.source.udp.token.offset=0",
        "exit-left.stages.stun.source.udp.token.length=2"
    };

    private static final String UNRESTRICTED = "management.endpoint.stages.access=unrestricted";

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ExitLeftAutoConfiguration.class, StagesEndpointAutoConfiguration.class))
            .withPropertyValues(STUN);

    private final BasicJsonTester json = new BasicJsonTester(getClass());

    @Test
    void endpoint_isAbsentUnlessExposed() { // B4
        this.contextRunner.run(context -> assertThat(context).doesNotHaveBean(StagesEndpoint.class));
    }

    @Test
    void endpointExposedOverJmxOnly_hasNoWebExtension() { // B4
        this.contextRunner
                .withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=stages")
                .run(context -> assertThat(context)
                        .hasSingleBean(StagesEndpoint.class)
                        .doesNotHaveBean(StagesEndpointWebExtension.class));
    }

    @Test
    void allStagesOverHttp_haveTheFieldsOfTheContractInTheirOrder() throws Exception { // B4
        try (ConfigurableApplicationContext context = web();
                EchoPeer peer = EchoPeer.start()) {
            Stage<String, Datagram> stage = stun(context);
            stage.call(
                    "abcd",
                    () -> stage.backdoor(UdpSocket.class).send(peer.address(), new byte[] {(byte) 0xab, (byte) 0xcd}));

            HttpResponse<String> response = get(context, "/actuator/stages");

            assertThat(response.statusCode()).isEqualTo(200);
            int port = stage.backdoor(UdpSocket.class).localAddress().getPort();
            assertThat(response.body())
                    .isEqualTo(("{'stages':{'stun':{'tokenType':'java.lang.String','defaultTimeout':'PT3S',"
                                    + "'source':{'type':'udp','localAddress':'127.0.0.1:" + port
                                    + "','receiveBufferSize':" + stage.source().get("receiveBufferSize")
                                    + ",'sendBufferSize':" + stage.source().get("sendBufferSize")
                                    + ",'maxDatagramSize':1500,'outlets':"
                                    + stage.source().get("outlets")
                                    + ",'broadcast':false,'truncated':0},"
                                    + "'keeper':'off','state':'open','waiters':0,'tickets':0,"
                                    + "'maxTickets':10000,'pending':0,'refused':{'tickets':0,'token':0,'failed':0,'closed':0},'headChanges':1,'promotions':0,"
                                    + "'exits':{'finished':1,'signalled':0,'timed-out':0,'interrupted':0,'failed':0,"
                                    + "'closed':0,'cancelled':0,'not-sent':0},"
                                    + "'messages':{'delivered':1,'late':0,'duplicate':0,'foreign':0,'unknown':0,"
                                    + "'unreadable':0,'overflow':0,'abandoned':0,'event':0},'callbackFailures':0,'transientFailures':0}}}")
                            .replace('\'', '"'));
        }
    }

    @Test
    void oneStageOverHttp_showsItsOldestFuturesWithoutTokens() throws Exception { // B4
        try (ConfigurableApplicationContext context = web()) {
            Stage<String, Datagram> stage = stun(context);
            stage.keeper(Keeper.ALWAYS);
            var future = stage.callAsync("aaaa", () -> {});

            HttpResponse<String> response = get(context, "/actuator/stages/stun");

            var body = this.json.from(response.body());
            assertThat(body).extractingJsonPathNumberValue("$.pending").isEqualTo(1);
            assertThat(body)
                    .extractingJsonPathArrayValue("$.oldestPending[*].kind")
                    .isEqualTo(List.of("future"));
            assertThat(body)
                    .extractingJsonPathStringValue("$.oldestPending[0].timeoutIn")
                    .matches("PT[0-9.]+S");
            assertThat(response.body()).doesNotContain("aaaa");
            assertThat(future.cancel(false)).isTrue();
        }
    }

    @Test
    void oneStageOverHttp_showsHeadAndOldestWaitersWithoutTokens() throws Exception { // B4
        try (ConfigurableApplicationContext context = web()) {
            Stage<String, Datagram> stage = stun(context);
            waiting(stage, "head", "aaaa", 1);
            waiting(stage, "waiter-1", "bbbb", 2);
            waiting(stage, "waiter-2", "cccc", 3);

            HttpResponse<String> response = get(context, "/actuator/stages/stun");

            assertThat(response.statusCode()).isEqualTo(200);
            var body = this.json.from(response.body());
            assertThat(body).extractingJsonPathStringValue("$.head.thread").isEqualTo("head");
            assertThat(body)
                    .extractingJsonPathStringValue("$.head.since")
                    .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");
            assertThat(body).extractingJsonPathNumberValue("$.waiters").isEqualTo(2);
            assertThat(body)
                    .extractingJsonPathArrayValue("$.oldest[*].thread")
                    .isEqualTo(List.of("waiter-1", "waiter-2"));
            assertThat(body)
                    .extractingJsonPathStringValue("$.oldest[0].waiting")
                    .matches("PT[0-9.]+S");
            assertThat(body)
                    .extractingJsonPathStringValue("$.oldest[0].timeoutIn")
                    .matches("PT[0-9.]+S");
            assertThat(body).doesNotHaveJsonPath("$.oldest[0].token");
            assertThat(response.body()).doesNotContain("aaaa").doesNotContain("bbbb");
        }
    }

    @Test
    void stageWithAWindowAndIssuedTokens_showsBoth() throws Exception { // B4, M12, M13
        try (ConfigurableApplicationContext context = web(
                "exit-left.stages.stun.window=2",
                "exit-left.stages.stun.tokens.issue=random",
                "exit-left.stages.stun.default-timeout=1h")) {
            Stage<String, Datagram> stage = stun(context);
            stage.ticket().close();
            try (var ticket = stage.ticket()) {
                String body = get(context, "/actuator/stages").body();

                assertThat(ticket.token()).hasSize(4);
                assertThat(body)
                        .contains(("'transientFailures':0,'window':{'size':2,'used':1,'waiting':0},"
                                        + "'issued':{'live':1,'resting':1,'waiting':0}}")
                                .replace('\'', '"'));
            }
        }
    }

    @Test
    void oneStageOverHttp_showsTokensWhereShowValuesAllowsIt() throws Exception { // B4
        try (ConfigurableApplicationContext context = web("management.endpoint.stages.show-values=always")) {
            Stage<String, Datagram> stage = stun(context);
            waiting(stage, "head", "aaaa", 1);
            waiting(stage, "waiter-1", "bbbb", 2);

            assertThat(this.json.from(get(context, "/actuator/stages/stun").body()))
                    .extractingJsonPathStringValue("$.oldest[0].token")
                    .isEqualTo("bbbb");
        }
    }

    @Test
    void tokensForAuthorizedUsers_areHiddenFromAnonymousOnes() throws Exception { // B4
        try (ConfigurableApplicationContext context = web("management.endpoint.stages.show-values=when-authorized")) {
            Stage<String, Datagram> stage = stun(context);
            waiting(stage, "head", "aaaa", 1);
            waiting(stage, "waiter-1", "bbbb", 2);

            assertThat(get(context, "/actuator/stages/stun").body())
                    .contains("waiter-1")
                    .doesNotContain("bbbb");
        }
    }

    @Test
    void tokensForAuthorizedUsers_areShownToThoseInRole() { // B4
        this.contextRunner
                .withPropertyValues(
                        "management.endpoints.web.exposure.include=stages",
                        "management.endpoint.stages.show-values=when-authorized",
                        "management.endpoint.stages.roles=operator")
                .run(context -> {
                    waiting(stun(context.getSourceApplicationContext()), "head", "aaaa", 1);
                    waiting(stun(context.getSourceApplicationContext()), "waiter-1", "bbbb", 2);
                    StagesEndpointWebExtension extension = context.getBean(StagesEndpointWebExtension.class);

                    assertThat(extension.stage(inRole("operator"), "stun").oldest())
                            .extracting(WaiterDescriptor::token)
                            .containsExactly("bbbb");
                    assertThat(extension.stage(inRole("visitor"), "stun").oldest())
                            .extracting(WaiterDescriptor::token)
                            .containsOnlyNulls();
                });
    }

    @Test
    void waiters_areShownUpToTheTwentyOldest() { // B4
        this.contextRunner
                .withPropertyValues("management.endpoints.web.exposure.include=stages")
                .run(context -> {
                    for (int i = 0; i < 23; i++) {
                        waiting(stun(context.getSourceApplicationContext()), "thread-" + i, "token-" + i, i + 1);
                    }
                    var descriptor = context.getBean(StagesEndpoint.class).stage("stun");
                    assertThat(descriptor.waiters()).isEqualTo(22);
                    assertThat(descriptor.oldest()).hasSize(20);
                    assertThat(descriptor.oldest().get(0).thread()).isEqualTo("thread-1");
                });
    }

    private static SecurityContext inRole(String held) {
        return new SecurityContext() {
            @Override
            public Principal getPrincipal() {
                return () -> "somebody";
            }

            @Override
            public boolean isUserInRole(String role) {
                return role.equals(held);
            }
        };
    }

    @Test
    void unknownStageOverHttp_isNotFoundAndNothingIsCreated() throws Exception { // B4
        try (ConfigurableApplicationContext context = web("spring.main.lazy-initialization=true")) {
            assertThat(get(context, "/actuator/stages/other").statusCode()).isEqualTo(404);
            assertThat(get(context, "/actuator/stages/stun").statusCode()).isEqualTo(404);
            assertThat(get(context, "/actuator/stages").body()).isEqualTo("{\"stages\":{}}");
            assertThat(context.getBeanFactory().containsSingleton("stun")).isFalse();
        }
    }

    @Test
    void endpoint_worksOverJmx() throws Exception { // B4
        try (ConfigurableApplicationContext context = web(
                "spring.jmx.enabled=true",
                "management.endpoints.jmx.exposure.include=stages",
                "management.endpoints.jmx.domain=exitleft.test",
                "management.endpoint.stages.show-values=when-authorized")) {
            waiting(stun(context), "head", "aaaa", 1);
            waiting(stun(context), "waiter-1", "bbbb", 2);
            MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            ObjectName name = server.queryNames(new ObjectName("exitleft.test:type=Endpoint,name=Stages,*"), null)
                    .iterator()
                    .next();

            Object all = server.invoke(name, "stages", new Object[0], new String[0]);
            Object one = server.invoke(name, "stage", new Object[] {"stun"}, new String[] {"java.lang.String"});

            assertThat(all).asString().contains("defaultTimeout=PT3S").doesNotContain("oldest");
            assertThat(one)
                    .isInstanceOf(Map.class)
                    .asString()
                    .contains("waiter-1")
                    .doesNotContain("bbbb");
        }
    }

    @Test
    void writingOverHttp_isRefusedUnlessAccessIsGiven() throws Exception { // B4
        try (ConfigurableApplicationContext context = web()) {
            HttpResponse<String> response = post(context, "/actuator/stages/stun", "{'keeper':'always'}");

            assertThat(response.statusCode()).isEqualTo(405);
            assertThat(stun(context).keeper()).isEqualTo(Keeper.OFF);
        }
    }

    @Test
    void keeperOverHttp_isSetAndShown() throws Exception { // B4
        try (ConfigurableApplicationContext context = web(UNRESTRICTED)) {
            HttpResponse<String> response = post(context, "/actuator/stages/stun", "{'keeper':'idle'}");

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(this.json.from(response.body()))
                    .extractingJsonPathStringValue("$.keeper")
                    .isEqualTo("idle");
            assertThat(stun(context).keeper()).isEqualTo(Keeper.IDLE);
            post(context, "/actuator/stages/stun", "{'keeper':'OFF'}");
            assertThat(stun(context).keeper()).isEqualTo(Keeper.OFF);
        }
    }

    @Test
    void changeOverHttpThatCanNotBeMade_isABadRequestThatSaysWhatCan() throws Exception { // B4
        try (ConfigurableApplicationContext context = web(UNRESTRICTED)) {
            HttpResponse<String> unknown =
                    post(context, "/actuator/stages/stun", "{'keeper':'sometimes','reopen':true}");
            HttpResponse<String> nothing = post(context, "/actuator/stages/stun", "{'keepr':'idle'}");
            HttpResponse<String> none = post(context, "/actuator/stages/stun", "");

            assertThat(unknown.statusCode()).isEqualTo(400);
            assertThat(unknown.body())
                    .isEqualTo("{\"error\":\"keeper 'sometimes' for stage 'stun' does not exist;"
                            + " set 'keeper' to one of off, idle, always\"}");
            assertThat(nothing.statusCode()).isEqualTo(400);
            assertThat(nothing.body())
                    .isEqualTo("{\"error\":\"nothing to change in stage 'stun';"
                            + " set 'keeper' to one of off, idle, always, or 'reopen' to true\"}");
            assertThat(none.statusCode()).isEqualTo(400);
            assertThat(post(context, "/actuator/stages/stun", "{'reopen':'perhaps'}")
                            .statusCode())
                    .isEqualTo(400);
            assertThat(stun(context).keeper()).isEqualTo(Keeper.OFF);
        }
    }

    @Test
    void changeOverHttpOfAnUnknownStage_isNotFoundAndNothingIsCreated() throws Exception { // B4
        try (ConfigurableApplicationContext context = web(UNRESTRICTED, "spring.main.lazy-initialization=true")) {
            assertThat(post(context, "/actuator/stages/other", "{'keeper':'idle'}")
                            .statusCode())
                    .isEqualTo(404);
            assertThat(post(context, "/actuator/stages/stun", "{'keeper':'idle'}")
                            .statusCode())
                    .isEqualTo(404);
            assertThat(context.getBeanFactory().containsSingleton("stun")).isFalse();
        }
    }

    @Test
    void changeOverHttpOfAClosedStage_isAConflict() throws Exception { // B4
        try (ConfigurableApplicationContext context = web(UNRESTRICTED)) {
            stun(context).close();

            HttpResponse<String> response = post(context, "/actuator/stages/stun", "{'keeper':'idle'}");

            assertThat(response.statusCode()).isEqualTo(409);
            assertThat(response.body())
                    .isEqualTo("{\"error\":\"stage 'stun' is closed and can't be changed; restart the application\"}");
        }
    }

    @Test
    void reopenOverHttpOfAStageThatWorks_isAConflictAndChangesNothing() throws Exception { // B4
        try (ConfigurableApplicationContext context = web(UNRESTRICTED)) {
            HttpResponse<String> response = post(context, "/actuator/stages/stun", "{'keeper':'idle','reopen':true}");

            assertThat(response.statusCode()).isEqualTo(409);
            assertThat(response.body())
                    .isEqualTo("{\"error\":\"stage 'stun' has not failed, so there is nothing to reopen;"
                            + " leave out 'reopen'\"}");
            assertThat(stun(context).keeper()).isEqualTo(Keeper.OFF);
        }
    }

    @Test
    void reopenOverHttpOfAFailedStage_triesItsSourceAtOnceAndSaysSo() throws Exception { // B4, M6
        try (ConfigurableApplicationContext context = web(UNRESTRICTED)) {
            QueueSource<String> source = new QueueSource<>();
            // no thread would try it, and no caller comes
            Stage<String, String> stage = Stage.<String, String>builder("mine", String.class, source, text -> text)
                    .onFailure(OnFailure.FAIL_ALL)
                    .build();
            context.getBeanFactory().registerSingleton("mine", stage);
            source.fail(new IOException("cable cut"));
            assertThatThrownBy(() -> stage.call("token", () -> {})).isInstanceOf(SourceFailedException.class);

            HttpResponse<String> response = post(context, "/actuator/stages/mine", "{'reopen':true}");

            assertThat(response.statusCode()).isEqualTo(202);
            await().until(() -> stage.snapshot(0).role().state() == BareSnapshot.State.OPEN);
            stage.close();
        }
    }

    @Test
    void changes_areMadeOverJmxToo() throws Exception { // B4
        try (ConfigurableApplicationContext context = web(
                UNRESTRICTED,
                "spring.jmx.enabled=true",
                "management.endpoints.jmx.exposure.include=stages",
                "management.endpoints.jmx.domain=exitleft.test.writes")) {
            MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            ObjectName name = server.queryNames(
                            new ObjectName("exitleft.test.writes:type=Endpoint,name=Stages,*"), null)
                    .iterator()
                    .next();
            String[] types = {"java.lang.String", "java.lang.String", "java.lang.Boolean"};

            Object changed = server.invoke(name, "change", new Object[] {"stun", "idle", null}, types);

            assertThat(changed).asString().contains("keeper=idle");
            assertThat(stun(context).keeper()).isEqualTo(Keeper.IDLE);
            assertThatThrownBy(() -> server.invoke(name, "change", new Object[] {"stun", "sometimes", null}, types))
                    .hasMessageContaining("set 'keeper' to one of off, idle, always");
        }
    }

    @Test
    void closedStage_isShownAsClosed() throws Exception { // B4
        try (ConfigurableApplicationContext context = web()) {
            stun(context).close();

            assertThat(this.json.from(get(context, "/actuator/stages/stun").body()))
                    .extractingJsonPathStringValue("$.state")
                    .isEqualTo("closed");
        }
    }

    @Test
    void failedStage_saysWhySinceWhenAndWhenItIsTriedAgain() { // B4, B11
        QueueSource<String> source = new QueueSource<>();
        try (Stage<String, String> stage = Stage.<String, String>builder("failing", String.class, source, text -> text)
                .onFailure(OnFailure.FAIL_ALL)
                .build()) {
            var endpoint = new StagesEndpoint(() -> Map.of("failing", stage), Show.NEVER);
            assertThat(endpoint.stage("failing").failure()).isNull();
            Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
            source.fail(new TransientSourceException(new IOException("blip")));
            source.fail(new IOException("cable cut"));
            assertThatThrownBy(() -> stage.call("token", () -> {})).isInstanceOf(SourceFailedException.class);

            var shown = endpoint.stages().stages().get("failing");

            assertThat(shown.state()).isEqualTo("failed");
            assertThat(shown.transientFailures()).isEqualTo(1);
            assertThat(shown.failure().cause()).isEqualTo("java.io.IOException: cable cut");
            assertThat(Instant.parse(shown.failure().since())).isBetween(before.minusMillis(1), Instant.now());
            assertThat(Instant.parse(shown.failure().nextAttempt())).isAfter(before);
        }
    }

    private static void waiting(Stage<String, Datagram> stage, String thread, String token, int tickets) {
        Thread waiter = new Thread(
                () -> {
                    try (var ticket = stage.ticket(token)) {
                        ticket.await(Duration.ofSeconds(60));
                    } catch (InterruptedException | StageTimeoutException e) {
                        throw new AssertionError(e);
                    } catch (RuntimeException e) {
                        // closed with the context
                    }
                },
                thread);
        waiter.setDaemon(true);
        waiter.start();
        await().until(() -> {
            var role = stage.snapshot(0).role();
            return role.tickets() == tickets && role.head() != null && role.waiters() == tickets - 1;
        });
    }

    @SuppressWarnings("unchecked")
    private static Stage<String, Datagram> stun(ConfigurableApplicationContext context) {
        return context.getBean("stun", Stage.class);
    }

    private static ConfigurableApplicationContext web(String... properties) {
        return new SpringApplicationBuilder(Application.class)
                .properties("server.port=0", "management.endpoints.web.exposure.include=stages,health,metrics")
                .properties(STUN)
                .properties(properties)
                .run();
    }

    private static HttpResponse<String> get(ConfigurableApplicationContext context, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + path);
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    /** Sends JSON, in which apostrophes stand for quotation marks. */
    private static HttpResponse<String> post(ConfigurableApplicationContext context, String path, String body)
            throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + path);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.replace('\'', '"')))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
