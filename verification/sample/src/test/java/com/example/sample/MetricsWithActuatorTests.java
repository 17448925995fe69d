package com.example.sample;

import static io.github.exitleft.udp.Datagram.from;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.StageClosedException;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.Ticket;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.annotation.DirtiesContext;

/** Every meter moves with what it counts, and only for the stage at which it happens. */
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
@DirtiesContext(classMode = DirtiesContext.ClassMode.BEFORE_EACH_TEST_METHOD)
class MetricsWithActuatorTests {

    private static final Duration AGES = Duration.ofMinutes(1);

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @Autowired
    private MeterRegistry registry;

    @Autowired
    private Stage<Integer, Datagram> orders;

    @Autowired
    private Stage<String, Alarm> alarms;

    @Autowired
    private MemorySource<Alarm> alarmSource;

    private DatagramSocket peer;
    private DatagramSocket stranger;

    @BeforeEach
    void open() throws IOException {
        peer = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        stranger = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        peer.close();
        stranger.close();
    }

    @Test
    void exitsWaitersHeadChangesAndPromotions_countHowWaitsEnd() throws Exception {
        Future<Datagram> first = startWaiting(1);
        await().until(() -> orders.snapshot(0).role().head() != null);
        Future<Datagram> second = startWaiting(2);
        Future<Datagram> third = startWaiting(3);
        await().until(() -> gauge("waiters") == 2);
        assertThat(gauge("head.changes")).isEqualTo(1);
        assertThat(counter("promotions")).isZero();

        reply(peer, 2); // the head hears it for the second caller, which waits
        Patience.get(second);
        await().until(() -> gauge("waiters") == 1);
        assertThat(exits("signalled")).isEqualTo(1);
        assertThat(exits("finished")).isZero();

        reply(peer, 1); // the head's own, so that the third heads
        Patience.get(first);
        await().until(() -> counter("promotions") == 1);
        assertThat(exits("finished")).isEqualTo(1);
        assertThat(gauge("head.changes")).isEqualTo(2);
        await().until(() -> gauge("waiters") == 0);

        third.cancel(true);
        await().until(() -> exits("interrupted") == 1);

        try (Ticket<Integer, Datagram> ticket = orders.ticket(4)) {
            assertThatExceptionOfType(StageTimeoutException.class)
                    .isThrownBy(() -> ticket.await(Duration.ofMillis(20)));
        }
        assertThat(exits("timed-out")).isEqualTo(1);

        assertThat(messages("delivered")).isEqualTo(2);
        assertThat(waits("orders")).isEqualTo(4);
        assertThat(registry.get("exitleft.stage.wait")
                        .tags("stage", "orders", "exit", "timed-out")
                        .timer()
                        .totalTime(TimeUnit.MILLISECONDS))
                .isGreaterThanOrEqualTo(20);
        assertThat(waits("ticks")).isZero();
    }

    @Test
    void failedSource_countsAsExit() {
        alarmSource.fail(new IOException("wire is cut"));
        assertThatExceptionOfType(SourceFailedException.class).isThrownBy(() -> alarms.call("fire", () -> {}));
        assertThat(registry.get("exitleft.stage.exits")
                        .tags("stage", "alarms", "exit", "failed")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
        assertThat(exits("failed")).isZero();
    }

    @Test
    void messages_areCountedByWhatBecameOfThem() throws Exception {
        reply(peer, 99);
        answered(1);
        assertThat(messages("unknown")).isEqualTo(1);

        reply(peer, 1);
        answered(2);
        assertThat(messages("duplicate")).isEqualTo(1);

        send(peer, new byte[] {1, 2, 3});
        send(peer, new byte[1501]);
        answered(3);
        assertThat(messages("unreadable")).isEqualTo(2);

        reply(stranger, 4);
        answered(4);
        assertThat(messages("foreign")).isEqualTo(1);

        try (Ticket<Integer, Datagram> ticket = orders.ticket(5)) {
            assertThatExceptionOfType(StageTimeoutException.class).isThrownBy(() -> ticket.await(Duration.ZERO));
        }
        reply(peer, 5);
        answered(6);
        assertThat(messages("late")).isEqualTo(1);

        try (Ticket<Integer, Datagram> unread = orders.ticket(7)) {
            for (int i = 0; i < 16 + 3; i++) {
                reply(peer, unread.token());
            }
            answered(8);
            assertThat(messages("overflow")).isEqualTo(3);
            assertThat(messages("abandoned")).isZero();
        }
        assertThat(messages("abandoned")).isEqualTo(16);
        assertThat(messages("delivered")).isEqualTo(6);
    }

    @Test
    void closedStage_hasNoMetersAndTheOthersKeepTheirs() throws Exception {
        Future<Datagram> waiting = startWaiting(1);
        await().until(() -> orders.snapshot(0).role().head() != null);
        assertThat(registry.find("exitleft.stage.exits").tag("stage", "orders").meters())
                .hasSize(8);

        orders.close();

        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> Patience.get(waiting))
                .withCauseInstanceOf(StageClosedException.class);
        await().untilAsserted(() -> assertThat(registry.getMeters())
                .noneMatch(meter -> "orders".equals(meter.getId().getTag("stage"))));
        for (String other : new String[] {"ticks", "alarms", "journal"}) {
            assertThat(registry.find("exitleft.stage.waiters")
                            .tag("stage", other)
                            .gauge())
                    .isNotNull();
        }
    }

    private Future<Datagram> startWaiting(int token) {
        return threads.submit(() -> {
            try (Ticket<Integer, Datagram> ticket = orders.ticket(token)) {
                return ticket.await(AGES).message();
            }
        });
    }

    /** Reads what is there by now, up to the answer to a call of its own. */
    private void answered(int token) throws Exception {
        orders.call(token, from((InetSocketAddress) peer.getLocalSocketAddress()), () -> reply(peer, token));
    }

    private void reply(DatagramSocket from, int token) throws IOException {
        send(from, ByteBuffer.allocate(4).putInt(token).array());
    }

    private void send(DatagramSocket from, byte[] payload) throws IOException {
        InetSocketAddress port = orders.backdoor(UdpSocket.class).localAddress();
        from.send(new DatagramPacket(payload, payload.length, port));
    }

    private double gauge(String meter) {
        return registry.get("exitleft.stage." + meter)
                .tag("stage", "orders")
                .gauge()
                .value();
    }

    private double counter(String meter, String... tags) {
        return registry.get("exitleft.stage." + meter)
                .tag("stage", "orders")
                .tags(tags)
                .functionCounter()
                .count();
    }

    private long waits(String stage) {
        return registry.get("exitleft.stage.wait").tag("stage", stage).timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }

    private double exits(String exit) {
        return counter("exits", "exit", exit);
    }

    private double messages(String outcome) {
        return counter("messages", "outcome", outcome);
    }
}
