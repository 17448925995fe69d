package io.github.exitleft.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** A server on loopback that answers each request with whatever the test wants. */
final class FakeServer implements AutoCloseable {

    /** What the server does with a request. */
    interface Answer {
        void answer(DatagramSocket socket, DatagramPacket request) throws IOException;
    }

    private final DatagramSocket socket;
    private final Thread thread;

    private FakeServer(Answer answer) {
        try {
            socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread = new Thread(() -> serve(answer), "fake-server");
        thread.setDaemon(true);
        thread.start();
    }

    static FakeServer answering(Answer answer) {
        return new FakeServer(answer);
    }

    /** Answers with bytes made of the request's. */
    static FakeServer replying(UnaryOperator<byte[]> reply) {
        return new FakeServer((socket, request) -> {
            byte[] bytes = reply.apply(bytes(request));
            socket.send(new DatagramPacket(bytes, bytes.length, request.getSocketAddress()));
        });
    }

    static byte[] bytes(DatagramPacket packet) {
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    /** A success response to a request, in the old form that needs no masks. */
    static byte[] success(byte[] request, int mappedPort) {
        return ByteBuffer.allocate(32)
                .putShort((short) 0x0101)
                .putShort((short) 12)
                .put(request, 4, 16)
                .putInt(0x0001_0008)
                .putShort((short) 1)
                .putShort((short) mappedPort)
                .put(new byte[] {(byte) 203, 0, 113, 5})
                .array();
    }

    /** An error response to a request. */
    static byte[] error(byte[] request, int code) {
        return ByteBuffer.allocate(36)
                .putShort((short) 0x0111)
                .putShort((short) 16)
                .put(request, 4, 16)
                .putInt(0x0009_000c)
                .putInt(code / 100 << 8 | code % 100)
                .put("<script>".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                .array();
    }

    String address() {
        return ServerAddress.text((InetSocketAddress) socket.getLocalSocketAddress());
    }

    private void serve(Answer answer) {
        while (true) {
            DatagramPacket request = new DatagramPacket(new byte[1500], 1500);
            try {
                socket.receive(request);
                answer.answer(socket, request);
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    @Override
    public void close() {
        socket.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }
}
