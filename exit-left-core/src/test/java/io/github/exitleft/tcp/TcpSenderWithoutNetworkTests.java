package io.github.exitleft.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A sender for tests of users' code, which has no connection. */
class TcpSenderWithoutNetworkTests {

    private final List<String> sent = new ArrayList<>();
    private final List<Long> places = new ArrayList<>();

    private void take(long place, byte[] payload) {
        places.add(place);
        sent.add(text(payload));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Test
    void payload_isWhatThePeerWouldReadFromTheFrame() throws Exception {
        TcpSender lines = TcpSender.of(Framing.delimiter(bytes("\r\n")), this::take);
        lines.send(bytes("hello"));
        TcpSender counted = TcpSender.of(Framing.lengthField(0, 2), this::take);
        counted.send(bytes("..abc"));
        assertThat(sent).containsExactly("hello", "\0\3abc");
        assertThat(places).containsOnly(-1L);
    }

    @Test
    void payloadThatCannotBeFramed_isRefused() {
        TcpSender lines = TcpSender.of(Framing.delimiter(bytes("\n")), this::take);
        assertThatThrownBy(() -> lines.send(bytes("a\nb"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(sent).isEmpty();
    }

    @Test
    void framesSentInOrder_haveTheirPlacesAndCannotBeMixedWithOthers() throws Exception {
        TcpSender lines = TcpSender.of(Framing.delimiter(bytes("\n")), this::take);
        long first = lines.sendInOrder(bytes("a"));
        long second = lines.sendInOrder(bytes("b"));
        assertThat(second).isEqualTo(first + 1);
        assertThat(places).containsExactly(first, second);
        assertThatThrownBy(() -> lines.send(bytes("c")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("sendInOrder");
    }

    @Test
    void refusedFrame_usesUpNoPlace() throws Exception {
        var refuse = new AtomicBoolean();
        TcpSender lines = TcpSender.of(Framing.delimiter(bytes("\n")), (place, payload) -> {
            if (refuse.get()) {
                throw new IOException("refused");
            }
            take(place, payload);
        });
        long first = lines.sendInOrder(bytes("a"));
        refuse.set(true);
        assertThatThrownBy(() -> lines.sendInOrder(bytes("b"))).hasMessage("refused");
        refuse.set(false);
        assertThat(lines.sendInOrder(bytes("b"))).isEqualTo(first + 1);
    }
}
