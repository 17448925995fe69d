package io.github.exitleft.tcp;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames of every kind, cut at every place. */
class FramingTests {

    private static final InetSocketAddress PEER = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    private static final int MAX = 20_000;
    private static final IntUnaryOperator WHOLE = left -> left;
    private static final IntUnaryOperator BYTE_BY_BYTE = left -> 1;

    /** A framing, and what can be sent by it. */
    private record Kind(Framing framing, Payloads payloads) {
        interface Payloads {
            byte[] draw(SplittableRandom random);
        }
    }

    static Stream<Named<Kind>> kinds() {
        Framing own = (bytes, seen) -> bytes.hasRemaining() ? 1 + 8 * (bytes.get() & 0xff) : Framing.UNKNOWN;
        List<Named<Kind>> kinds = new ArrayList<>(List.of(
                kind("delimiter", Framing.delimiter(text("\r\n")), random -> lines(random, "\r x")),
                kind("delimiter of one byte", Framing.delimiter(text("\n")), random -> lines(random, "\r x")),
                kind("delimiter that repeats itself", Framing.delimiter(text("aba")), random -> lines(random, "bx")),
                kind("between", Framing.between(hex("0b"), hex("1c0d")), random -> lines(random, "\u000b\r x")),
                kind("between long marks", Framing.between(text("<<"), text(">>")), random -> lines(random, "<<x")),
                kind("fixed size", Framing.fixedSize(7), random -> bytes(random, 7)),
                kind("fixed size of one byte", Framing.fixedSize(1), random -> bytes(random, 1)),
                kind("BER", Framing.ber(), FramingTests::tagLengthValue),
                kind("one's own", own, random -> {
                    int count = random.nextInt(256);
                    byte[] record = bytes(random, 1 + 8 * count);
                    record[0] = (byte) count;
                    return record;
                })));
        for (int length = 1; length <= 8; length++) {
            for (ByteOrder order : List.of(BIG_ENDIAN, LITTLE_ENDIAN)) {
                for (int offset : new int[] {0, 4}) {
                    int most = length == 1 ? 200 : 9_000;
                    int header = offset + length;
                    kinds.add(lengthField(offset, length, order, 0, false, header, most));
                    kinds.add(lengthField(offset, length, order, 0, true, header, most));
                    kinds.add(lengthField(offset, length, order, -header, false, header, most)); // counts all
                    kinds.add(lengthField(offset, length, order, 3, false, header + 3, most)); // three more follow
                }
            }
        }
        return kinds.stream();
    }

    private static Named<Kind> lengthField(
            int offset, int length, ByteOrder order, int adjustment, boolean includesItself, int least, int most) {
        Framing framing = Framing.lengthField(offset, length, order, adjustment, includesItself);
        return kind(framing.toString(), framing, random -> bytes(random, least + sometimesLong(random, most)));
    }

    private static Named<Kind> kind(String name, Framing framing, Kind.Payloads payloads) {
        return Named.of(name, new Kind(framing, payloads));
    }

    private static int sometimesLong(SplittableRandom random, int most) {
        return random.nextInt(8) == 0 ? random.nextInt(most) : random.nextInt(Math.min(most, 40));
    }

    private static byte[] text(String text) {
        return text.getBytes(US_ASCII);
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    private static byte[] bytes(SplittableRandom random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Of an alphabet that is close to the marks, but without an end mark. */
    private static byte[] lines(SplittableRandom random, String alphabet) {
        byte[] bytes = new byte[sometimesLong(random, 9_000)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
        }
        return bytes;
    }

    private static byte[] tagLengthValue(SplittableRandom random) {
        var encoded = new ByteArrayOutputStream();
        encoded.writeBytes(random.nextBoolean() ? hex("30") : hex("1f 81 82 03"));
        byte[] value = bytes(random, sometimesLong(random, 9_000));
        int octets = random.nextInt(5);
        if (octets == 0 && value.length < 128) {
            encoded.write(value.length);
        } else {
            octets = Math.max(2, octets);
            encoded.write(0x80 | octets);
            for (int i = octets - 1; i >= 0; i--) {
                encoded.write(value.length >>> 8 * i);
            }
        }
        encoded.writeBytes(value);
        return encoded.toByteArray();
    }

    /** What the framing makes of payloads, one after the other. */
    private static byte[] encode(Framing framing, List<byte[]> payloads) {
        var stream = new ByteArrayOutputStream();
        for (byte[] payload : payloads) {
            ByteBuffer sent = ByteBuffer.allocate(payload.length + 2)
                    .position(1)
                    .put(payload)
                    .flip()
                    .position(1);
            for (ByteBuffer part : framing.encode(sent)) {
                byte[] bytes = new byte[part.remaining()];
                part.get(bytes);
                stream.writeBytes(bytes);
            }
            assertThat(sent.remaining()).as("what is left of the payload").isEqualTo(payload.length);
        }
        return stream.toByteArray();
    }

    private static List<byte[]> decode(Framing framing, byte[] stream, int maxFrameSize, IntUnaryOperator cut)
            throws IOException {
        var channel = new CutChannel(stream, cut);
        var buffer = new FrameBuffer(framing, maxFrameSize, PEER, new Places(e -> {}));
        List<byte[]> payloads = new ArrayList<>();
        while (buffer.fill(channel) >= 0) {
            for (Frame frame = buffer.next(); frame != null; frame = buffer.next()) {
                payloads.add(frame.toByteArray());
            }
        }
        assertThat(buffer.hasPartOfAFrame()).as("something is left over").isFalse();
        return payloads;
    }

    private static void assertSame(List<byte[]> actual, List<byte[]> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i)).as("payload " + i).isEqualTo(expected.get(i));
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void framesOfAnyKindAndCutAnyhow_areThePayloadsThatWereSent(Kind kind) throws IOException {
        long seed = Long.getLong("exitleft.framing.seed", System.nanoTime());
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 20; round++) {
            List<byte[]> payloads = new ArrayList<>();
            for (int i = random.nextInt(12); i >= 0; i--) {
                payloads.add(kind.payloads().draw(random));
            }
            byte[] stream = encode(kind.framing(), payloads);
            List<byte[]> whole = decode(kind.framing(), stream, MAX, WHOLE);
            assertThat(encode(kind.framing(), whole)).as("seed %d", seed).isEqualTo(stream);
            if (!(kind.framing() instanceof LengthField)) { // which is filled in
                assertSame(whole, payloads);
            }
            for (IntUnaryOperator cut : List.<IntUnaryOperator>of(
                    left -> 1 + random.nextInt(Math.min(left, 20)), left -> 1 + random.nextInt(left))) {
                assertSame(decode(kind.framing(), stream, MAX, cut), whole);
            }
        }
        List<byte[]> few = List.of(kind.payloads().draw(random), kind.payloads().draw(random));
        byte[] stream = encode(kind.framing(), few);
        assertSame(decode(kind.framing(), stream, MAX, BYTE_BY_BYTE), decode(kind.framing(), stream, MAX, WHOLE));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void garbage_isRefusedOrTakenForFramesAndNothingElse(Kind kind) {
        long seed = Long.getLong("exitleft.framing.seed", System.nanoTime());
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 50; round++) {
            byte[] garbage = bytes(random, 1 + random.nextInt(60));
            var channel = new CutChannel(garbage, left -> 1 + random.nextInt(left));
            var buffer = new FrameBuffer(kind.framing(), 50, PEER, new Places(e -> {}));
            try {
                while (buffer.fill(channel) >= 0) {
                    for (Frame frame = buffer.next(); frame != null; frame = buffer.next()) {
                        assertThat(frame.length()).as("seed %d", seed).isLessThanOrEqualTo(50);
                    }
                }
            } catch (FramingException e) {
                assertThat(e.getMessage()).as("seed %d", seed).isNotBlank().doesNotEndWith(".");
            } catch (IOException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    @Test
    void lengthField_asProtocolsHaveIt() throws IOException {
        Framing iso8583 = Framing.lengthField(0, 2);
        Framing modbus = Framing.lengthField(4, 2);
        Framing smpp = Framing.lengthField(0, 4, BIG_ENDIAN, 0, true);

        assertSame(
                decode(iso8583, hex("0003 303830 0000 0001 ff"), MAX, BYTE_BY_BYTE),
                List.of(hex("0003 303830"), hex("0000"), hex("0001 ff")));
        assertSame(decode(modbus, hex("0007 0000 0002 1103"), MAX, BYTE_BY_BYTE), List.of(hex("0007 0000 0002 1103")));
        assertSame(
                decode(smpp, hex("00000010 00000015 00000000 00000007"), MAX, WHOLE),
                List.of(hex("00000010 00000015 00000000 00000007")));
        assertThat(encode(smpp, List.of(hex("ffffffff 00000015 00000000 00000007"))))
                .as("filled in")
                .isEqualTo(hex("00000010 00000015 00000000 00000007"));
    }

    enum Huge {
        GIGABYTE(4, "40000000"),
        NEGATIVE_INT(4, "ffffffff"),
        MOST_NEGATIVE_LONG(8, "8000000000000000"),
        MINUS_ONE(8, "ffffffffffffffff"),
        LARGEST_LONG(8, "7fffffffffffffff"),
        SEVEN_BYTES(7, "ffffffffffffff"),
        ONE_TOO_MANY(2, "00ff");

        final int length;
        final String digits;

        Huge(int length, String digits) {
            this.length = length;
            this.digits = digits;
        }
    }

    @ParameterizedTest
    @EnumSource
    void lengthFieldThatSaysTooMuch_isRefusedAsSoonAsItIsThere(Huge huge) {
        for (int adjustment : new int[] {0, Integer.MAX_VALUE}) {
            Framing framing = Framing.lengthField(0, huge.length, BIG_ENDIAN, adjustment, false);

            assertThatThrownBy(() -> decode(framing, hex(huge.digits), 256, WHOLE))
                    .isInstanceOf(FramingException.class)
                    .hasMessageContaining("longer than the 256 bytes")
                    .hasMessageContaining("maximum frame size");
        }
    }

    @Test
    void lengthFieldThatSaysLessThanItsHeader_isRefused() {
        for (Framing framing : List.of(
                Framing.lengthField(0, 4, BIG_ENDIAN, 0, true),
                Framing.lengthField(2, 2, BIG_ENDIAN, -4, false),
                Framing.lengthField(0, 4, BIG_ENDIAN, Integer.MIN_VALUE, false))) {
            assertThatThrownBy(() -> decode(framing, hex("00000003"), 256, WHOLE))
                    .isInstanceOf(FramingException.class)
                    .hasMessageContaining("shorter than the 4 bytes");
        }
    }

    @Test
    void contentThatIsTakenForALength_isNotShown() {
        assertThatThrownBy(() -> decode(Framing.lengthField(0, 4), text("HTTP/1.1"), MAX, WHOLE))
                .isInstanceOf(FramingException.class)
                .hasMessageContaining("256 MiB or more")
                .hasMessageNotContaining("1213486160");
        assertThatThrownBy(() -> decode(Framing.lengthField(0, 4), hex("00010000"), MAX, WHOLE))
                .hasMessageContaining("65540 bytes");
    }

    @ParameterizedTest
    @CsvSource({"-1, 2", "0, 0", "0, 9", "0, -1", "65537, 4", "2147483647, 8"})
    void impossibleLengthField_isRefused(int offset, int length) {
        assertThatThrownBy(() -> Framing.lengthField(offset, length))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching(".*but is (" + offset + "|" + length + ")");
    }

    @Test
    void payloadWhoseLengthTheFieldCannotSay_isRefused() {
        assertThatThrownBy(() -> Framing.lengthField(0, 1).encode(ByteBuffer.allocate(257)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("257 bytes")
                .hasMessageContaining("256");
        assertThat(Framing.lengthField(0, 1).encode(ByteBuffer.allocate(256))).hasSize(2);
        assertThatThrownBy(() -> Framing.lengthField(2, 2).encode(ByteBuffer.allocate(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no room");
        assertThatThrownBy(
                        () -> Framing.lengthField(0, 2, BIG_ENDIAN, 10, false).encode(ByteBuffer.allocate(5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-7");
    }

    @ParameterizedTest
    @CsvSource({"aba, xaba", "aba, abax", "aba, xab", "aa, xa", "aa, aa", "abab, xab"})
    void payloadThatTheDelimiterWouldEndEarly_isRefused(String delimiter, String payload) {
        Framing framing = Framing.delimiter(text(delimiter));

        assertThatThrownBy(() -> framing.encode(ByteBuffer.wrap(text(payload))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(HexFormat.of().formatHex(text(delimiter)))
                .hasMessageNotContaining(payload);
    }

    @Test
    void betweenWithBytesBetweenFrames_isRefusedAtTheFirstOfThem() {
        Framing mllp = Framing.between(hex("0b"), hex("1c0d"));

        assertThatThrownBy(() -> decode(mllp, hex("0b 41 1c0d 0a"), MAX, BYTE_BY_BYTE))
                .isInstanceOf(FramingException.class)
                .hasMessageContaining("0b")
                .hasMessageNotContaining("0a");
        assertThatThrownBy(() -> Framing.between(new byte[0], hex("0d"))).hasMessageContaining("'start'");
        assertThatThrownBy(() -> Framing.between(hex("0b"), new byte[0])).hasMessageContaining("empty");
        assertThatThrownBy(() -> Framing.delimiter(new byte[0])).hasMessageContaining("empty");
    }

    @Test
    void delimiterThatDoesNotCome_isWaitedForUpToTheMaximumOnly() throws IOException {
        Framing line = Framing.delimiter(text("\n"));
        byte[] longest = text("x".repeat(99) + "\n");
        byte[] tooLong = text("x".repeat(100) + "\n");
        byte[] endless = text("x".repeat(100));

        for (IntUnaryOperator cut : List.of(WHOLE, BYTE_BY_BYTE)) {
            assertSame(decode(line, longest, 100, cut), List.of(text("x".repeat(99))));
            for (byte[] stream : List.of(tooLong, endless)) {
                assertThatThrownBy(() -> decode(line, stream, 100, cut))
                        .isInstanceOf(FramingException.class)
                        .hasMessageContaining("100 bytes")
                        .hasMessageNotContaining("xx");
            }
        }
    }

    @Test
    void ber_ofAllForms() throws IOException {
        List<byte[]> values = List.of(
                hex("30 00"),
                hex("02 01 07"),
                hex("30 81 03 020107"),
                hex("30 84 00000003 020107"),
                hex("1f 81 00 01 ff"),
                hex("bf 8f ff 7f 81 01 00"),
                hex("30 89 000000000000000001 05"));
        var stream = new ByteArrayOutputStream();
        values.forEach(stream::writeBytes);

        assertSame(decode(Framing.ber(), stream.toByteArray(), MAX, BYTE_BY_BYTE), values);
        assertSame(decode(Framing.ber(), stream.toByteArray(), MAX, WHOLE), values);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "3080", // indefinite
                "30ff", // reserved
                "30847fffffff", // a gigabyte and more
                "3084ffffffff",
                "3088ffffffffffffffff",
                "308a0102030405060708090a",
                "1fffffffffffffff" // a tag without end
            })
    void berThatIsNone_isRefused(String digits) {
        for (IntUnaryOperator cut : List.of(WHOLE, BYTE_BY_BYTE)) {
            assertThatThrownBy(() -> decode(Framing.ber(), hex(digits), MAX, cut))
                    .isInstanceOf(FramingException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "30", "3001", "30010203", "0201070201", "020107020107", "3080"})
    void payloadThatIsNotOneWholeValue_isRefused(String digits) {
        assertThatThrownBy(() -> Framing.ber().encode(ByteBuffer.wrap(hex(digits))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(digits.length() / 2 + " bytes");
    }

    @Test
    void fixedSize_refusesAnother() {
        assertThatThrownBy(() -> Framing.fixedSize(0)).hasMessageContaining("0");
        for (int size : new int[] {0, 7, 9, 16}) {
            assertThatThrownBy(() -> Framing.fixedSize(8).encode(ByteBuffer.allocate(size)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(size + " bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, 257, Long.MAX_VALUE})
    void framingOfOnesOwnThatIsWrong_isRefusedAndLoopsNever(long length) {
        Framing wrong = (bytes, seen) -> length;

        assertThatThrownBy(() -> decode(wrong, new byte[10], 256, WHOLE)).isInstanceOf(FramingException.class);
        assertThatThrownBy(() -> wrong.encode(ByteBuffer.allocate(10))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void framingOfOnesOwn_mayReadFromTheBufferAsItLikes() throws IOException {
        Framing careless = (bytes, seen) -> {
            assertThat(bytes.isReadOnly()).isTrue();
            assertThat(bytes.order()).isEqualTo(BIG_ENDIAN);
            bytes.order(LITTLE_ENDIAN);
            if (bytes.remaining() < 2) {
                return Framing.UNKNOWN;
            }
            int length = bytes.getShort();
            bytes.position(bytes.limit()).limit(0);
            return length;
        };

        assertSame(
                decode(careless, hex("0300ff 0200 0400abcd"), MAX, BYTE_BY_BYTE),
                List.of(hex("0300ff"), hex("0200"), hex("0400abcd")));
    }

    @Test
    void whatHasBeenSeen_isToldSoThatNothingIsLookedAtTwice() throws IOException {
        Framing line = Framing.delimiter(text("\n"));
        var expected = new int[1];
        var calls = new int[1];
        Framing watched = (bytes, seen) -> {
            assertThat(seen).isEqualTo(expected[0]);
            long length = line.frameLength(bytes, seen);
            expected[0] = length == Framing.UNKNOWN ? bytes.limit() - bytes.position() : 0;
            calls[0]++;
            return length;
        };
        byte[] stream = text("x".repeat(12_000) + "\n" + "y\n" + "z".repeat(9_000) + "\n");

        decode(watched, stream, MAX, BYTE_BY_BYTE);

        assertThat(calls[0]).isEqualTo(stream.length);
    }

    @Test
    void frameOfKnownLength_isAskedForOnceAndFilledBitByBit() throws IOException {
        var calls = new int[1];
        Framing counted = (bytes, seen) -> {
            calls[0]++;
            return Framing.lengthField(0, 4).frameLength(bytes, seen);
        };
        byte[] large = encode(Framing.lengthField(0, 4), List.of(bytes(new SplittableRandom(1), 300_000)));

        assertSame(decode(counted, large, 1 << 20, left -> Math.min(left, 1_000)), List.of(large));
        assertThat(calls[0]).isEqualTo(1);
    }

    @Test
    void lineThatIsLongerThanTheBuffer_makesItGrow() throws IOException {
        byte[] line = lines(new SplittableRandom(1), "x");
        byte[] large = text("x".repeat(300_000));
        byte[] stream = encode(Framing.delimiter(text("\n")), List.of(line, large, line, large));

        assertSame(
                decode(Framing.delimiter(text("\n")), stream, 300_001, left -> Math.min(left, 10_000)),
                List.of(line, large, line, large));
    }
}
