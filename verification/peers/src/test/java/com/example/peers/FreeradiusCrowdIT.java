package com.example.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.CallOptions;
import io.github.exitleft.Keeper;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.PeerToken;
import io.github.exitleft.Stage;
import io.github.exitleft.StageListener;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.Unclaimed;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.DatagramTokens;
import io.github.exitleft.udp.UdpSocket;
import io.github.exitleft.udp.UdpSource;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** More callers of a RADIUS server than it has ids, over a line on which every third answer is slower than their timeout. */
class FreeradiusCrowdIT {

    /** How many answers the crowd gets; {@code -Dexitleft.peers.answers=100000} is the long run, of about a minute. */
    private static final int ANSWERS = Integer.getInteger("exitleft.peers.answers", 3_000);

    private static final int CALLERS = 300;
    private static final Duration TIMEOUT = Duration.ofMillis(250);

    @RegisterExtension
    static final Freeradius FREERADIUS = new Freeradius();

    private final ScheduledExecutorService slow = Executors.newSingleThreadScheduledExecutor();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong late = new AtomicLong();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

    @AfterEach
    void stop() {
        this.slow.shutdownNow();
    }

    @Test
    void m12_issuedIds_bringEachAnswerToItsCallerInTimeOrLateWithItsQuestion() throws Exception {
        UdpSource source =
                UdpSource.builder().address(InetAddress.getByName("127.0.0.1")).open();
        try (var line = new SlowLine(FREERADIUS.address(), new Line());
                Stage<PeerToken<Integer>, Datagram> stage = Stage.builder(
                                "radius",
                                PeerToken.type(Integer.class),
                                source,
                                DatagramTokens.ofPeer(Integer.class, 1, 1, ByteOrder.BIG_ENDIAN))
                        .issueRandom(Integer.class, 8)
                        .rest(Patience.FOR_EVER)
                        .defaultTimeout(TIMEOUT)
                        .keeper(Keeper.ALWAYS)
                        .build()) {
            stage.addListener(new LateAnswers());
            List<FutureTask<Void>> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                callers.add(Callers.start(() -> {
                    while (answers() < ANSWERS) {
                        ask(stage, line);
                    }
                    return null;
                }));
            }
            for (FutureTask<Void> caller : callers) {
                // for as long as the run takes
                caller.get();
            }
            await().until(() -> answers() == this.sent.get() || !this.wrong.isEmpty());

            assertThat(this.wrong).isEmpty();
            assertThat(this.delivered).hasPositiveValue();
            assertThat(this.late).hasPositiveValue();
            var outcomes = stage.snapshot(0).messages();
            assertThat(outcomes.get(MessageOutcome.DELIVERED)).isEqualTo(this.delivered.get());
            assertThat(outcomes.get(MessageOutcome.LATE)).isEqualTo(this.late.get());
            assertThat(outcomes.values().stream().mapToLong(Long::longValue).sum())
                    .isEqualTo(this.sent.get());
            System.out.println("freeradius: " + outcomes);
        }
    }

    private long answers() {
        return this.delivered.get() + this.late.get();
    }

    private void ask(Stage<PeerToken<Integer>, Datagram> stage, SlowLine line)
            throws IOException, InterruptedException {
        UdpSocket socket = stage.backdoor(UdpSocket.class);
        var request = new RadiusRequest("user-" + ThreadLocalRandom.current().nextLong(), Freeradius.SECRET);
        CallOptions<Datagram> options =
                CallOptions.<Datagram>defaults().peer(line.address()).attachment(request);
        try {
            Datagram answer = stage.call(options, token -> {
                this.sent.incrementAndGet();
                socket.send(line.address(), request.encode(token.id()));
            });
            account(this.delivered, request, answer);
        } catch (StageTimeoutException e) {
            // no id was free in time, or the answer comes late
        }
    }

    private void account(AtomicLong count, RadiusRequest request, Datagram answer) {
        byte[] bytes = answer.toByteArray();
        if (request.isAnsweredBy(bytes) && request.user().equals(RadiusRequest.replyMessage(bytes))) {
            count.incrementAndGet();
        } else {
            this.wrong.add("answer to " + RadiusRequest.replyMessage(bytes) + ", not to " + request.user());
        }
    }

    /** Lets every third answer come late, and sees that no id is used while the server owes an answer to it. */
    private final class Line implements SlowLine.Traffic {

        private final Set<Byte> owed = ConcurrentHashMap.newKeySet();
        private int answers;

        @Override
        public void request(byte[] request) {
            if (!this.owed.add(request[RadiusRequest.ID])) {
                FreeradiusCrowdIT.this.wrong.add("second request with id " + request[RadiusRequest.ID]);
            }
        }

        @Override
        public void answer(byte[] answer, Runnable arrive) {
            this.owed.remove(answer[RadiusRequest.ID]);
            if (++this.answers % 3 == 0) {
                long timeout = TIMEOUT.toNanos();
                FreeradiusCrowdIT.this.slow.schedule(
                        arrive, ThreadLocalRandom.current().nextLong(timeout, 2 * timeout), TimeUnit.NANOSECONDS);
            } else {
                arrive.run();
            }
        }
    }

    private final class LateAnswers implements StageListener<PeerToken<Integer>, Datagram> {

        @Override
        public void unclaimed(Unclaimed<? extends PeerToken<Integer>, ? extends Datagram> unclaimed) {
            if (unclaimed.outcome() == MessageOutcome.LATE && unclaimed.attachment() instanceof RadiusRequest request) {
                account(FreeradiusCrowdIT.this.late, request, unclaimed.message());
            } else {
                FreeradiusCrowdIT.this.wrong.add(unclaimed.toString());
            }
        }
    }
}
