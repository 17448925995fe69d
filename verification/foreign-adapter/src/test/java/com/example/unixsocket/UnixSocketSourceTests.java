package com.example.unixsocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.exitleft.UnreadableMessageException;
import io.github.exitleft.testing.Patience;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines of a Unix domain socket. */
class UnixSocketSourceTests {

    @TempDir
    private Path folder;

    private LineServer server;
    private UnixSocketSource source;

    @BeforeEach
    void connect() throws IOException {
        Path path = this.folder.resolve("socket");
        this.server = new LineServer(path);
        this.source = UnixSocketSource.open(path, 10);
    }

    @AfterEach
    void close() throws IOException {
        this.source.close();
        this.server.close();
    }

    /** A read may return null for no reason, here when a part of a line has come. */
    private String next() throws Exception {
        String line = null;
        while (line == null) {
            line = this.source.receive(Patience.FOR_EVER);
        }
        return line;
    }

    @Test
    void linesThatComeTogether_areReadOneByOne() throws Exception {
        this.server.send("1:a\n2:b\n\n3:");
        this.server.send("0123456\u00fc\n");

        assertThat(next()).isEqualTo("1:a");
        assertThat(next()).isEqualTo("2:b");
        assertThat(next()).isEmpty();
        assertThatThrownBy(this::next).isInstanceOf(UnreadableMessageException.class);
    }

    @Test
    void longestLine_isReadAndALongerOneIsUnreadableOnce() throws Exception {
        this.server.send("1:01234567\n" + "x".repeat(35) + "\n" + "2:b\n");

        assertThat(next()).isEqualTo("1:01234567");
        assertThatThrownBy(this::next)
                .isInstanceOf(UnreadableMessageException.class)
                .hasMessage("a line is longer than 10 bytes; raise the maximum");
        assertThat(next()).isEqualTo("2:b");
    }

    @Test
    void whatIsSent_arrivesAsALine() throws Exception {
        this.source.backdoor().send("1:question");

        assertThat(this.server.readLine()).isEqualTo("1:question");
        assertThatThrownBy(() -> this.source.backdoor().send("1:a\n2:b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2:b");
    }

    @Test
    void serverThatDisconnects_failsTheReadOnceAndTheNextOneConnectsAgain() throws Exception {
        this.server.disconnect();

        assertThatThrownBy(this::next).isInstanceOf(EOFException.class);
        assertThat(this.source.details()).containsEntry("connected", false);

        this.source.backdoor().send("1:question");
        assertThat(this.server.readLine()).isEqualTo("1:question");
        this.server.send("1:answer\n");
        assertThat(next()).isEqualTo("1:answer");
        assertThat(this.source.details()).containsEntry("connected", true);
    }

    @Test
    void s10_senderThatIsInterruptedInTheMiddleOfALine_costsTheConnectionAndKeepsItsFlag() throws Exception {
        LineSender sender = this.source.backdoor();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> sender.send("x".repeat(50_000_000))) // which no buffer holds
                .isInstanceOf(InterruptedIOException.class);

        assertThat(Thread.interrupted()).isTrue();
        assertThatThrownBy(this::next).isInstanceOf(ClosedChannelException.class);
        this.server.disconnect();
        sender.send("1:question");
        assertThat(this.server.readLine()).isEqualTo("1:question");
    }

    @Test
    void pathWithoutAServer_isRefused() {
        assertThatThrownBy(() -> UnixSocketSource.open(this.folder.resolve("nothing"), 10))
                .isInstanceOf(IOException.class);
    }
}
