package com.example.unixsocket;

import java.io.IOException;

/** The backdoor of a stage over a Unix domain socket: sends lines, from any thread, and never reads. */
public final class LineSender {

    /** Takes lines: the connection, or in a test the peer. */
    @FunctionalInterface
    interface Lines {
        void write(String line) throws IOException;
    }

    private final Lines lines;

    LineSender(Lines lines) {
        this.lines = lines;
    }

    /**
     * Sends a line.
     *
     * @param line the line without its end
     * @throws IOException if there is no connection and none can be made, or the server does not take the line for 5 s
     */
    public void send(String line) throws IOException {
        if (line.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("'" + line + "' is more than one line; send each by itself");
        }
        this.lines.write(line);
    }
}
