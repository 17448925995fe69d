package com.example.recipes;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** A client as it is often written, without a stage. */
final class FutureClient implements AutoCloseable {

    private final DatagramSocket socket = new DatagramSocket();
    private final InetSocketAddress server;

    FutureClient(InetSocketAddress server) throws IOException {
        this.server = server;
        Thread reader = new Thread(() -> {
            try {
                read();
            } catch (IOException e) {
                // the socket is closed
            }
        });
        reader.setDaemon(true);
        reader.start();
    }

    // @start region="futures-before"
    private final Map<Long, CompletableFuture<ByteBuffer>> waiting = new ConcurrentHashMap<>();

    ByteBuffer ask(String symbol) throws Exception {
        Request request = Request.of(symbol);
        var answer = new CompletableFuture<ByteBuffer>();
        waiting.put(request.id(), answer);
        try {
            socket.send(new DatagramPacket(request.bytes(), request.bytes().length, server));
            return answer.get(3, SECONDS);
        } finally {
            waiting.remove(request.id());
        }
    }

    void read() throws IOException { // on a thread of its own
        while (true) {
            var packet = new DatagramPacket(new byte[1500], 1500);
            socket.receive(packet);
            ByteBuffer answer = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
            CompletableFuture<ByteBuffer> future = waiting.get(answer.getLong(0));
            if (future != null) {
                future.complete(answer);
            }
        }
    }
    // @end

    @Override
    public void close() {
        socket.close();
    }
}
