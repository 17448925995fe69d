package io.github.exitleft.benchmarks;

import com.sun.management.ThreadMXBean;
import io.github.exitleft.Stage;
import io.github.exitleft.StageClosedException;
import io.github.exitleft.Ticket;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.DatagramTokens;
import io.github.exitleft.udp.UdpSource;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jol.info.GraphLayout;

/** Measures how many bytes things take. */
final class Memory {

    private static final int WAITERS = 1_000;

    private Memory() {}

    /** Returns what every way to share a port has to allocate: a token and a message, such as ours are. */
    static double ofTokenAndMessage() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var sender = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        byte[] payload = new byte[Wire.SIZE];
        int count = 1_000;
        var kept = new Object[2 * count];
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        for (int i = 0; i < count; i++) {
            kept[2 * i] = Long.valueOf(Wire.mix(i));
            kept[2 * i + 1] = Datagram.of(sender, payload);
        }
        long after = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        return Math.floor((after - before) / (double) count);
    }

    /**
     * Returns what a waiting ticket holds, by JOL: everything that can be reached from a stage and its waiting threads,
     * less what could be reached from the same threads before they had tickets, divided among them, less the token.
     */
    static double ofWaitingTicket() throws InterruptedException {
        UdpSource source =
                UdpSource.builder().address(InetAddress.getLoopbackAddress()).open();
        var go = new AtomicBoolean();
        try (Stage<Long, Datagram> stage = Stage.builder(
                        "memory", Long.class, source, DatagramTokens.at(Long.class, 0, Long.BYTES))
                .build()) {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i <= WAITERS; i++) {
                long token = Wire.mix(i);
                var thread = new Thread(null, () -> await(stage, token, go), "waiter-" + i, 1 << 17);
                threads.add(thread);
                thread.start();
            }
            for (Thread thread : threads) {
                while (thread.getState() != Thread.State.WAITING) {
                    Thread.sleep(1);
                }
            }
            long before = GraphLayout.parseInstance(stage, threads).totalSize();
            go.set(true);
            threads.forEach(LockSupport::unpark);
            while (stage.snapshot(0).role().waiters() < WAITERS) {
                Thread.sleep(1);
            }
            long after = GraphLayout.parseInstance(stage, threads).totalSize();
            long tokens = GraphLayout.parseInstance(Long.valueOf(Wire.mix(0))).totalSize() * (WAITERS + 1);
            return (after - before - tokens) / (WAITERS + 1.0);
        }
    }

    private static void await(Stage<Long, Datagram> stage, long token, AtomicBoolean go) {
        while (!go.get()) {
            // a latch would hold something for each thread, which would be subtracted
            LockSupport.park();
        }
        try (Ticket<Long, Datagram> ticket = stage.ticket(token)) {
            ticket.await(Duration.ofMinutes(10));
        } catch (InterruptedException | StageClosedException e) {
            // enough seen
        }
    }
}
