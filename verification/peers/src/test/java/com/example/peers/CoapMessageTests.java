package com.example.peers;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.peers.CoapMessage.Option;
import com.example.peers.CoapMessage.Type;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class CoapMessageTests {

    private static final HexFormat HEX = HexFormat.of();

    /** Figures 16 and 18 of RFC 7252, appendix A. */
    private static final String REQUEST = "41017d34" + "20" + "bb" + "74656d7065726174757265";

    private static final String RESPONSE = "61457d34" + "20" + "ff" + "32322e332043";

    @Test
    void messagesAreThoseOfTheStandard() {
        var request = new CoapMessage(
                Type.CON, CoapMessage.GET, 0x7d34, "20", List.of(new Option(CoapMessage.URI_PATH, "temperature")), "");
        assertThat(HEX.formatHex(request.encode())).isEqualTo(REQUEST);
        assertThat(decode(REQUEST)).isEqualTo(request);

        var response = new CoapMessage(Type.ACK, CoapMessage.CONTENT, 0x7d34, "20", List.of(), "22.3 C");
        assertThat(HEX.formatHex(response.encode())).isEqualTo(RESPONSE);
        assertThat(decode(RESPONSE)).isEqualTo(response);
    }

    @Test
    void emptyMessagesHaveAHeaderOnly() {
        CoapMessage ack = CoapMessage.empty(Type.ACK, 0xfffe);
        assertThat(HEX.formatHex(ack.encode())).isEqualTo("6000fffe");
        assertThat(decode("6000fffe")).isEqualTo(ack);
        assertThat(ack.isEmpty()).isTrue();
    }

    @Test
    void optionsFarApartAndLongOnesAreRead() {
        String text = "x".repeat(14);
        assertThat(decode("40010001" + "dd0101" + HEX.formatHex(text.getBytes()) + "e1000061")
                        .options())
                .containsExactly(new Option(14, text), new Option(283, "a"));
    }

    private static CoapMessage decode(String hex) {
        return CoapMessage.decode(ByteBuffer.wrap(HEX.parseHex(hex)));
    }
}
