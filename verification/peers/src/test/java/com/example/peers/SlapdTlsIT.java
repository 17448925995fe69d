package com.example.peers;

import static org.assertj.core.api.Assertions.assertThat;

import com.unboundid.ldap.protocol.SearchResultEntryProtocolOp;
import com.unboundid.ldap.sdk.Filter;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.testing.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** An LDAP server that wants TLS, which is started on a connection that began without. */
class SlapdTlsIT {

    private static final int CALLERS = 64;
    private static final int PEOPLE = 100;
    private static final OwnCertificate CERTIFICATE = OwnCertificate.of("localhost");
    private static final String STAGE = "exit-left.stages.directory.";

    @RegisterExtension
    static final Slapd SLAPD = new Slapd(PEOPLE, CERTIFICATE);

    private static ApplicationContextRunner directory(String host, OwnCertificate trusted) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, ExitLeftAutoConfiguration.class))
                .withUserConfiguration(Directory.Ldap.class)
                .withPropertyValues(
                        "spring.ssl.bundle.pem.directory.truststore.certificate=" + trusted.certificate(),
                        STAGE + "token-type=java.lang.Integer",
                        STAGE + "default-timeout=" + Patience.FOR_EVER,
                        STAGE + "tokens.issue=sequence",
                        STAGE + "tokens.bits=30",
                        STAGE + "source.type=tcp",
                        STAGE + "source.tcp.remote=" + host + ":"
                                + SLAPD.address().getPort(),
                        STAGE + "source.tcp.connect-timeout=" + Patience.LIMIT,
                        STAGE + "source.tcp.frame.ber=true",
                        STAGE + "source.tcp.token.reader=messageId",
                        STAGE + "source.tcp.ssl.bundle=directory",
                        STAGE + "source.tcp.ssl.start=by-opening",
                        STAGE + "source.tcp.opening=startTlsAndBind");
    }

    @Test
    void m12_callersOnAConnectionWhoseOpeningStartedTls_eachFindWhatTheyAskFor() {
        directory("localhost", CERTIFICATE).run(context -> {
            @SuppressWarnings("unchecked") // as configured
            Stage<Integer, Frame> stage = context.getBean("directory", Stage.class);
            var directory = new Directory(stage);
            List<FutureTask<Void>> callers = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                int first = caller;
                callers.add(Callers.start(() -> {
                    for (int round = 0; round < 10; round++) {
                        String name = Slapd.name((first + round) % PEOPLE);
                        assertThat(directory.search(Slapd.BASE, Filter.createEqualityFilter("cn", name)))
                                .singleElement()
                                .extracting(SearchResultEntryProtocolOp::getDN)
                                .isEqualTo("cn=" + name + "," + Slapd.BASE);
                    }
                    return null;
                }));
            }
            for (FutureTask<Void> caller : callers) {
                Patience.get(caller);
            }
            assertThat(stage.source()).containsEntry("reconnects", 0L);
            assertThat(SLAPD.log()).contains("TLS established");
        });
    }

    /** The certificate is for localhost, the remote an address. */
    @Test
    void b1_certificateForAnotherHost_isWhatTheStartFailsBy() {
        directory("127.0.0.1", CERTIFICATE)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining("TLS handshake failed: ")
                        .hasStackTraceContaining("No subject alternative names matching IP address 127.0.0.1 found"));
    }

    @Test
    void b1_certificateThatIsNotTrusted_isWhatTheStartFailsBy() {
        directory("localhost", OwnCertificate.of("elsewhere.example"))
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining("TLS handshake failed: "));
    }

    /** The server refuses what is asked without TLS, so the answers above came over it. */
    @Test
    void b1_bindWithoutTls_isRefused() {
        directory("localhost", CERTIFICATE)
                .withPropertyValues(STAGE + "source.tcp.opening=bind")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining("bind was refused: 13 (confidentiality required)"));
    }
}
