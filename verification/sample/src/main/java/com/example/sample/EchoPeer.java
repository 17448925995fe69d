package com.example.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** A peer on loopback that sends every datagram back, in an order of its own. */
@Component
class EchoPeer implements AutoCloseable {

    private final DatagramSocket socket;

    EchoPeer() throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        var thread = new Thread(this::receive, "echo-peer");
        thread.setDaemon(true);
        thread.start();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    private void receive() {
        try {
            while (!socket.isClosed()) {
                var packet = new DatagramPacket(new byte[1500], 1500);
                socket.receive(packet);
                byte[] echo = Arrays.copyOf(packet.getData(), packet.getLength());
                int delay = ThreadLocalRandom.current().nextInt(5_000);
                CompletableFuture.delayedExecutor(delay, TimeUnit.MICROSECONDS)
                        .execute(() -> send(new DatagramPacket(echo, echo.length, packet.getSocketAddress())));
            }
        } catch (IOException e) {
            if (!socket.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void send(DatagramPacket packet) {
        try {
            socket.send(packet);
        } catch (IOException e) {
            if (!socket.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
