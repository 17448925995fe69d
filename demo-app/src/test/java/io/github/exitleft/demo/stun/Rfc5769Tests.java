package io.github.exitleft.demo.stun;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** The vectors agree with their own checksums, so they are copied correctly, and are read as the RFC says. */
class Rfc5769Tests {

    private static final String SHORT_TERM_ID = "b7e7a701bc34d686fa87dfae";
    private static final String LONG_TERM_ID = "78ad3433c6ad72c029da412e";

    @Test
    void requestOfSection21_isReadAndItsIntegrityAndFingerprintAgree() throws Exception {
        StunMessage message = StunMessage.decode(Rfc5769.request());

        assertThat(message.type()).isEqualTo(StunMessage.BINDING_REQUEST);
        assertThat(message.token()).isEqualTo(SHORT_TERM_ID);
        assertThat(text(message, 0x8022)).isEqualTo("STUN test client");
        assertThat(text(message, 0x0006)).isEqualTo("evtj:h6vY");
        assertThat(value(message, 0x0024).getInt()).isEqualTo(0x6e0001ff);
        assertThat(value(message, 0x8029).getLong()).isEqualTo(0x932ff9b151263b36L);
        assertThat(message.unknownRequired()).containsExactly(0x0024);
        assertThat(value(message, StunMessage.MESSAGE_INTEGRITY))
                .isEqualTo(
                        integrity(Rfc5769.request(), StunMessage.MESSAGE_INTEGRITY, Rfc5769.PASSWORD.getBytes(UTF_8)));
        assertThat(value(message, StunMessage.FINGERPRINT).getInt()).isEqualTo(0xe57a3bcf);
    }

    @Test
    void responseOfSection22_givesTheIpv4AddressAndItsIntegrityAgrees() throws Exception {
        StunMessage message = StunMessage.decode(Rfc5769.ipv4Response());

        assertThat(StunResponse.decode(Rfc5769.ipv4Response()))
                .isEqualTo(new StunResponse.Success(SHORT_TERM_ID, new InetSocketAddress("192.0.2.1", 32853)));
        assertThat(text(message, 0x8022)).isEqualTo("test vector");
        assertThat(value(message, StunMessage.MESSAGE_INTEGRITY))
                .isEqualTo(integrity(
                        Rfc5769.ipv4Response(), StunMessage.MESSAGE_INTEGRITY, Rfc5769.PASSWORD.getBytes(UTF_8)));
        assertThat(value(message, StunMessage.FINGERPRINT).getInt()).isEqualTo(0xc07d4c96);
    }

    @Test
    void responseOfSection23_givesTheIpv6AddressAndItsIntegrityAgrees() throws Exception {
        StunMessage message = StunMessage.decode(Rfc5769.ipv6Response());

        assertThat(StunResponse.decode(Rfc5769.ipv6Response()))
                .isEqualTo(new StunResponse.Success(
                        SHORT_TERM_ID, new InetSocketAddress("2001:db8:1234:5678:11:2233:4455:6677", 32853)));
        assertThat(text(message, 0x8022)).isEqualTo("test vector");
        assertThat(value(message, StunMessage.MESSAGE_INTEGRITY))
                .isEqualTo(integrity(
                        Rfc5769.ipv6Response(), StunMessage.MESSAGE_INTEGRITY, Rfc5769.PASSWORD.getBytes(UTF_8)));
        assertThat(value(message, StunMessage.FINGERPRINT).getInt()).isEqualTo(0xc8fb0b4c);
    }

    @Test
    void requestOfSection24_isReadAndItsLongTermIntegrityAgrees() throws Exception {
        StunMessage message = StunMessage.decode(Rfc5769.longTermRequest());

        assertThat(message.type()).isEqualTo(StunMessage.BINDING_REQUEST);
        assertThat(message.token()).isEqualTo(LONG_TERM_ID);
        assertThat(text(message, 0x0006)).isEqualTo(Rfc5769.LONG_TERM_USERNAME);
        assertThat(text(message, 0x0014)).isEqualTo(Rfc5769.LONG_TERM_REALM);
        assertThat(text(message, 0x0015)).isEqualTo("f//499k954d6OL34oL9FSTvy64sA");
        assertThat(message.unknownRequired()).isEmpty();
        assertThat(value(message, StunMessage.MESSAGE_INTEGRITY))
                .isEqualTo(integrity(Rfc5769.longTermRequest(), StunMessage.MESSAGE_INTEGRITY, longTermKey("MD5")));
    }

    @Test
    void requestOfRfc8489AppendixB_isReadAndItsSha256IntegrityAgrees() throws Exception {
        StunMessage message = StunMessage.decode(Rfc5769.sha256Request());

        assertThat(message.token()).isEqualTo(LONG_TERM_ID);
        assertThat(text(message, 0x0015)).isEqualTo("obMatJos2AAACf//499k954d6OL34oL9FSTvy64sA");
        assertThat(message.unknownRequired()).isEmpty();
        assertThat(value(message, 0x001e))
                .isEqualTo(ByteBuffer.wrap(MessageDigest.getInstance("SHA-256")
                        .digest((Rfc5769.LONG_TERM_USERNAME + ":" + Rfc5769.LONG_TERM_REALM).getBytes(UTF_8))));
        assertThat(value(message, StunMessage.MESSAGE_INTEGRITY_SHA256))
                .isEqualTo(integrity(
                        Rfc5769.sha256Request(), StunMessage.MESSAGE_INTEGRITY_SHA256, longTermKey("SHA-256")));
    }

    private static ByteBuffer value(StunMessage message, int type) {
        return message.attribute(type).orElseThrow().value();
    }

    private static String text(StunMessage message, int type) {
        return UTF_8.decode(value(message, type)).toString();
    }

    private static byte[] longTermKey(String digest) throws GeneralSecurityException {
        return MessageDigest.getInstance(digest)
                .digest(String.join(
                                ":", Rfc5769.LONG_TERM_USERNAME, Rfc5769.LONG_TERM_REALM, Rfc5769.LONG_TERM_PASSWORD)
                        .getBytes(UTF_8));
    }

    /** RFC 8489, sections 14.5 and 14.6: over all that precedes, with a length that ends with the integrity attribute. */
    private static ByteBuffer integrity(ByteBuffer datagram, int type, byte[] key) throws GeneralSecurityException {
        int start = StunMessage.HEADER_LENGTH;
        while (datagram.getChar(start) != type) {
            start += 4 + ((datagram.getChar(start + 2) + 3) & ~3);
        }
        int end = start + 4 + datagram.getChar(start + 2);
        ByteBuffer covered =
                ByteBuffer.allocate(start).put(datagram.slice(0, start)).flip();
        covered.putChar(2, (char) (end - StunMessage.HEADER_LENGTH));
        String algorithm = type == StunMessage.MESSAGE_INTEGRITY ? "HmacSHA1" : "HmacSHA256";
        Mac mac = Mac.getInstance(algorithm);
        mac.init(new SecretKeySpec(key, algorithm));
        mac.update(covered);
        return ByteBuffer.wrap(mac.doFinal());
    }
}
