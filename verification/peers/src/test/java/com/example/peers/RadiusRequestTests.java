package com.example.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The example of RFC 2865, section 7.1. */
class RadiusRequestTests {

    private static final HexFormat HEX = HexFormat.of();
    private static final byte[] ANSWER =
            HEX.parseHex("0200002686fe220e7624ba2a1005f6bf9b55e0b2" + "060600000001" + "0f0600000000" + "0e06c0a80103");

    private final RadiusRequest request =
            new RadiusRequest("nemo", "xyzzy5461", HEX.parseHex("0f403f9473978057bd83d5cb98f4227a"));

    @Test
    void requestHasHeaderAuthenticatorAndName() {
        assertThat(HEX.formatHex(this.request.encode(200)))
                .isEqualTo("01c8001a" + "0f403f9473978057bd83d5cb98f4227a" + "0106" + "6e656d6f");
    }

    @Test
    void answerIsKnownByItsAuthenticator() {
        assertThat(this.request.isAnsweredBy(ANSWER)).isTrue();
        assertThat(new RadiusRequest("nemo", "xyzzy5461").isAnsweredBy(ANSWER)).isFalse();
        byte[] changed = ANSWER.clone();
        changed[changed.length - 1]++;
        assertThat(this.request.isAnsweredBy(changed)).isFalse();
    }

    @Test
    void textOfAnAnswerIsFoundAmongItsAttributes() {
        assertThat(RadiusRequest.replyMessage(ANSWER)).isNull();
        assertThat(RadiusRequest.replyMessage(HEX.parseHex("02000000" + "00".repeat(16) + "0606000000011203" + "78")))
                .isEqualTo("x");
    }
}
