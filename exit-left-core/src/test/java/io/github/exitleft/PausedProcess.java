package io.github.exitleft;

import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.DatagramTokens;
import io.github.exitleft.udp.UdpSocket;
import io.github.exitleft.udp.UdpSource;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;

/** The process that {@link PausedProcessIT} stops: callers of a stage, and an observer that looks at it all the time. */
public final class PausedProcess {

    static final int CALLERS = 8;
    static final Duration TIMEOUT = Duration.ofSeconds(1);

    private PausedProcess() {}

    /** Asks the peer at the given port, and prints what becomes of that. */
    public static void main(String[] args) throws Exception {
        var peer = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        UdpSource source =
                UdpSource.builder().address(InetAddress.getLoopbackAddress()).open();
        try (var log = new LogCapture("io.github.exitleft");
                Stage<Integer, Datagram> stage = Stage.builder(
                                "paused", Integer.class, source, DatagramTokens.at(Integer.class, 0, 4))
                        .build()) {
            UdpSocket socket = stage.backdoor(UdpSocket.class);
            var over = new CountDownLatch(1);
            var observer = new FutureTask<>(() -> {
                Duration longest = Duration.ZERO;
                while (over.getCount() > 0) {
                    Duration unattended = stage.snapshot(0).unattended();
                    longest = unattended.compareTo(longest) > 0 ? unattended : longest;
                }
                return longest;
            });
            List<FutureTask<String>> callers = new ArrayList<>();
            // the first has time enough, and mostly is the head
            for (int i = 0; i <= CALLERS; i++) {
                int token = i;
                Duration timeout = i == 0 ? Duration.ofSeconds(60) : TIMEOUT;
                callers.add(new FutureTask<>(() -> {
                    byte[] request = ByteBuffer.allocate(4).putInt(token).array();
                    CallOptions<Datagram> options =
                            CallOptions.<Datagram>defaults().timeout(timeout);
                    try {
                        stage.call(token, options, () -> socket.send(peer, request));
                        return "answered";
                    } catch (StageTimeoutException e) {
                        return e.getMessage();
                    }
                }));
                new Thread(callers.get(i), "caller-" + i).start();
            }
            new Thread(observer, "observer").start();
            for (FutureTask<String> caller : callers) {
                System.out.println("caller: " + caller.get());
            }
            over.countDown();
            System.out.println("longest unattended: " + observer.get());
            log.lines().forEach(line -> System.out.println("log: " + line));
        }
        System.out.println("end");
    }
}
