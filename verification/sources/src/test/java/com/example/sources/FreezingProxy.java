package com.example.sources;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A TCP proxy that can fall silent without closing anything, as a network does whose cable is cut. */
final class FreezingProxy implements AutoCloseable {

    private final ServerSocket port = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile boolean frozen;

    FreezingProxy(int target) throws IOException {
        Threads.start(() -> {
            while (true) {
                Socket client = this.port.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                this.sockets.addAll(List.of(client, server));
                Threads.start(() -> pump(client, server));
                Threads.start(() -> pump(server, client));
            }
        });
    }

    private boolean pump(Socket from, Socket to) throws IOException {
        boolean silent = this.frozen; // those that were made while it was frozen stay so
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] bytes = new byte[8192];
            for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
                silent |= this.frozen;
                if (!silent) {
                    out.write(bytes, 0, length);
                }
            }
        }
        return silent;
    }

    int port() {
        return this.port.getLocalPort();
    }

    /** Loses whatever is sent over the present connections, for ever. */
    void freeze() {
        this.frozen = true;
    }

    /** Lets new connections work. */
    void thaw() {
        this.frozen = false;
    }

    @Override
    public void close() throws IOException {
        this.port.close();
        for (Socket socket : this.sockets) {
            socket.close();
        }
    }
}
