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
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.Framing;
import io.github.exitleft.tcp.Opening;
import io.github.exitleft.tcp.TcpSender;
import io.github.exitleft.tcp.TcpSource;
import io.github.exitleft.testing.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.jpos.iso.ISOMsg;
import org.junit.jupiter.api.Test;

/** Callers that share one connection to a card host, on which answers come at about the time at which they are given up, or never. */
class CardHostIT {

    /** How many purchases race; {@code -Dexitleft.peers.purchases=10000} is the long run. */
    private static final int PURCHASES = Integer.getInteger("exitleft.peers.purchases", 1_000);

    private static final int CALLERS = 64;
    private static final int MILLIS = 50;

    private final Set<String> answered = ConcurrentHashMap.newKeySet();
    private final Set<String> timedOut = ConcurrentHashMap.newKeySet();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

    /** One answer in ten is dropped; the others come some milliseconds before or after their time. */
    private static long delay(String reference) {
        int number = Integer.parseInt(reference.strip());
        return number % 10 == 0 ? -1 : MILLIS - 5 + number % 10;
    }

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

    @Test
    void m14_timedOutPurchases_areReversedOnceAndAnsweredOnesAreNot() throws Exception {
        try (var host = new CardHost(CardHostIT::delay);
                Stage<Integer, Frame> stage = Stage.builder("cards", Integer.class, connect(host), Card.STAN_OF_ANSWER)
                        .issuer(Card.stans())
                        .restUntilAnswered(PURCHASES * 2)
                        .keeper(Keeper.ALWAYS)
                        .build()) {
            var next = new AtomicInteger();
            List<FutureTask<Void>> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                callers.add(Callers.start(() -> {
                    for (int n = next.incrementAndGet(); n <= PURCHASES; n = next.incrementAndGet()) {
                        buy(stage, String.format("%012d", n));
                    }
                    return null;
                }));
            }
            for (FutureTask<Void> caller : callers) {
                // for as long as the run takes
                caller.get();
            }

            assertThat(this.wrong).isEmpty();
            assertThat(this.answered.size() + this.timedOut.size()).isEqualTo(PURCHASES);
            assertThat(this.timedOut).hasSizeGreaterThanOrEqualTo(PURCHASES / 10);
            await().untilAsserted(() -> assertThat(host.reversals.keySet()).isEqualTo(this.timedOut));
            // all but the dropped answers have come, and their numbers no longer rest
            await().until(() -> stage.snapshot(0).issued().resting() == PURCHASES / 10);
            assertThat(host.reversals.values())
                    .extracting(AtomicInteger::get)
                    .as("reversals of each")
                    .containsOnly(1);
            assertThat(host.requests).hasValue(PURCHASES);
            assertThat(host.logons).hasValue(1);
            assertThat(stage.snapshot(0).messages()).containsEntry(MessageOutcome.UNKNOWN, 0L);
            System.out.println("card host: " + this.answered.size() + " answered, " + this.timedOut.size()
                    + " timed out and reversed; " + stage.snapshot(0).messages());
        }
    }

    private void buy(Stage<Integer, Frame> stage, String reference) throws Exception {
        TcpSender sender = stage.backdoor(TcpSender.class);
        CallOptions<Frame> options = CallOptions.<Frame>defaults()
                .timeout(Duration.ofMillis(MILLIS))
                .onGiveUp(why -> reverse(stage, reference));
        try {
            ISOMsg answer = Card.unpack(
                    stage.call(options, stan -> sender.send(Card.pack(Card.money("0200", stan, reference)))));
            if (!reference.equals(answer.getString(CardHost.REFERENCE))) {
                this.wrong.add(reference + " got the answer to " + answer.getString(CardHost.REFERENCE));
            }
            this.answered.add(reference);
        } catch (StageTimeoutException e) {
            this.timedOut.add(reference);
        }
    }

    /** Tells the host to undo a purchase whose answer has not come; the answer to this is awaited by a future. */
    private void reverse(Stage<Integer, Frame> stage, String reference) {
        TcpSender sender = stage.backdoor(TcpSender.class);
        try {
            stage.callAsync(
                    CallOptions.<Frame>defaults().timeout(Patience.LIMIT),
                    stan -> sender.send(Card.pack(Card.money("0400", stan, reference))));
        } catch (Exception e) {
            this.wrong.add("reversal of " + reference + ": " + e);
        }
    }

    @Test
    void m11_connectionWithTooManyMissingAnswers_isRenewedAndLogsOnAgain() throws Exception {
        int most = 20;
        try (var host = new CardHost(reference -> -1);
                Stage<Integer, Frame> stage = Stage.builder("cards", Integer.class, connect(host), Card.STAN_OF_ANSWER)
                        .issuer(Card.stans())
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

    @Test
    void answersOfTheHost_areThoseThatTheMultiplexerOfJposGetsToo() throws Exception {
        try (var host = new CardHost(CardHostIT::delay);
                var multiplexer = new CardMultiplexer(host.address())) {
            var next = new AtomicInteger();
            var stans = new AtomicInteger();
            List<FutureTask<Void>> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                callers.add(Callers.start(() -> {
                    for (int n = next.incrementAndGet(); n <= PURCHASES; n = next.incrementAndGet()) {
                        String reference = String.format("%012d", n);
                        ISOMsg answer =
                                multiplexer.request(Card.money("0200", stans.incrementAndGet(), reference), MILLIS);
                        if (answer == null) {
                            this.timedOut.add(reference);
                        } else if (reference.equals(answer.getString(CardHost.REFERENCE))) {
                            this.answered.add(reference);
                        } else {
                            this.wrong.add(reference);
                        }
                    }
                    return null;
                }));
            }
            for (FutureTask<Void> caller : callers) {
                // for as long as the run takes
                caller.get();
            }
            assertThat(this.wrong).isEmpty();
            assertThat(this.answered.size() + this.timedOut.size()).isEqualTo(PURCHASES);
            assertThat(this.timedOut).hasSizeGreaterThanOrEqualTo(PURCHASES / 10);
            System.out.println(
                    "card host by QMUX: " + this.answered.size() + " answered, " + this.timedOut.size() + " timed out");
        }
    }
}
