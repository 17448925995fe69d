package com.example.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.CallOptions;
import io.github.exitleft.Resends;
import io.github.exitleft.Stage;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.DatagramTokens;
import io.github.exitleft.udp.UdpSocket;
import io.github.exitleft.udp.UdpSource;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;

/** A thousand callers ask a name server from one port. */
class DnsmasqIT {

    private static final int CALLERS = 1_000;

    /** A question or an answer may be lost where more come at once than a port holds. */
    private static final Resends RESENDS = Resends.every(Duration.ofMillis(500));

    @RegisterExtension
    static final Dnsmasq DNSMASQ = new Dnsmasq(CALLERS);

    @Test
    void thousandCallers_getTheAddressOfTheNameThatEachAskedFor() throws Exception {
        UdpSource source =
                UdpSource.builder().address(InetAddress.getByName("127.0.0.1")).open();
        try (Stage<Integer, Datagram> stage = Stage.builder(
                        "dns", Integer.class, source, DatagramTokens.at(Integer.class, 0, 2))
                .defaultTimeout(Patience.LIMIT)
                .build()) {
            UdpSocket socket = stage.backdoor(UdpSocket.class);
            CallOptions<Datagram> options = CallOptions.checked(Datagram.from(DNSMASQ.address()));
            List<FutureTask<Void>> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                int host = i;
                callers.add(Callers.start(() -> {
                    Datagram answer = stage.call(
                            host,
                            options.resend(RESENDS),
                            () -> socket.send(DNSMASQ.address(), Dnsmasq.question(host, host)));
                    var message = new Message(answer.toByteArray());
                    assertThat(message.getQuestion().getName()).hasToString(Dnsmasq.name(host) + ".");
                    assertThat(message.getSection(Section.ANSWER))
                            .singleElement()
                            .isInstanceOfSatisfying(
                                    ARecord.class,
                                    record -> assertThat(record.getAddress().getHostAddress())
                                            .isEqualTo(Dnsmasq.address(host)));
                    return null;
                }));
            }
            for (FutureTask<Void> caller : callers) {
                Patience.get(caller);
            }
        }
    }
}
