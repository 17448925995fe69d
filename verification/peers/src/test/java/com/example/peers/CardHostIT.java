package com.example.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot;
import io.github.exitleft.CallOptions;
import io.github.exitleft.Keeper;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.TokenIssuer;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.Framing;
import io.github.exitleft.tcp.Opening;
import io.github.exitleft.tcp.TcpSender;
import io.github.exitleft.tcp.TcpSource;
import io.github.exitleft.testing.Patience;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jpos.iso.ISOMsg;
import org.junit.jupiter.api.Test;

/** Callers that share one connection to a card host, on which answers come at about the time at which they are given up, or never. */
class CardHostIT {

    /** A reversal that was sent, and its answer. */
    private record Reversal(String reference, AtomicInteger stan, CompletableFuture<Frame> answer) {}

    private final CardCrowd crowd = new CardCrowd();
    private final Queue<Reversal> reversals = new ConcurrentLinkedQueue<>();

    private static void logOn(Opening.Peer peer) throws Exception {
        peer.send(Card.pack(Card.network(1, "001")));
        ISOMsg answer = Card.unpack(peer.receive(Patience.LIMIT));
        assertThat(answer.getMTI()).isEqualTo("0810");
        assertThat(answer.getString(39)).isEqualTo("00");
    }

    private static TcpSource connect(CardHost host) throws Exception {
        return TcpSource.builder()
                .remote(host.address())
                .framing(Framing.lengthField(0, Card.LENGTH))
                .opening(CardHostIT::logOn)
                .open();
    }

    private static Stage<Integer, Frame> stage(CardHost host) throws Exception {
        return Stage.builder("cards", Integer.class, connect(host), Card.STAN_OF_ANSWER)
                .issuer(Card.stans(CardCrowd.STANS))
                .restUntilAnswered(CardCrowd.STANS)
                .keeper(Keeper.ALWAYS)
                .build();
    }

    @Test
    void m14_timedOutPurchases_areReversedOnceAndAnsweredOnesAreNot() throws Exception {
        try (var host = new CardHost(CardCrowd::delay);
                Stage<Integer, Frame> stage = stage(host)) {
            this.crowd.buy((reference, timeout) -> ask(stage, reference, timeout, () -> reverse(stage, reference)));

            this.crowd.assertRight();
            await().until(() -> this.reversals.size() >= this.crowd.timedOut.size());
            for (Reversal reversal : this.reversals) {
                ISOMsg answer = Card.unpack(Patience.get(reversal.answer()));
                this.crowd.check("0410", reversal.stan().get(), reversal.reference(), answer);
            }
            assertThat(this.crowd.wrong).isEmpty();
            await().until(() -> stage.snapshot(0).issued().live() == 0);
            assertThat(host.reversals.keySet()).isEqualTo(this.crowd.timedOut);
            assertThat(host.reversals.values())
                    .extracting(AtomicInteger::get)
                    .as("reversals of each")
                    .containsOnly(1);
            // all but the dropped answers come, and their numbers no longer rest
            await().until(() -> stage.snapshot(0).issued().resting() == CardCrowd.TENTH);
            assertThat(host.requests).hasValue(CardCrowd.PURCHASES);
            assertThat(host.logons).hasValue(1);
            assertThat(stage.snapshot(0).messages()).containsEntry(MessageOutcome.UNKNOWN, 0L);
            System.out.println("card host: " + this.crowd + ", and reversed; "
                    + stage.snapshot(0).messages());
        }
    }

    private static CardCrowd.Answer ask(
            Stage<Integer, Frame> stage, String reference, Duration timeout, Runnable givenUp) throws Exception {
        TcpSender sender = stage.backdoor(TcpSender.class);
        var sent = new AtomicInteger();
        CallOptions<Frame> options =
                CallOptions.<Frame>defaults().timeout(timeout).onGiveUp(why -> givenUp.run());
        try {
            Frame answer = stage.call(options, stan -> {
                sent.set(stan);
                sender.send(Card.pack(Card.money("0200", stan, reference)));
            });
            return new CardCrowd.Answer(sent.get(), Card.unpack(answer));
        } catch (StageTimeoutException e) {
            return null;
        }
    }

    /** Tells the host to undo a purchase whose answer has not come. */
    private void reverse(Stage<Integer, Frame> stage, String reference) {
        TcpSender sender = stage.backdoor(TcpSender.class);
        var sent = new AtomicInteger();
        CompletableFuture<Frame> answer;
        try {
            answer = stage.callAsync(CallOptions.<Frame>defaults().timeout(Patience.FOR_EVER), stan -> {
                sent.set(stan);
                sender.send(Card.pack(Card.money("0400", stan, reference)));
            });
        } catch (Exception e) {
            answer = CompletableFuture.failedFuture(e);
        }
        this.reversals.add(new Reversal(reference, sent, answer));
    }

    @Test
    void m11_connectionWithTooManyMissingAnswers_isRenewedAndLogsOnAgain() throws Exception {
        int most = 20;
        try (var host = new CardHost(reference -> -1);
                Stage<Integer, Frame> stage = Stage.builder("cards", Integer.class, connect(host), Card.STAN_OF_ANSWER)
                        .issuer(Card.stans(Card.STANS))
                        .restUntilAnswered(most)
                        .build()) {
            TcpSender sender = stage.backdoor(TcpSender.class);
            CallOptions<Frame> impatient = CallOptions.<Frame>defaults().timeout(Duration.ofMillis(1));
            while (host.logons.get() == 1) {
                String reference = String.format("%012d", host.requests.get());
                try {
                    stage.call(impatient, stan -> sender.send(Card.pack(Card.money("0200", stan, reference))));
                } catch (StageTimeoutException | SourceFailedException expected) {
                    assertThat(stage.snapshot(0).issued().live()).isZero();
                }
            }
            await().until(() -> stage.snapshot(0).role().state() == BareSnapshot.State.OPEN);

            Frame echo = stage.call(
                    CallOptions.<Frame>defaults().timeout(Patience.LIMIT),
                    stan -> sender.send(Card.pack(Card.network(stan, "301"))));
            assertThat(Card.unpack(echo).getMTI()).isEqualTo("0810");
            assertThat(host.echoes).hasValue(1);
            assertThat(stage.source()).containsEntry("reconnects", 1L);
            assertThat(stage.snapshot(0).issued().resting()).isLessThanOrEqualTo(most);
        }
    }

    /** Asserts nothing of jPOS's multiplexer, which leaves it to its callers to use no number again too soon. */
    @Test
    void m11_answersThatComeLate_areTakenForNoOthers() throws Exception {
        try (var host = new CardHost(CardCrowd::delay);
                var multiplexer = new CardMultiplexer(host.address());
                Stage<Integer, Frame> stage = stage(host)) {
            var theirs = new CardCrowd();
            TokenIssuer<Integer> stans = Card.stans(CardCrowd.STANS);
            theirs.buy((reference, timeout) -> {
                int stan = stans.issue();
                ISOMsg answer = multiplexer.request(Card.money("0200", stan, reference), timeout.toMillis());
                return answer == null ? null : new CardCrowd.Answer(stan, answer);
            });
            this.crowd.buy((reference, timeout) -> ask(stage, reference, timeout, () -> {}));

            await().until(() -> stage.snapshot(0).issued().resting() == CardCrowd.TENTH);
            Map<MessageOutcome, Long> messages = stage.snapshot(0).messages();
            System.out.println("card host by QMUX: " + theirs + "; answers that came late: " + multiplexer.late());
            System.out.println("card host by a stage: " + this.crowd + "; answers that came late: "
                    + messages.get(MessageOutcome.LATE));
            this.crowd.assertRight();
            assertThat(messages)
                    .containsEntry(MessageOutcome.DELIVERED, (long) this.crowd.answered.size())
                    .containsEntry(MessageOutcome.LATE, (long) this.crowd.timedOut.size() - CardCrowd.TENTH);
        }
    }
}
