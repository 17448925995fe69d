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
import java.util.concurrent.atomic.AtomicInteger;
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
    void callersWithoutAWindow_areThrottledFromTheEleventhOn() throws Exception {
        try (Stage<Integer, Frame> stage = client().build()) {
            TcpSender sender = stage.backdoor(TcpSender.class);
            var sequence = new AtomicInteger();
            List<FutureTask<String>> callers = start(text -> {
                int id = sequence.incrementAndGet();
                return stage.call(id, () -> sender.send(Smpp.submit(id, text)));
            });
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
    void m15_enquiryOfTheCentre_isAnEventThatIsAnsweredBesideTheClientsOwn() throws Exception {
        var sender = new CompletableFuture<TcpSender>();
        try (Stage<Integer, Frame> stage = client().keeper(Keeper.ALWAYS)
                .events(pdu -> Patience.get(sender).send(Smpp.enquireLinkResponse(pdu.getInt(Smpp.SEQUENCE))))
                .build()) {
            sender.complete(stage.backdoor(TcpSender.class));
            // with the number of the client's question, which it must not answer
            this.centre.enquireLink(5);
            Frame answer = stage.call(5, () -> stage.backdoor(TcpSender.class).send(Smpp.enquireLink(5)));
            assertThat(answer.getInt(Smpp.COMMAND)).isEqualTo(SMPPConstant.CID_ENQUIRE_LINK_RESP);
            await().until(() -> this.centre.linkAnswers() == 1);
            assertThat(stage.snapshot(0).messages()).containsEntry(MessageOutcome.EVENT, 1L);
        }
    }

    private interface Submission {
        Frame submit(String text) throws Exception;
    }

    /** Starts all callers, each of which submits a text of its own and checks the answer to it. */
    private static List<FutureTask<String>> start(Submission submission) {
        List<FutureTask<String>> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            String text = "text " + i;
            callers.add(Callers.start(() -> {
                String id = Smpp.messageId(submission.submit(text));
                assertThat(id).isEqualTo("id of " + text);
                return id;
            }));
        }
        return callers;
    }
}
