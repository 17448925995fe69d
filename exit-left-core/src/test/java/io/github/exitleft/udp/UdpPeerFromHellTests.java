package io.github.exitleft.udp;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.CallOptions;
import io.github.exitleft.HookedSource;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.Outcome;
import io.github.exitleft.Resends;
import io.github.exitleft.Stage;
import io.github.exitleft.StageFixture;
import io.github.exitleft.StageListener;
import io.github.exitleft.StageSnapshot;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.Unclaimed;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.testing.VirtualThreadSupport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * A stage over one UDP port, against a {@link PeerFromHell}.
 *
 * <p>{@code -Dexitleft.hell.seconds} says for how long, and {@code -Dexitleft.hell.seed} repeats what was drawn.
 */
class UdpPeerFromHellTests extends StageFixture {

    private static final int CALLERS = 24;
    private static final Duration IN_TIME = Duration.ofSeconds(5); // and what the machine itself overslept

    private final long seed = Long.getLong("exitleft.hell.seed", System.nanoTime());
    private final long end = System.nanoTime()
            + Duration.ofSeconds(Long.getLong("exitleft.hell.seconds", 5)).toNanos();
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong timedOut = new AtomicLong();
    private final AtomicLong interrupted = new AtomicLong();
    private final AtomicLong latest = new AtomicLong();
    private final AtomicLong overslept = new AtomicLong(); // at most, by a thread that has nothing to do with the stage
    private final AtomicReference<Object> implausible = new AtomicReference<>();

    @Test
    void m1ToM10_everyCall_getsItsOwnAnswerOrATimeoutInTimeAndEveryDatagramAnOutcome() throws Exception {
        UdpSource source = UdpSource.builder()
                .address(InetAddress.getLoopbackAddress())
                .maxDatagramSize(PeerFromHell.LARGEST)
                .open();
        HookedSource<Datagram> watched = hooked(source);
        Stage<Long, Datagram> stage =
                build(Stage.builder("hell", Long.class, watched, DatagramTokens.at(Long.class, 0, 8)));
        var random = new SplittableRandom(seed);
        try (var peer = new PeerFromHell(source.localAddress(), random.split())) {
            InetSocketAddress address = peer.address();
            stage.addListener(new StageListener<Long, Datagram>() {
                @Override
                public void unclaimed(Unclaimed<? extends Long, ? extends Datagram> left) {
                    if (!isPlausible(left, address)) {
                        implausible.compareAndSet(null, left);
                    }
                }
            });
            Task<Void> hell = start(peer);
            Map<Outcome, Long> exits = besiege(stage, address, random);
            peer.stop();
            hell.thread.join(Patience.LIMIT.toMillis());
            hell.get();
            readWhatIsLeft(stage, watched);

            StageSnapshot snapshot = stage.snapshot(0);
            long received = watched.received.get();
            long dropped = droppedByTheKernel(source.localAddress().getPort());
            report(snapshot, peer, received, dropped);
            assertThat(implausible.get()).isNull();
            assertThat(answered.get() + timedOut.get() + interrupted.get()).isEqualTo(calls.get());
            assertThat(answered).hasPositiveValue().hasValue(count(stage, MessageOutcome.DELIVERED));
            assertThat(exits.get(Outcome.FINISHED) + exits.get(Outcome.SIGNALLED))
                    .isEqualTo(answered.get());
            assertThat(exits.get(Outcome.TIMED_OUT)).isEqualTo(timedOut.get());
            assertThat(exits.get(Outcome.INTERRUPTED)).isEqualTo(interrupted.get());
            assertThat(snapshot.messages().values().stream().mapToLong(n -> n).sum())
                    .isEqualTo(received);
            assertThat(exits.get(Outcome.FAILED) + exits.get(Outcome.CLOSED)).isZero();
            if (dropped >= 0) {
                assertThat(received + dropped)
                        .as("received or dropped by the kernel")
                        .isEqualTo(peer.sent());
            }
            assertThat(Duration.ofNanos(latest.get() - 10 * overslept.get()))
                    .as("late")
                    .isLessThan(IN_TIME);
            assertThat(snapshot.role().tickets()).isZero();
        }
    }

    /** Calls from many threads, which are interrupted now and then, until the time is up. */
    private Map<Outcome, Long> besiege(Stage<Long, Datagram> stage, InetSocketAddress peer, SplittableRandom random)
            throws Exception {
        List<Task<Void>> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            SplittableRandom own = random.split();
            callers.add(start(i % 2 == 0 && VirtualThreadSupport.exist(), () -> {
                while (System.nanoTime() - end < 0) {
                    call(stage, peer, own);
                }
                return null;
            }));
        }
        Task<Void> interrupter = start(() -> {
            while (System.nanoTime() - end < 0) {
                callers.get(random.nextInt(CALLERS)).thread.interrupt();
                long before = System.nanoTime();
                LockSupport.parkNanos(1_000_000);
                overslept.accumulateAndGet(System.nanoTime() - before - 1_000_000, Math::max);
            }
            return null;
        });
        for (Task<Void> caller : callers) {
            caller.thread.join(
                    TimeUnit.NANOSECONDS.toMillis(Math.max(0, end - System.nanoTime())) + Patience.LIMIT.toMillis());
            caller.get();
        }
        interrupter.get();
        return stage.snapshot(0).exits();
    }

    private void call(Stage<Long, Datagram> stage, InetSocketAddress peer, SplittableRandom random) throws IOException {
        long token = random.nextLong() & Long.MAX_VALUE; // the peer's inventions are negative
        long nonce = random.nextLong();
        byte[] request = PeerFromHell.request(token, nonce);
        Duration timeout = Duration.ofNanos(1 + random.nextLong(30_000_000));
        Predicate<Datagram> check = Datagram.from(peer).and(PeerFromHell::isWhole);
        CallOptions<Datagram> options =
                CallOptions.checked(check).timeout(timeout).resend(Resends.doubling(Duration.ofMillis(2)));
        calls.incrementAndGet();
        long before = System.nanoTime();
        try {
            Datagram answer = stage.call(
                    token, options, () -> stage.backdoor(UdpSocket.class).send(peer, request));
            assertThat(PeerFromHell.answers(answer, token, nonce))
                    .as("%s answers %s", answer, token)
                    .isTrue();
            answered.incrementAndGet();
        } catch (StageTimeoutException e) {
            long late = System.nanoTime() - before - timeout.toNanos();
            assertThat(late).as("timed out early").isGreaterThanOrEqualTo(0);
            latest.accumulateAndGet(late, Math::max);
            timedOut.incrementAndGet();
        } catch (InterruptedException e) {
            interrupted.incrementAndGet();
        }
    }

    private boolean isPlausible(Unclaimed<? extends Long, ? extends Datagram> left, InetSocketAddress peer) {
        Datagram datagram = left.message();
        Long token = left.token();
        if (datagram != null && datagram.length() > PeerFromHell.WHOLE) {
            return false; // the longer ones are too long
        }
        return switch (left.outcome()) {
            case UNREADABLE -> datagram == null ? left.cause() != null : datagram.length() < 8;
            case FOREIGN -> !(datagram.sender().equals(peer) && PeerFromHell.isWhole(datagram));
            case LATE -> token >= 0 && !left.late().isNegative();
            case DUPLICATE -> token >= 0;
            case UNKNOWN -> token < 0 || calls.get() > 8_000; // invented, or forgotten: the memory is bounded (M2)
            case DELIVERED, OVERFLOW, ABANDONED, EVENT -> left.outcome() == MessageOutcome.ABANDONED;
        };
    }

    private static void readWhatIsLeft(Stage<Long, Datagram> stage, HookedSource<Datagram> watched) throws Exception {
        long before;
        long token = 0;
        do { // the peer has stopped, and loopback delivers before send returns
            before = watched.received.get();
            try {
                token--; // another each time, since it goes unanswered
                stage.call(token, CallOptions.<Datagram>defaults().timeout(Duration.ofMillis(20)), () -> {});
            } catch (StageTimeoutException expected) {
                assertThat(expected.token()).isEqualTo(token);
            }
        } while (watched.received.get() > before);
    }

    /** The sum over the port's sockets of the last column of what Linux tells of them; -1 where it does not. */
    private static long droppedByTheKernel(int port) throws IOException {
        String local = String.format(":%04X", port);
        long dropped = -1;
        for (Path table : List.of(Path.of("/proc/net/udp"), Path.of("/proc/net/udp6"))) {
            for (String line : Files.isReadable(table) ? Files.readAllLines(table) : List.<String>of()) {
                String[] columns = line.trim().split("\\s+");
                if (columns[1].endsWith(local)) {
                    dropped = Math.max(0, dropped) + Long.parseLong(columns[columns.length - 1]);
                }
            }
        }
        return dropped;
    }

    @SuppressWarnings("SystemOut")
    private void report(StageSnapshot snapshot, PeerFromHell peer, long received, long dropped) {
        double seconds = (System.nanoTime() - end) / 1e9 + Long.getLong("exitleft.hell.seconds", 5);
        System.out.println(String.format(
                "hell: seed %d, %,d datagrams sent to the stage in %.1f s (%,.0f a second), %,d received, %,d dropped by"
                        + " the kernel; %,d requests seen; %,d calls: %,d answered, %,d timed out, at most %,d µs late,"
                        + " %,d interrupted; %s; %,d head changes",
                seed,
                peer.sent(),
                seconds,
                peer.sent() / seconds,
                received,
                dropped,
                peer.requests(),
                calls.get(),
                answered.get(),
                timedOut.get(),
                latest.get() / 1_000,
                interrupted.get(),
                snapshot.messages(),
                snapshot.role().headChanges()));
    }
}
