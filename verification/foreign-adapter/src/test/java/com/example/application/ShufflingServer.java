package com.example.application;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Scanner;

/** A server that holds the answers to odd ids back until it is asked for an even one, and then answers the newest first. */
final class ShufflingServer implements AutoCloseable {

    private final Path path;
    private final ServerSocketChannel listening;

    ShufflingServer(Path path) throws IOException {
        this.path = path;
        this.listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        this.listening.bind(UnixDomainSocketAddress.of(path));
        var thread = new Thread(this::serve, "server");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve() {
        while (this.listening.isOpen()) {
            try (SocketChannel client = this.listening.accept();
                    var lines = new Scanner(client, StandardCharsets.UTF_8);
                    var out = Channels.newWriter(client, StandardCharsets.UTF_8)) {
                Deque<String> held = new ArrayDeque<>();
                while (lines.hasNextLine()) {
                    String line = lines.nextLine();
                    held.push(line + " done\n");
                    if (Integer.parseInt(line.substring(0, line.indexOf('='))) % 2 == 0) {
                        while (!held.isEmpty()) {
                            out.write(held.pop());
                        }
                        out.flush();
                    }
                }
            } catch (AsynchronousCloseException e) {
                return;
            } catch (IOException e) {
                // the next client, if the server is still open
            }
        }
    }

    @Override
    public void close() throws IOException {
        this.listening.close();
        Files.deleteIfExists(this.path);
    }
}
