package com.example.unixsocket;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A server with one client, whose connection tests use by hand. */
final class LineServer implements AutoCloseable {

    private final ServerSocketChannel listening;
    private SocketChannel client;

    LineServer(Path path) throws IOException {
        this.listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        this.listening.bind(UnixDomainSocketAddress.of(path));
    }

    synchronized void send(String text) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        while (bytes.hasRemaining()) {
            client().write(bytes);
        }
    }

    /** Reads up to the end of a line. */
    synchronized String readLine() throws IOException {
        var line = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (client().read(one.clear()) > 0 && one.get(0) != '\n') {
            line.append((char) one.get(0));
        }
        return line.toString();
    }

    /** Closes the client's connection; the next one is accepted when it is needed. */
    synchronized void disconnect() throws IOException {
        client().close();
        this.client = null;
    }

    private SocketChannel client() throws IOException {
        if (this.client == null) {
            this.client = this.listening.accept();
        }
        return this.client;
    }

    @Override
    public void close() throws IOException {
        this.listening.close();
        if (this.client != null) {
            this.client.close();
        }
    }
}
