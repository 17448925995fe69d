package com.example.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;

/** A line to a server on which answers may take long: it carries the datagrams of one client. */
final class SlowLine implements AutoCloseable {

    /** Sees what is carried, and decides when an answer arrives. */
    @FunctionalInterface
    interface Traffic {

        /**
         * Is told of each answer, before it arrives, in order.
         *
         * @param answer what the server has sent
         * @param arrive lets it arrive; at once, later, on any thread, or never
         */
        void answer(byte[] answer, Runnable arrive);

        /** Is told of each request, before the server has it. */
        default void request(byte[] request) {}
    }

    private static final int LONGEST = 1_500;
    private static final int BUFFER = 1 << 20;

    private final InetSocketAddress server;
    private final Traffic traffic;
    private final DatagramSocket near;
    private final DatagramSocket far;
    private volatile SocketAddress client;

    SlowLine(InetSocketAddress server, Traffic traffic) throws IOException {
        this.server = server;
        this.traffic = traffic;
        InetAddress loopback = server.getAddress();
        this.near = new DatagramSocket(0, loopback);
        this.far = new DatagramSocket(0, loopback);
        this.near.setReceiveBufferSize(BUFFER);
        this.far.setReceiveBufferSize(BUFFER);
        start("line to the server", this.near, this::carryThere);
        start("line from the server", this.far, this::carryBack);
    }

    private interface Carrier {
        void carry(byte[] bytes, SocketAddress from) throws IOException;
    }

    private static void start(String name, DatagramSocket socket, Carrier carrier) {
        Thread thread = new Thread(
                () -> {
                    try {
                        var packet = new DatagramPacket(new byte[LONGEST], LONGEST);
                        while (true) {
                            packet.setLength(LONGEST);
                            socket.receive(packet);
                            carrier.carry(
                                    Arrays.copyOf(packet.getData(), packet.getLength()), packet.getSocketAddress());
                        }
                    } catch (IOException e) {
                        if (!socket.isClosed()) {
                            throw new UncheckedIOException(e);
                        }
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    private void carryThere(byte[] request, SocketAddress from) throws IOException {
        this.client = from;
        this.traffic.request(request);
        this.far.send(new DatagramPacket(request, request.length, this.server));
    }

    private void carryBack(byte[] answer, SocketAddress from) {
        this.traffic.answer(answer, () -> arrive(answer));
    }

    private void arrive(byte[] answer) {
        try {
            this.near.send(new DatagramPacket(answer, answer.length, this.client));
        } catch (IOException e) {
            if (!this.near.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Returns where the client finds the server. */
    InetSocketAddress address() {
        return (InetSocketAddress) this.near.getLocalSocketAddress();
    }

    @Override
    public void close() {
        this.near.close();
        this.far.close();
    }
}
