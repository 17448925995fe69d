package io.github.exitleft.tcp;

import io.github.exitleft.testing.Patience;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** The other end, on loopback: it does what a test tells it to. Frames have two bytes of length. */
final class Peer implements AutoCloseable {

    /** What is done with a connection that was accepted, on a thread of its own. */
    @FunctionalInterface
    interface Part {
        void play(Line line) throws IOException;
    }

    /** One connection that was accepted. */
    static final class Line implements Closeable {

        /** How many were accepted before. */
        final int number;

        final Socket socket;
        final DataInputStream in;

        private Line(int number, Socket socket) throws IOException {
            this.number = number;
            this.socket = socket;
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(20_000); // of a test that fails
            in = new DataInputStream(socket.getInputStream());
        }

        void write(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        /** Sends a frame with a number in it. */
        void frame(int token) throws IOException {
            write(framed(token));
        }

        /** Reads a frame with a number in it; -1 at the end of the stream. */
        int token() throws IOException {
            int first = in.read();
            if (first < 0) {
                return -1;
            }
            byte[] rest = new byte[first << 8 | in.read()];
            in.readFully(rest);
            return ByteBuffer.wrap(rest).getInt();
        }

        /** Closes it in a way that the other end gets to know as a reset. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    static final Framing FRAMING = Framing.lengthField(0, 2);

    final ServerSocket server;
    final AtomicInteger accepted = new AtomicInteger();
    private Thread acceptor;
    private final Queue<Line> lines = new ConcurrentLinkedQueue<>();

    Peer() {
        this(50);
    }

    Peer(int backlog) {
        try {
            server = new ServerSocket(0, backlog, InetAddress.getLoopbackAddress());
            server.setSoTimeout(20_000); // of a test that fails
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A frame with a number in it. */
    static byte[] framed(int token) {
        return ByteBuffer.allocate(6).putShort((short) 4).putInt(token).array();
    }

    /** What to give to a sender, so that the peer gets a frame with a number in it. */
    static byte[] payload(int token) {
        return ByteBuffer.allocate(6).putInt(2, token).array();
    }

    static int token(Frame frame) {
        return frame.getInt(2);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    TcpSource.Builder source() {
        return TcpSource.builder().remote(address()).framing(FRAMING);
    }

    Line accept() throws IOException {
        Socket socket = server.accept();
        var line = new Line(accepted.getAndIncrement(), socket);
        lines.add(line);
        if (server.isClosed()) { // in between
            line.close();
        }
        return line;
    }

    /** Returns a connection that was accepted, by its number. */
    Line line(int number) {
        return lines.stream().filter(line -> line.number == number).findFirst().orElseThrow();
    }

    /** Plays a part on every connection, each on a daemon thread, until it is closed. */
    Peer playing(Part part) {
        acceptor = daemon(() -> {
            while (true) {
                Line line = accept();
                daemon(() -> part.play(line));
            }
        });
        return this;
    }

    /** Sends back whatever comes. */
    static Peer echoing() {
        return new Peer().playing(line -> {
            InputStream in = line.in;
            byte[] bytes = new byte[65_536];
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                line.socket.getOutputStream().write(bytes, 0, count);
            }
            line.close();
        });
    }

    @FunctionalInterface
    interface Body {
        void run() throws IOException;
    }

    static Thread daemon(Body body) {
        var thread = new Thread(() -> {
            try {
                body.run();
            } catch (IOException e) {
                // it was closed, here or there
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Override
    public void close() throws IOException {
        server.close();
        if (acceptor != null) { // as long as it is in accept, the system goes on to accept too
            try {
                Patience.join(acceptor);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
        for (Line line : lines) {
            line.close();
        }
    }
}
