package io.github.exitleft.benchmarks;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A new socket for every request: the simplest thing that works. */
final class SocketPerRequest implements Contender {

    private final InetSocketAddress peer;

    SocketPerRequest(InetSocketAddress peer) {
        this.peer = peer;
    }

    @Override
    public Caller caller() {
        byte[] request = new byte[Wire.SIZE];
        byte[] answer = new byte[Wire.SIZE];
        int timeout = (int) TimeUnit.SECONDS.toMillis(Caller.TIMEOUT_SECONDS);
        return (token, buffer) -> {
            buffer.get(0, request);
            try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
                socket.setSoTimeout(timeout);
                socket.send(new DatagramPacket(request, request.length, peer));
                socket.receive(new DatagramPacket(answer, answer.length));
            } catch (SocketTimeoutException e) {
                throw new TimeoutException(e.getMessage());
            }
            ByteBuffer words = ByteBuffer.wrap(answer);
            return words.getLong(0) == token ? words.getLong(Wire.ANSWER_AT) : 0;
        };
    }

    @Override
    public void close() {}
}
