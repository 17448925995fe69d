package io.github.exitleft.demo.stun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.exitleft.demo.stun.StunMessage.Attribute;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StunResponseTests {

    private static final String ID = "b7e7a701bc34d686fa87dfae";
    private static final String XORED = "00200008 0001a147e112a643";
    private static final InetSocketAddress ADDRESS = new InetSocketAddress("192.0.2.1", 32853);

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "255.255.255.255", "::1", "2001:db8::ffff"})
    void xoredAddressEncodedAndDecoded_isTheSame(String host) {
        byte[] id = HexFormat.of().parseHex(ID);
        for (int port : new int[] {0, 1, 0x2112, 32768, 65535}) {
            InetSocketAddress address = new InetSocketAddress(host, port);
            assertThat(StunAddress.decodeXored(StunAddress.encodeXored(address, id), id))
                    .isEqualTo(address);
        }
    }

    @Test
    void messageEncodedWithPadding_isReadBackWithoutIt() {
        ByteBuffer value = ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5});
        ByteBuffer encoded =
                StunMessage.encode(StunMessage.BINDING_REQUEST, new byte[12], new Attribute(0x8022, value));

        assertThat(encoded.remaining()).isEqualTo(20 + 4 + 8);
        assertThat(StunMessage.decode(encoded).attribute(0x8022).orElseThrow().value())
                .isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}));
    }

    @Test
    void successWithPlainAddressesOfAnOldServer_givesTheMappedOne() {
        ByteBuffer reply =
                reply(0x0101, "00010008 00018055c0000201", "00040008 00010d96c0000202", "00050008 00010d97c0000203");
        assertThat(StunResponse.decode(reply)).isEqualTo(new StunResponse.Success(ID, ADDRESS));
    }

    @Test
    void successWithBothAddresses_givesTheXoredOne() {
        ByteBuffer reply = reply(0x0101, "00010008 00010001c0000263", XORED);
        assertThat(StunResponse.decode(reply)).isEqualTo(new StunResponse.Success(ID, ADDRESS));
    }

    @Test
    void successWithTheAddressTwice_givesTheFirst() {
        ByteBuffer reply = reply(0x0101, XORED, "00200008 0001ffffffffffff");
        assertThat(StunResponse.decode(reply)).isEqualTo(new StunResponse.Success(ID, ADDRESS));
    }

    @Test
    void successWithUnknownOptionalAttributes_isRead() {
        ByteBuffer reply = reply(0x0101, "80010001 ff000000", "ffff0000", XORED);
        assertThat(StunResponse.decode(reply)).isEqualTo(new StunResponse.Success(ID, ADDRESS));
    }

    @Test
    void attributesBehindTheIntegrity_areIgnored() {
        String integrity = "00080014" + "00".repeat(20);
        String integritySha256 = "001c0020" + "00".repeat(32);

        assertThat(StunResponse.decode(reply(0x0101, XORED, integrity, integritySha256, "00770000")))
                .isEqualTo(new StunResponse.Success(ID, ADDRESS));
        assertRefused(reply(0x0101, integrity, XORED), "success response without XOR-MAPPED-ADDRESS");
        assertRefused(reply(0x0101, integritySha256, integrity, XORED), "success response without XOR-MAPPED-ADDRESS");
    }

    @Test
    void error_givesCodeAndReason() {
        ByteBuffer reply = reply(0x0111, "00090011 00000414 556e6b6e6f776e20417474722e000000");
        assertThat(StunResponse.decode(reply)).isInstanceOfSatisfying(StunResponse.Failure.class, failure -> {
            assertThat(failure.token()).isEqualTo(ID);
            assertThat(failure.code()).isEqualTo(420);
            assertThat(failure.reason()).startsWith("Unknown Attr.");
        });
        assertThat(StunResponse.decode(reply(0x0111, "00090004 00000300")))
                .isEqualTo(new StunResponse.Failure(ID, 300, ""));
    }

    @ParameterizedTest
    @CsvSource({
        "0x0101, 00770000, attribute 0x0077 must be understood and is not known here",
        "0x0111, 0009000400000400 00770000, attribute 0x0077 must be understood and is not known here",
        "0x0101, '', success response without XOR-MAPPED-ADDRESS",
        "0x0111, '', error response without ERROR-CODE",
        "0x0111, 00090003 00000400, ERROR-CODE of 3 bytes must have 4 or more",
        "0x0111, 00090004 00000264, error class 2 with number 100 must be 3 to 6 with 0 to 99",
        "0x0111, 00090004 00000700, error class 7 with number 0 must be 3 to 6 with 0 to 99",
        "0x0111, 00090004 00000464, error class 4 with number 100 must be 3 to 6 with 0 to 99",
        "0x0101, 00200003 00010000, address of 3 bytes must have 8 or 20",
        "0x0101, 00200008 0003a147e112a643, address family 3 must be 1 (IPv4) or 2 (IPv6)",
        "0x0101, 00200008 0002a147e112a643, address of 8 bytes must have 20 in family 2",
        "0x0101, 0020000c 0001a147e112a64300000000, address of 12 bytes must have 8 in family 1",
        "0x0001, '', 'message type 0x0001 must be 0x0101 or 0x0111, the replies to a Binding request'",
        "0x0103, '', 'message type 0x0103 must be 0x0101 or 0x0111, the replies to a Binding request'",
        "0x8101, '', message type 0x8101 must begin with two zero bits",
        "0x0101, 00200009 0001a147e112a643, attribute 0x0020 of 9 bytes (with padding 12) must fit into the 8 left",
        "0x0101, 80220001, attribute 0x8022 of 1 bytes (with padding 4) must fit into the 0 left",
        "0x0101, 8022ffff, attribute 0x8022 of 65535 bytes (with padding 65536) must fit into the 0 left",
        "0x0101, 80280004 00000000 80220000, FINGERPRINT with 4 bytes behind it must be the last attribute",
        "0x0101, 80280000, FINGERPRINT of 0 bytes must have 4",
    })
    void replyThatIsMalformed_isRefusedWithTheValue(String type, String attributes, String message) {
        assertRefused(reply(Integer.decode(type), attributes), message);
    }

    @ParameterizedTest
    @CsvSource({
        "'', datagram of 0 bytes must have 20 or more",
        "01010000 2112a442 b7e7a701bc34d686fa87df, datagram of 19 bytes must have 20 or more",
        "01010004 2112a442 b7e7a701bc34d686fa87dfae, "
                + "'message length 4 must be a multiple of 4, and 0 in a datagram of 20 bytes'",
        "01010002 2112a442 b7e7a701bc34d686fa87dfae 0000, "
                + "'message length 2 must be a multiple of 4, and 2 in a datagram of 22 bytes'",
        "01010000 2112a443 b7e7a701bc34d686fa87dfae, magic cookie 0x2112a443 must be 0x2112a442",
    })
    void headerThatIsMalformed_isRefusedWithTheValue(String datagram, String message) {
        assertRefused(Rfc5769.bytes(datagram), message);
    }

    @Test
    void fingerprintThatDoesNotAgree_isRefused() {
        ByteBuffer reply = Rfc5769.ipv4Response();
        reply.put(reply.limit() - 1, (byte) 0);
        assertRefused(reply, "FINGERPRINT 0xc07d4c00 must be 0xc07d4c96 for this datagram");
    }

    @Test
    void decodeOfAPartOfABuffer_readsThatPartAndLeavesThePosition() {
        ByteBuffer vector = Rfc5769.ipv4Response();
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(200).position(7).put(vector).flip().position(7);

        assertThat(StunResponse.decode(buffer.asReadOnlyBuffer())).isEqualTo(new StunResponse.Success(ID, ADDRESS));
        StunResponse.decode(buffer);
        assertThat(buffer.position()).isEqualTo(7);
    }

    @Test
    void replyCutAtAnyLength_isRefused() {
        for (ByteBuffer vector : List.of(Rfc5769.ipv4Response(), Rfc5769.ipv6Response())) {
            for (int length = 0; length < vector.limit(); length++) {
                ByteBuffer cut = vector.slice(0, length);
                assertThatExceptionOfType(StunFormatException.class).isThrownBy(() -> StunResponse.decode(cut));
                if (length >= StunMessage.HEADER_LENGTH) {
                    // With a length that agrees, so that the attributes are reached.
                    cut.putChar(2, (char) (length - StunMessage.HEADER_LENGTH));
                    decodeOrRefuse(cut);
                }
                vector.putChar(2, (char) (vector.limit() - StunMessage.HEADER_LENGTH));
            }
        }
    }

    @Test
    void replyWithAnyBitFlipped_isRefusedOrMeansTheSame() {
        for (ByteBuffer vector : List.of(Rfc5769.ipv4Response(), Rfc5769.ipv6Response())) {
            StunResponse intact = StunResponse.decode(vector);
            int read = 0;
            for (int bit = 0; bit < vector.limit() * 8; bit++) {
                ByteBuffer flipped = ByteBuffer.allocate(vector.limit())
                        .put(vector.duplicate())
                        .flip();
                flipped.put(bit / 8, (byte) (flipped.get(bit / 8) ^ (1 << (bit % 8))));
                if (decodeOrRefuse(flipped)) {
                    assertThat(StunResponse.decode(flipped)).as("bit %d", bit).isEqualTo(intact);
                    read++;
                }
            }
            // The fingerprint only lets pass what takes it away: a flip of the 16 bits of its type, and one that makes
            // the
            // attribute before it 8 bytes longer.
            assertThat(read).isEqualTo(17);
        }
    }

    @Test
    void replyWithRandomDamage_isReadOrRefusedAndNothingElse() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<ByteBuffer> vectors = List.of(
                Rfc5769.request(),
                Rfc5769.ipv4Response(),
                Rfc5769.ipv6Response(),
                Rfc5769.longTermRequest(),
                Rfc5769.sha256Request(),
                reply(0x0101, XORED, "80220001 ff000000"),
                reply(0x0111, "00090011 00000414 556e6b6e6f776e20417474722e000000", "000a0002 00240000"));
        int read = 0;
        for (int i = 0; i < 100_000; i++) {
            ByteBuffer damaged = damage(vectors.get(random.nextInt(vectors.size())), random);
            try {
                read += decodeOrRefuse(damaged) ? 1 : 0;
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", round " + i, e);
            }
        }
        assertThat(read)
                .as("some must get through, or the damage is too great to show anything")
                .isPositive();
    }

    private static ByteBuffer damage(ByteBuffer vector, Random random) {
        int length = Math.max(0, vector.limit() + 4 * (random.nextInt(5) - 2));
        ByteBuffer damaged = ByteBuffer.allocate(length);
        damaged.put(vector.slice(0, Math.min(length, vector.limit()))).clear();
        for (int flips = random.nextInt(4); flips > 0 && length > 0; flips--) {
            damaged.put(random.nextInt(length), (byte) random.nextInt(256));
        }
        if (length >= StunMessage.HEADER_LENGTH && random.nextInt(8) != 0) {
            damaged.putChar(2, (char) (length - StunMessage.HEADER_LENGTH));
        }
        int end = length - 8;
        if (end >= StunMessage.HEADER_LENGTH && damaged.getChar(end) == StunMessage.FINGERPRINT) {
            damaged.putInt(end + 4, StunMessage.fingerprint(damaged.slice(0, end)));
        }
        return damaged;
    }

    /** Whether it was read; whatever else comes out than a refusal with a message fails the test. */
    private static boolean decodeOrRefuse(ByteBuffer datagram) {
        try {
            StunResponse.decode(datagram);
            return true;
        } catch (StunFormatException e) {
            assertThat(e).message().isNotBlank();
            return false;
        }
    }

    private static void assertRefused(ByteBuffer datagram, String message) {
        assertThatExceptionOfType(StunFormatException.class)
                .isThrownBy(() -> StunResponse.decode(datagram))
                .withMessage(message);
    }

    private static ByteBuffer reply(int type, String... attributes) {
        ByteBuffer body = Rfc5769.bytes(String.join("", attributes));
        return ByteBuffer.allocate(StunMessage.HEADER_LENGTH + body.limit())
                .put(StunMessage.encode(type, HexFormat.of().parseHex(ID)))
                .put(body)
                .putChar(2, (char) body.limit())
                .flip();
    }
}
