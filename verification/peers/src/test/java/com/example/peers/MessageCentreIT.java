package com.example.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.ErrorReplyException;
import io.github.exitleft.Keeper;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.Stage;
import io.github.exitleft.StageBuilder;
import io.github.exitleft.TokenReader;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.FrameTokens;
import io.github.exitleft.tcp.Framing;
import io.github.exitleft.tcp.Opening;
import io.github.exitleft.tcp.TcpSender;
import io.github.exitleft.tcp.TcpSource;
import io.github.exitleft.testing.Patience;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jsmpp.SMPPConstant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A message centre that allows ten unanswered messages, and a client whose threads have two hundred. */
class MessageCentreIT {

    private static final int ALLOWED = 10;
    private static final int CALLERS = 200;

    private final MessageCentre centre;

    MessageCentreIT() throws Exception {
        this.centre = new MessageCentre(ALLOWED);
    }

    @AfterEach
    void close() throws Exception {
        this.centre.close();
        assertThat(this.centre.failure()).isNull();
    }

    private StageBuilder<Integer, Frame> client() {
        TokenReader<Integer, Frame> sequences = FrameTokens.at(Integer.class, Smpp.SEQUENCE, Integer.BYTES);
        TcpSource source = TcpSource.builder()
                .remote(this.centre.address())
                .framing(Framing.lengthField(0, Integer.BYTES, ByteOrder.BIG_ENDIAN, 0, true))
                .opening(MessageCentreIT::bind)
                .open();
        return Stage.builder("centre", Integer.class, source, sequences.withEvents(Smpp::isRequest))
                .issueSequence(31)
                .classifier(Smpp::errorOf)
                .defaultTimeout(Patience.LIMIT);
    }

    private static void bind(Opening.Peer peer) throws Exception {
        peer.send(Smpp.bindTransceiver(1));
        Frame answer = peer.receive(Patience.LIMIT);
        assertThat(answer.getInt(Smpp.COMMAND)).isEqualTo(SMPPConstant.CID_BIND_TRANSCEIVER_RESP);
        assertThat(Smpp.errorOf(answer)).isNull();
    }

    @Test
    void m13_callersWithoutAWindow_areThrottledFromTheEleventhOn() throws Exception {
        try (Stage<Integer, Frame> stage = client().build()) {
            List<FutureTask<String>> callers = start(stage);
            await().until(() -> this.centre.accepted() + this.centre.throttled() == CALLERS);

            this.centre.answerAll();

            int throttled = 0;
            for (FutureTask<String> caller : callers) {
                try {
                    Patience.get(caller);
                } catch (ExecutionException e) {
                    assertThat(e.getCause())
                            .isInstanceOf(ErrorReplyException.class)
                            .cause()
                            .isInstanceOfSatisfying(
                                    Smpp.ErrorStatusException.class,
                                    error -> assertThat(error.status()).isEqualTo(SMPPConstant.STAT_ESME_RTHROTTLED));
                    throttled++;
                }
            }
            assertThat(throttled).isEqualTo(this.centre.throttled()).isEqualTo(CALLERS - ALLOWED);
        }
    }

    @Test
    void m13_callersWithAWindow_areNotThrottled() throws Exception {
        try (Stage<Integer, Frame> stage = client().window(ALLOWED).build()) {
            List<FutureTask<String>> callers = start(stage);
            await().until(() -> this.centre.accepted() == ALLOWED
                    && stage.snapshot(0).window().waiting() == CALLERS - ALLOWED);

            this.centre.answerAll();

            for (FutureTask<String> caller : callers) {
                Patience.get(caller);
            }
            assertThat(this.centre.accepted()).isEqualTo(CALLERS);
            assertThat(this.centre.throttled()).isZero();
            assertThat(stage.snapshot(0).window().used()).isZero();
        }
    }

    @Test
    void m15_enquiryOfTheCentre_isAnEventThatIsAnsweredBesideTheClientsOwn() throws Exception {
        var sender = new CompletableFuture<TcpSender>();
        try (Stage<Integer, Frame> stage = client().keeper(Keeper.ALWAYS)
                .events(pdu -> Patience.get(sender).send(Smpp.enquireLinkResponse(pdu.getInt(Smpp.SEQUENCE))))
                .build()) {
            sender.complete(stage.backdoor(TcpSender.class));
            Frame answer = stage.call(sequence -> {
                // with the number of the client's question, which it must not answer
                this.centre.enquireLink(sequence);
                stage.backdoor(TcpSender.class).send(Smpp.enquireLink(sequence));
            });
            assertThat(answer.getInt(Smpp.COMMAND)).isEqualTo(SMPPConstant.CID_ENQUIRE_LINK_RESP);
            await().until(() -> this.centre.linkAnswers() == 1);
            assertThat(stage.snapshot(0).messages()).containsEntry(MessageOutcome.EVENT, 1L);
        }
    }

    /** Starts all callers, each of which submits a text of its own and checks the answer to it. */
    private static List<FutureTask<String>> start(Stage<Integer, Frame> stage) {
        TcpSender sender = stage.backdoor(TcpSender.class);
        List<FutureTask<String>> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            String text = "text " + i;
            callers.add(Callers.start(() -> {
                String id = Smpp.messageId(stage.call(sequence -> sender.send(Smpp.submit(sequence, text))));
                assertThat(id).isEqualTo("id of " + text);
                return id;
            }));
        }
        return callers;
    }
}
