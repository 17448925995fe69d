package com.example.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.CallOptions;
import io.github.exitleft.Resends;
import io.github.exitleft.Stage;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.snmp4j.PDU;
import org.snmp4j.smi.OID;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Callers ask an SNMP agent, whose answers have the request's id at no fixed place. */
class SnmpdIT {

    private static final int CALLERS = 200;

    /** A question or an answer may be lost where more come at once than a port holds. */
    private static final Resends RESENDS = Resends.every(Duration.ofMillis(500));

    @RegisterExtension
    static final Snmpd SNMPD = new Snmpd(CALLERS);

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ExitLeftAutoConfiguration.class))
            .withUserConfiguration(Application.class)
            .withPropertyValues(
                    "exit-left.stages.agent.token-type=java.lang.Integer",
                    "exit-left.stages.agent.default-timeout=" + Patience.LIMIT,
                    "exit-left.stages.agent.tokens.issue=random",
                    "exit-left.stages.agent.tokens.bits=31",
                    "exit-left.stages.agent.source.type=udp",
                    "exit-left.stages.agent.source.udp.address=127.0.0.1",
                    "exit-left.stages.agent.source.udp.token.reader=requestId");

    @Configuration(proxyBeanMethods = false)
    static class Application {

        @Bean
        TokenReader<Integer, Datagram> requestId() {
            return datagram -> Snmpd.read(datagram.payload()).getRequestID().getValue();
        }
    }

    @Test
    void m12_callers_getTheValueThatEachAsksForByAnIssuedRequestId() {
        this.contextRunner.run(context -> {
            @SuppressWarnings("unchecked") // as configured
            Stage<Integer, Datagram> agent = context.getBean("agent", Stage.class);
            assertThat(ask(agent, Snmpd.SYS_NAME)).isEqualTo("the-peer");
            List<FutureTask<Void>> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                int number = i;
                callers.add(Callers.start(() -> {
                    assertThat(ask(agent, Snmpd.oid(number))).isEqualTo(Snmpd.value(number));
                    return null;
                }));
            }
            for (FutureTask<Void> caller : callers) {
                Patience.get(caller);
            }
        });
    }

    private static String ask(Stage<Integer, Datagram> agent, OID oid) throws Exception {
        CallOptions<Datagram> options =
                CallOptions.checked(Datagram.from(SNMPD.address())).resend(RESENDS);
        UdpSocket socket = agent.backdoor(UdpSocket.class);
        Datagram answer = agent.call(options, id -> socket.send(SNMPD.address(), Snmpd.get(id, oid)));
        PDU read = Snmpd.read(answer.payload());
        assertThat(read.getErrorStatus()).isZero();
        assertThat(read.get(0).getOid()).isEqualTo(oid);
        return read.get(0).getVariable().toString();
    }
}
