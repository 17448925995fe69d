package io.github.exitleft.spring.boot.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.autoconfigure.health.StagesHealthContributorAutoConfiguration;
import io.github.exitleft.spring.boot.tcp.Certificates.Shown;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.Opening;
import io.github.exitleft.tcp.TcpSender;
import io.github.exitleft.testing.Patience;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.IndicatedHealthDescriptor;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Stages over TLS that keys configure: B13, and B1 for what is wrong with them. */
@ExtendWith(OutputCaptureExtension.class)
class TlsConfigurationTests {

    private static final String TCP = "exit-left.stages.host.source.tcp.";

    @TempDir
    Path directory;

    private ApplicationContextRunner host(int port) {
        Path trusted = Certificates.trustStore(this.directory.resolve("trusted.p12"));
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        SslAutoConfiguration.class,
                        ExitLeftAutoConfiguration.class,
                        StagesHealthContributorAutoConfiguration.class,
                        HealthContributorAutoConfiguration.class,
                        HealthContributorRegistryAutoConfiguration.class,
                        HealthEndpointAutoConfiguration.class))
                .withUserConfiguration(Beans.class)
                .withPropertyValues(
                        "management.endpoints.web.exposure.include=health",
                        "management.endpoint.health.show-details=always",
                        "spring.ssl.bundle.jks.peer.truststore.location=" + trusted.toUri(),
                        "spring.ssl.bundle.jks.peer.truststore.password=password",
                        "exit-left.stages.host.token-type=java.lang.Integer",
                        "exit-left.stages.host.default-timeout=1h",
                        "exit-left.stages.host.source.type=tcp",
                        TCP + "remote=localhost:" + port,
                        TCP + "connect-timeout=1m",
                        TCP + "frame.length-field.length=2",
                        TCP + "token.offset=2",
                        TCP + "token.length=4",
                        TCP + "ssl.bundle=peer");
    }

    @SuppressWarnings("unchecked")
    private static Stage<Integer, Frame> stage(ApplicationContext context) {
        return (Stage<Integer, Frame>) context.getBean("host", Stage.class);
    }

    private static IndicatedHealthDescriptor health(ApplicationContext context) {
        return (IndicatedHealthDescriptor) context.getBean(HealthEndpoint.class).healthForPath("stages", "host");
    }

    private static void ask(ApplicationContext context, int token) throws Exception {
        Stage<Integer, Frame> host = stage(context);
        Frame answer = host.call(token, () -> host.backdoor(TcpSender.class).send(TlsServer.payload(token)));
        assertThat(answer.getInt(2)).isEqualTo(token);
    }

    @Test
    void bundle_encryptsTheConnection(CapturedOutput output) throws Exception {
        try (TlsServer server = TlsServer.of(TlsServer::echo)) {
            host(server.port()).run(context -> ask(context, 1));
        }
        assertThat(output).doesNotContain("may be any host");
    }

    @Test
    void hostnameThatIsNotVerified_isLoggedOnce(CapturedOutput output) throws Exception {
        try (TlsServer server = TlsServer.showing(Shown.ELSEWHERE, TlsServer::echo)) {
            host(server.port())
                    .withPropertyValues(TCP + "ssl.verify-hostname=false")
                    .run(context -> ask(context, 1));
        }
        assertThat(output.getOut().split("The peer of stage 'host' may be any host", -1))
                .hasSize(2);
        assertThat(output).contains(TCP + "ssl.verify-hostname is false");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            STRANGER  | unable to find valid certification path
            EXPIRED   | NotAfter
            ELSEWHERE | No subject alternative DNS name matching localhost found
            """)
    void b1_certificateThatIsRefused_isReportedWithItsCause(Shown shown, String cause) throws Exception {
        try (TlsServer server = TlsServer.showing(shown, TlsServer::echo)) {
            host(server.port())
                    .run(context -> assertThat(context.getStartupFailure())
                            .hasStackTraceContaining(TCP + "ssl.bundle")
                            .hasStackTraceContaining("there is no connection; cannot connect to localhost/")
                            .hasStackTraceContaining("TLS handshake failed: ")
                            .hasStackTraceContaining(cause));
        }
    }

    @Test
    void b5_health_tellsWhyTheNextConnectionIsRefused() throws Exception {
        var line = new AtomicReference<TlsServer.Line>();
        try (TlsServer server = TlsServer.of(accepted -> {
            line.set(accepted);
            TlsServer.echo(accepted);
        })) {
            host(server.port()).run(context -> {
                ask(context, 1);
                var registry = context.getBean(DefaultSslBundleRegistry.class);
                registry.updateBundle("peer", Certificates.trusting("stranger"));
                line.get().socket().close();
                assertThatExceptionOfType(SourceFailedException.class)
                        .isThrownBy(() -> stage(context).call(2, () -> {}));
                await().untilAsserted(() -> {
                    IndicatedHealthDescriptor down = health(context);
                    assertThat(down.getStatus()).isEqualTo(Status.DOWN);
                    assertThat(down.getDetails().get("error"))
                            .asString()
                            .contains("TLS handshake failed: ", "unable to find valid certification path");
                });

                registry.updateBundle("peer", Certificates.trusting());
                await().until(() -> health(context).getStatus().equals(Status.UP));
                ask(context, 3);
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void openingThatStartsTls_talksBeforeAndAfter(boolean startsIt) throws Exception {
        try (TlsServer server = TlsServer.plain(plain -> {
            assertThat(plain.token()).isEqualTo(10);
            plain.frame(11);
            TlsServer.Line line = plain.startTls(Shown.GOOD.context());
            line.frame(line.token() + 1);
            TlsServer.echo(line);
        })) {
            host(server.port())
                    .withPropertyValues(
                            TCP + "ssl.start=by-opening", TCP + "opening=" + (startsIt ? "upgrading" : "forgetful"))
                    .run(context -> {
                        if (startsIt) {
                            ask(context, 1);
                        } else {
                            assertThat(context.getStartupFailure()).hasStackTraceContaining("ended without TLS");
                        }
                    });
        }
    }

    /** What stands between peer and client adds a frame without TLS, to be taken for one that the peer has sent with it. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void frameThatIsPutInBeforeTls_isRefused(boolean together) throws Exception {
        try (TlsServer server = TlsServer.plain(plain -> {
            plain.token();
            byte[] both = new byte[12];
            System.arraycopy(TlsServer.framed(11), 0, both, 0, 6);
            System.arraycopy(TlsServer.framed(1), 0, both, 6, 6);
            if (together) {
                plain.write(both);
            } else {
                plain.frame(11);
                plain.in().readFully(new byte[5]); // the client has begun TLS
                plain.frame(1);
            }
            plain.awaitEnd();
        })) {
            host(server.port())
                    .withPropertyValues(TCP + "ssl.start=by-opening", TCP + "opening=upgrading")
                    .run(context -> assertThat(context.getStartupFailure())
                            .hasStackTraceContaining(
                                    together
                                            ? "more came before TLS than the opening has read"
                                            : "TLS handshake failed"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ssl.bundle=              | ssl.bundle          | names no bundle
            ssl.bundle=other         | ssl.bundle          | there is no SSL bundle named 'other'
            ssl.start=by-opening     | ssl.start           | the opening is to start TLS, but there is none
            ssl.start=never          | ssl.start           | there is no such value
            ssl.verify-hostname=none | ssl.verify-hostname | none
            """)
    void b1_wrongKeyOfTls_isReported(String line, String key, String reason) {
        host(1).withPropertyValues(TCP + line)
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining(TCP + key)
                        .hasStackTraceContaining(reason));
    }

    @ParameterizedTest
    @CsvSource({"start, by-opening", "verify-hostname, false"})
    void b1_keyWithoutABundle_isReported(String key, String value) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ExitLeftAutoConfiguration.class))
                .withPropertyValues(
                        "exit-left.stages.host.token-type=java.lang.Integer",
                        "exit-left.stages.host.source.type=tcp",
                        TCP + "remote=localhost:1",
                        TCP + "frame.length-field.length=2",
                        TCP + "token.offset=2",
                        TCP + "token.length=4",
                        TCP + "ssl." + key + "=" + value)
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining(TCP + "ssl." + key)
                        .hasStackTraceContaining("there is no TLS without " + TCP + "ssl.bundle"));
    }

    @Test
    void b1_missingLibrary_isReportedWithTheDependencyToAdd() {
        host(1).withClassLoader(new FilteredClassLoader("tlschannel"))
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining(TCP + "ssl.bundle")
                        .hasStackTraceContaining("there is no class tlschannel.ClientTlsChannel on the class path"));
    }

    @Configuration(proxyBeanMethods = false)
    static class Beans {

        @Bean
        Opening upgrading() {
            return peer -> {
                peer.send(TlsServer.payload(10));
                assertThat(peer.receive(Patience.FOR_EVER).getInt(2)).isEqualTo(11);
                peer.startTls();
                peer.send(TlsServer.payload(20));
                assertThat(peer.receive(Patience.FOR_EVER).getInt(2)).isEqualTo(21);
            };
        }

        @Bean
        Opening forgetful() {
            return peer -> {};
        }
    }
}
