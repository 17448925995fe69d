package com.example.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.CallOptions;
import io.github.exitleft.Keeper;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.Reuse;
import io.github.exitleft.Stage;
import io.github.exitleft.StageBuilder;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.Ticket;
import io.github.exitleft.TokenInUseException;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.DatagramTokens;
import io.github.exitleft.udp.UdpSocket;
import io.github.exitleft.udp.UdpSource;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Callers of a RADIUS server, which has only 256 ids for all questions from one port. */
class FreeradiusIT {

    private static final int ID = 7;
    private static final Duration SOON = Duration.ofMillis(1);

    @RegisterExtension
    static final Freeradius FREERADIUS = new Freeradius();

    private static StageBuilder<Integer, Datagram> stage() throws IOException {
        UdpSource source =
                UdpSource.builder().address(InetAddress.getByName("127.0.0.1")).open();
        return Stage.builder("radius", Integer.class, source, DatagramTokens.at(Integer.class, 1, 1))
                .defaultTimeout(Patience.LIMIT)
                .keeper(Keeper.ALWAYS);
    }

    @Test
    void m11_idThatMayBeTakenAgainAtOnce_getsTheAnswerToTheOldQuestion() throws Exception {
        var held = new LinkedBlockingQueue<Runnable>();
        try (var line = new SlowLine(FREERADIUS.address(), (answer, arrive) -> held.add(arrive));
                Stage<Integer, Datagram> stage = stage().reuse(Reuse.ALLOW).build()) {
            RadiusRequest first = giveUp(stage, line, held);
            var second = new RadiusRequest("second", Freeradius.SECRET);
            try (Ticket<Integer, Datagram> ticket = stage.ticket(ID)) {
                stage.backdoor(UdpSocket.class).send(line.address(), second.encode(ID));
                held.remove().run();
                byte[] answer = ticket.await().message().toByteArray();

                assertThat(second.isAnsweredBy(answer)).isFalse();
                assertThat(first.isAnsweredBy(answer)).isTrue();
                assertThat(RadiusRequest.replyMessage(answer)).isEqualTo("first");
            }
        }
    }

    @Test
    void m11_idThatRests_isRefusedUntilTheOldAnswerHasCome() throws Exception {
        var held = new LinkedBlockingQueue<Runnable>();
        try (var line = new SlowLine(FREERADIUS.address(), (answer, arrive) -> held.add(arrive));
                Stage<Integer, Datagram> stage = stage().build()) {
            giveUp(stage, line, held);
            assertThatThrownBy(() -> stage.ticket(ID)).isInstanceOf(TokenInUseException.class);

            held.remove().run();
            await().until(() -> stage.snapshot(0).messages().get(MessageOutcome.LATE) == 1);
            var second = new RadiusRequest("second", Freeradius.SECRET);
            try (Ticket<Integer, Datagram> ticket = stage.ticket(ID)) {
                stage.backdoor(UdpSocket.class).send(line.address(), second.encode(ID));
                await().until(() -> !held.isEmpty());
                held.remove().run();

                assertThat(second.isAnsweredBy(ticket.await().message().toByteArray()))
                        .isTrue();
            }
        }
    }

    /** Asks a first question, whose answer is held until its caller has given up. */
    private static RadiusRequest giveUp(Stage<Integer, Datagram> stage, SlowLine line, Collection<Runnable> held) {
        UdpSocket socket = stage.backdoor(UdpSocket.class);
        var request = new RadiusRequest("first", Freeradius.SECRET);
        assertThatThrownBy(() -> stage.call(
                        ID,
                        CallOptions.<Datagram>defaults().timeout(SOON),
                        () -> socket.send(line.address(), request.encode(ID))))
                .isInstanceOf(StageTimeoutException.class);
        await().until(() -> !held.isEmpty());
        return request;
    }

    @Test
    void callers_getTheAnswersToTheirOwnQuestions() throws Exception {
        try (var line = new SlowLine(FREERADIUS.address(), (answer, arrive) -> arrive.run());
                Stage<Integer, Datagram> stage = stage().build()) {
            UdpSocket socket = stage.backdoor(UdpSocket.class);
            for (int id : new int[] {0, ID, 255}) {
                var request = new RadiusRequest("user-" + id, Freeradius.SECRET);
                byte[] answer = stage.call(id, () -> socket.send(line.address(), request.encode(id)))
                        .toByteArray();
                assertThat(answer[0]).isEqualTo((byte) RadiusRequest.ACCESS_ACCEPT);
                assertThat(request.isAnsweredBy(answer)).isTrue();
                assertThat(RadiusRequest.replyMessage(answer)).isEqualTo(request.user());
            }
            await().until(() -> stage.snapshot(0).messages().get(MessageOutcome.DELIVERED) == 3);
        }
    }
}
