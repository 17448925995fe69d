package com.example.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.CallOptions;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.Resends;
import io.github.exitleft.Stage;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.DatagramTokens;
import io.github.exitleft.udp.UdpSocket;
import io.github.exitleft.udp.UdpSource;
import java.io.IOException;
import java.io.UncheckedIOException;
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
    void m12_thousandCallers_getAnIdEachAndTheAddressOfTheNameThatTheyAskFor() throws Exception {
        UdpSource source =
                UdpSource.builder().address(InetAddress.getByName("127.0.0.1")).open();
        try (Stage<Integer, Datagram> stage = Stage.builder(
                        "dns", Integer.class, source, DatagramTokens.at(Integer.class, 0, 2))
                .issueRandom(16)
                .defaultTimeout(Patience.LIMIT)
                .build()) {
            UdpSocket socket = stage.backdoor(UdpSocket.class);
            List<FutureTask<Void>> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                int host = i;
                callers.add(Callers.start(() -> {
                    Datagram answer = stage.call(
                            CallOptions.<Datagram>checked(datagram -> isAbout(host, datagram))
                                    .resend(RESENDS),
                            id -> socket.send(DNSMASQ.address(), Dnsmasq.question(id, host)));
                    assertThat(new Message(answer.toByteArray()).getSection(Section.ANSWER))
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
            assertThat(stage.snapshot(0).messages()).containsEntry(MessageOutcome.DELIVERED, (long) CALLERS);
        }
    }

    /** Returns whether an answer repeats the question (RFC 5452, section 9.1), as a second answer to another may not. */
    private static boolean isAbout(int host, Datagram answer) {
        try {
            return answer.sender().equals(DNSMASQ.address())
                    && new Message(answer.toByteArray())
                            .getQuestion()
                            .getName()
                            .toString(true)
                            .equals(Dnsmasq.name(host));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
