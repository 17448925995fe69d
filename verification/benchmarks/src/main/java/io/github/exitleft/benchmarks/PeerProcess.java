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
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The process in which the {@link Peer} runs. */
final class PeerProcess implements AutoCloseable {

    private final @Nullable Process process;
    private final InetSocketAddress address;
    private final DatagramSocket control = new DatagramSocket(0, InetAddress.getLoopbackAddress());

    private PeerProcess(@Nullable Process process, InetSocketAddress address) throws IOException {
        this.process = process;
        this.address = address;
    }

    static PeerProcess start() throws IOException {
        return start(0, 0);
    }

    /** Starts a peer that loses some of its answers and gives some to the wrong request; shares from 0 to 1. */
    static PeerProcess start(double loss, double confusion) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        Peer.class.getName(),
                        String.valueOf(loss),
                        String.valueOf(confusion))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String port =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
        if (port == null) {
            throw new IOException("the peer's process ended at once; its error is above");
        }
        return new PeerProcess(
                process, new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port)));
    }

    /** A peer that another process has started. */
    static PeerProcess at(int port) throws IOException {
        return new PeerProcess(null, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    InetSocketAddress address() {
        return address;
    }

    long pid() {
        return Objects.requireNonNull(process).pid();
    }

    /**
     * Tells the peer how many callers there are, which says how many requests it keeps back. When this returns, the peer has
     * read all that was sent to it before.
     */
    void expect(int callers) throws IOException {
        byte[] order = ByteBuffer.allocate(Peer.CONTROL_SIZE).putInt(callers).array();
        control.setSoTimeout(1_000);
        for (int attempt = 0; attempt < 10; attempt++) {
            control.send(new DatagramPacket(order, order.length, address));
            try {
                control.receive(new DatagramPacket(new byte[Peer.CONTROL_SIZE], Peer.CONTROL_SIZE));
                return;
            } catch (SocketTimeoutException e) {
                // lost among too many requests, or the peer is busy
            }
        }
        throw new IOException("the peer at " + address + " does not answer; is its process still there?");
    }

    @Override
    public void close() {
        control.close();
        if (process == null) {
            return;
        }
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            process.destroy();
        }
        try {
            if (process.waitFor(2, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
