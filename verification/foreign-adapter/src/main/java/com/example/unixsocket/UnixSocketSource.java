package com.example.unixsocket;

import io.github.exitleft.Source;
import io.github.exitleft.spring.boot.source.Reconnector;
import java.io.IOException;
import java.nio.channels.Selector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A source of lines out of a Unix domain socket, to which it connects as a client.
 *
 * <p>When the server closes the connection the source fails, and the next thread that reads or sends connects again.
 */
public final class UnixSocketSource implements Source<String> {

    private final Path path;

    /** Waits for the present connection, and is woken by any thread. */
    private final Selector selector;

    private final Reconnector<Connection, IOException> connections;
    private final LineSender sender;

    private UnixSocketSource(Path path, int maxLineSize) throws IOException {
        this.path = path;
        this.selector = Selector.open();
        this.connections = new Reconnector<>("socket " + path, new Connecting(path, this.selector, maxLineSize));
        this.sender = new LineSender(line -> this.connections.connectionToSend().write(line));
    }

    /**
     * Connects.
     *
     * @param path the path of the socket at which a server listens
     * @param maxLineSize the size of the longest line to expect, in bytes; a longer one counts as unreadable
     * @return the source, to be closed by its stage
     * @throws IOException if no server listens there
     */
    public static UnixSocketSource open(Path path, int maxLineSize) throws IOException {
        var source = new UnixSocketSource(path, maxLineSize);
        try {
            source.connections.connectionToSend();
            return source;
        } catch (IOException | RuntimeException e) {
            source.close();
            throw e;
        }
    }

    @Override
    public @Nullable String receive(Duration remaining) throws Exception {
        Connection connection = this.connections.connectionToRead(remaining);
        try {
            String line = connection.next();
            if (line != null || remaining.isZero() || remaining.isNegative()) {
                return line;
            }
            this.selector.select(key -> {}, Source.toMillisRoundedUp(remaining));
            if (Thread.interrupted()) { // a flag that stays set would make every select return at once
                throw new InterruptedException("interrupted while reading socket " + this.path);
            }
            return connection.next();
        } catch (IOException e) {
            this.connections.lost(connection);
            throw e;
        }
    }

    @Override
    public void wakeup() {
        this.selector.wakeup();
    }

    @Override
    public LineSender backdoor() {
        return this.sender;
    }

    @Override
    public String type() {
        return "unix-socket";
    }

    @Override
    public Map<String, Object> details() {
        return Map.of("path", this.path.toString(), "connected", this.connections.isConnected());
    }

    @Override
    public void close() throws IOException {
        this.connections.close();
        this.selector.close();
    }

    /** Makes connections. */
    private record Connecting(Path path, Selector selector, int maxLineSize)
            implements Reconnector.Connector<Connection, IOException> {

        @Override
        public Connection connect() throws IOException {
            return Connection.open(this.path, this.selector, this.maxLineSize);
        }

        @Override
        public void close(Connection connection) {
            connection.close();
        }

        @Override
        public IOException unavailable(String message, @Nullable Throwable cause) {
            return new IOException(message, cause);
        }
    }
}
