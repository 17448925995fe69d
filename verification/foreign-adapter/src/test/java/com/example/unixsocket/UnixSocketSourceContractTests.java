package com.example.unixsocket;

import io.github.exitleft.Source;
import io.github.exitleft.test.SourceContractTests;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract of every source (M10), kept by one that is not part of exit-left. */
class UnixSocketSourceContractTests extends SourceContractTests<String> {

    @TempDir
    private Path folder;

    private LineServer server;

    @Override
    protected Source<String> open() throws IOException {
        Path path = this.folder.resolve("socket");
        this.server = new LineServer(path);
        return UnixSocketSource.open(path, 100);
    }

    @Override
    protected void deliver(Source<String> source, int token) throws IOException {
        this.server.send(token + ":answer\n");
    }

    @Override
    protected int token(String message) {
        return Integer.parseInt(message.substring(0, message.indexOf(':')));
    }

    @AfterEach
    void closeServer() throws IOException {
        if (this.server != null) {
            this.server.close();
        }
    }
}
