package io.github.exitleft.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The process that runs the {@link Peer}, the {@link TcpPeer} or the {@link KafkaPeer}. */
final class PeerProcess implements AutoCloseable {

    private final @Nullable Process process;
    private final InetSocketAddress address;
    private final @Nullable DatagramSocket control;

    private PeerProcess(@Nullable Process process, int port, @Nullable DatagramSocket control) {
        this.process = process;
        this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.control = control;
    }

    static PeerProcess start() throws IOException {
        return start(Peer.UNDER_WAY);
    }

    /** Starts a peer that lets so many requests be under way. */
    static PeerProcess start(int underWay) throws IOException {
        return start(Peer.class, 0, 0, underWay);
    }

    /** Starts a peer that loses a share of its answers and gives a share to the wrong request; shares from 0 to 1. */
    static PeerProcess start(double loss, double confusion) throws IOException {
        return start(Peer.class, loss, confusion, Peer.UNDER_WAY);
    }

    static PeerProcess startTcp() throws IOException {
        return startTcp(Peer.UNDER_WAY);
    }

    /** Starts a peer over TCP that lets so many requests be under way. */
    static PeerProcess startTcp(int underWay) throws IOException {
        return start(TcpPeer.class, 0, 0, underWay);
    }

    /** Starts a peer over TCP; its shares are those of {@link #start(double, double)}. */
    static PeerProcess startTcp(double loss, double confusion) throws IOException {
        return start(TcpPeer.class, loss, confusion, Peer.UNDER_WAY);
    }

    private static PeerProcess start(Class<?> peer, double loss, double confusion, int underWay) throws IOException {
        return start(
                control(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                peer.getName(),
                String.valueOf(loss),
                String.valueOf(confusion),
                String.valueOf(underWay));
    }

    /** Starts a Kafka broker and a responder; takes some seconds. */
    static PeerProcess startKafka() throws IOException {
        return start(null, "-Xmx512m", KafkaPeer.class.getName());
    }

    private static PeerProcess start(@Nullable DatagramSocket control, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-classpath", System.getProperty("java.class.path")));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String port =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
        if (port == null) {
            throw new IOException("the peer's process ended at once; its error is above");
        }
        return new PeerProcess(process, Integer.parseInt(port), control);
    }

    /**
     * Ends this process when its standard input ends, since its parent has then closed it or is gone; called in a
     * peer's process.
     */
    static void endWithInput(Runnable atLast) {
        var watch = new Thread(
                () -> {
                    try {
                        while (System.in.read() >= 0) {
                            // input is ignored
                        }
                    } catch (IOException e) {
                        // the same as an end
                    }
                    try {
                        atLast.run();
                    } finally {
                        Runtime.getRuntime().halt(0);
                    }
                },
                "end-of-input");
        watch.setDaemon(true);
        watch.start();
    }

    /** Returns a peer that another process has started. */
    static PeerProcess at(int port) throws IOException {
        return new PeerProcess(null, port, control());
    }

    private static DatagramSocket control() throws IOException {
        return new DatagramSocket(0, InetAddress.getLoopbackAddress());
    }

    InetSocketAddress address() {
        return address;
    }

    long pid() {
        return Objects.requireNonNull(process).pid();
    }

    /** Returns the processor time that the peer has used, in nanoseconds; -1 if the system does not say. */
    long cpuNanos() {
        return process == null
                ? -1
                : process.info().totalCpuDuration().map(Duration::toNanos).orElse(-1L);
    }

    /**
     * Tells the peer how many callers there are, which decides how many requests it keeps back. When this returns, the
     * peer has read everything that was sent to it before. A broker is told nothing: it holds whatever comes.
     */
    void expect(int callers) throws IOException {
        if (control == null) {
            return;
        }
        byte[] order = ByteBuffer.allocate(Peer.CONTROL_SIZE).putInt(callers).array();
        control.setSoTimeout(1_000);
        for (int attempt = 0; attempt < 10; attempt++) {
            control.send(new DatagramPacket(order, order.length, address));
            try {
                control.receive(new DatagramPacket(new byte[Peer.CONTROL_SIZE], Peer.CONTROL_SIZE));
                return;
            } catch (SocketTimeoutException e) {
                // the answer was lost among too many requests, or the peer is busy
            }
        }
        throw new IOException("the peer at " + address + " does not answer; is its process still there?");
    }

    @Override
    public void close() {
        if (control != null) {
            control.close();
        }
        if (process == null) {
            return;
        }
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            process.destroy();
        }
        try {
            if (process.waitFor(5, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
