package com.example.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.Framing;
import io.github.exitleft.tcp.FramingException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** Redis, which keeps nothing on disk; and its protocol, as a user would write it. */
final class Redis extends RealPeer {

    /** The Redis protocol, version 2: a frame is one reply, or one command. */
    static final Framing RESP =
            (bytes, seen) -> Math.max(Framing.UNKNOWN, end(bytes, bytes.position()) - bytes.position());

    Redis() {
        super("redis-server", "redis-server");
    }

    @Override
    List<String> command(String program, Path directory, int port) {
        return List.of(
                program,
                "--bind",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--dir",
                directory.toString(),
                "--save",
                "",
                "--appendonly",
                "no",
                "--enable-debug-command",
                "yes");
    }

    @Override
    byte[] probe() {
        return command("PING");
    }

    @Override
    InetSocketAddress freeAddress() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return (InetSocketAddress) socket.getLocalSocketAddress();
        }
    }

    @Override
    boolean answers() throws IOException {
        try (var socket = new Socket(address().getAddress(), address().getPort())) {
            socket.getOutputStream().write(probe());
            return socket.getInputStream().read() == '+';
        } catch (ConnectException e) {
            return false;
        }
    }

    /** Returns where the reply ends that begins at a position; a negative number if that can't be told yet. */
    private static long end(ByteBuffer bytes, int at) {
        int line = at;
        while (line < bytes.limit() && bytes.get(line) != '\n') {
            line++;
        }
        if (line == bytes.limit()) {
            return -1;
        }
        long next = line + 1L;
        switch (bytes.get(at)) {
            case '+', '-', ':' -> {
                return next;
            }
            case '$' -> {
                long length = number(bytes, at + 1);
                return length < 0 ? next : next + length + 2;
            }
            case '*' -> {
                for (long left = number(bytes, at + 1); left > 0; left--) {
                    next = next < bytes.limit() ? end(bytes, (int) next) : -1;
                    if (next < 0) {
                        return -1;
                    }
                }
                return next;
            }
            default -> throw new FramingException("no reply of Redis begins like this; check that the peer is one");
        }
    }

    private static long number(ByteBuffer bytes, int at) {
        int end = at;
        while (bytes.get(end) != '\r') {
            end++;
        }
        return Long.parseLong(UTF_8.decode(bytes.slice(at, end - at)).toString());
    }

    /** Returns a command as it travels. */
    static byte[] command(String... words) {
        var command = new StringBuilder("*").append(words.length).append("\r\n");
        for (String word : words) {
            command.append('$').append(word.getBytes(UTF_8).length).append("\r\n");
            command.append(word).append("\r\n");
        }
        return command.toString().getBytes(UTF_8);
    }

    /** Returns the text of a reply that is one line, or one string. */
    static String text(Frame reply) {
        String[] lines = UTF_8.decode(reply.payload()).toString().split("\r\n", -1);
        return lines[0].startsWith("$") ? lines[1] : lines[0];
    }
}
