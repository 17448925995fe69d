package io.github.exitleft.spring.boot.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.concurrent.CountDownLatch;

/** A peer on loopback that sends each datagram back, from the moment on that it is told to. */
public final class EchoPeer implements AutoCloseable {

    private final DatagramSocket socket;
    private final CountDownLatch mayAnswer = new CountDownLatch(1);

    private EchoPeer() {
        try {
            this.socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
        Thread thread = new Thread(this::echo, "echo-peer");
        thread.setDaemon(true);
        thread.start();
    }

    public static EchoPeer start() {
        EchoPeer peer = silent();
        peer.answer();
        return peer;
    }

    public static EchoPeer silent() {
        return new EchoPeer();
    }

    public void answer() {
        this.mayAnswer.countDown();
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) this.socket.getLocalSocketAddress();
    }

    private void echo() {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
                this.socket.receive(packet);
                this.mayAnswer.await();
                this.socket.send(packet);
            }
        } catch (IOException | InterruptedException e) {
            // closed
        }
    }

    @Override
    public void close() {
        this.mayAnswer.countDown();
        this.socket.close();
    }
}
