package io.github.exitleft.tcp;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.exitleft.TokenReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames, and the tokens that are read from them. */
class FrameTests {

    private static final InetSocketAddress PEER = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    /** In the middle of a larger array, as a frame is whose marks are taken off. */
    private static Frame frame(int... payload) {
        byte[] bytes = new byte[payload.length + 5];
        for (int i = 0; i < payload.length; i++) {
            bytes[i + 2] = (byte) payload[i];
        }
        return new Frame(PEER, Places.NONE, bytes, 2, payload.length);
    }

    private static Frame upTo(int length) {
        int[] bytes = new int[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = 0xf0 + i & 0xff;
        }
        return frame(bytes);
    }

    @Test
    void frame_isImmutable() {
        byte[] bytes = {1, 2, 3};
        Frame frame = Frame.of(PEER, bytes);
        bytes[0] = 9;
        frame.toByteArray()[0] = 9;

        assertThat(frame.toByteArray()).containsExactly(1, 2, 3);
        assertThat(frame.payload().get()).isEqualTo((byte) 1);
        assertThat(frame.payload().position()).isZero();
        assertThatThrownBy(() -> frame.payload().put((byte) 9)).isInstanceOf(ReadOnlyBufferException.class);
    }

    @Test
    void frame_isWhatItsPayloadIs() {
        Frame frame = frame(1, 2, 3);

        assertThat(frame.remote()).isEqualTo(PEER);
        assertThat(frame.length()).isEqualTo(3);
        assertThat(frame.toByteArray()).containsExactly(1, 2, 3);
        assertThat(frame.payload().remaining()).isEqualTo(3);
        assertThat(frame.payload().get(0)).isEqualTo((byte) 1);
        assertThat(frame).isEqualTo(Frame.of(PEER, new byte[] {1, 2, 3})).isNotEqualTo(frame(1, 2, 4));
        assertThat(frame.hashCode())
                .isEqualTo(Frame.of(PEER, new byte[] {1, 2, 3}).hashCode());
        assertThat(frame).isNotEqualTo(Frame.of(new InetSocketAddress(PEER.getAddress(), 2), new byte[] {1, 2, 3}));
        assertThat(frame.toString()).startsWith("3 bytes").contains(PEER.toString());
    }

    @Test
    void numbers_areReadInEitherByteOrder() {
        Frame frame = upTo(9);

        assertThat(frame.get(8)).isEqualTo((byte) 0xf8);
        assertThat(frame.getShort(1)).isEqualTo((short) 0xf1f2);
        assertThat(frame.getShort(1, LITTLE_ENDIAN)).isEqualTo((short) 0xf2f1);
        assertThat(frame.getInt(1)).isEqualTo(0xf1f2f3f4);
        assertThat(frame.getInt(1, LITTLE_ENDIAN)).isEqualTo(0xf4f3f2f1);
        assertThat(frame.getLong(1)).isEqualTo(0xf1f2f3f4f5f6f7f8L);
        assertThat(frame.getLong(1, LITTLE_ENDIAN)).isEqualTo(0xf8f7f6f5f4f3f2f1L);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 2, 3, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void numbersBeyondThePayload_areRefusedThoughTheArrayHasThem(int offset) {
        assertThatThrownBy(() -> frame(1, 2, 3).getShort(offset))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("3 bytes")
                .hasMessageContaining("offset " + offset);
    }

    @Test
    void tokens_areReadFromTheirPlace() throws Exception {
        Frame frame = upTo(20);

        assertThat(FrameTokens.at(Short.class, 0, 1).read(frame)).isEqualTo((short) 0xf0);
        assertThat(FrameTokens.at(Short.class, 0, 2).read(frame)).isEqualTo((short) 0xf0f1);
        assertThat(FrameTokens.at(Integer.class, 0, 3).read(frame)).isEqualTo(0xf0f1f2);
        assertThat(FrameTokens.at(Integer.class, 4, 4).read(frame)).isEqualTo(0xf4f5f6f7);
        assertThat(FrameTokens.at(Integer.class, 4, 3, LITTLE_ENDIAN).read(frame))
                .isEqualTo(0xf6f5f4);
        assertThat(FrameTokens.at(Long.class, 0, 7).read(frame)).isEqualTo(0xf0f1f2f3f4f5f6L);
        assertThat(FrameTokens.at(Long.class, 0, 8, LITTLE_ENDIAN).read(frame)).isEqualTo(0xf7f6f5f4f3f2f1f0L);
        assertThat(FrameTokens.at(UUID.class, 2, 16).read(frame))
                .isEqualTo(UUID.fromString("f2f3f4f5-f6f7-f8f9-fafb-fcfdfeff0001"));
        assertThat(FrameTokens.at(String.class, 8, 12).read(frame)).isEqualTo("f8f9fafbfcfdfeff00010203");
        ByteBuffer token = FrameTokens.at(ByteBuffer.class, 17, 3).read(frame);
        assertThat(token).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        assertThat(token.isReadOnly()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(classes = {Short.class, Integer.class, Long.class, String.class, ByteBuffer.class})
    void m3_frameTooShortForTheToken_hasNone(Class<?> type) throws Exception {
        TokenReader<?, Frame> reader = FrameTokens.at(type, 2, 2);

        assertThat(reader.read(frame())).isNull();
        assertThat(reader.read(frame(1, 2, 3))).isNull();
        assertThat(reader.read(frame(1, 2, 3, 4))).isNotNull();
        assertThat(FrameTokens.at(UUID.class, 2, 16).read(frame(1, 2, 3, 4))).isNull();
    }

    @ParameterizedTest
    @CsvSource({"-1, 4", "0, 0", "0, -1", "2147483647, 1", "2147483647, 2147483647"})
    void placeThatIsInNoFrame_isRefused(int offset, int length) {
        assertThatThrownBy(() -> FrameTokens.at(String.class, offset, length))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(String.valueOf(offset))
                .hasMessageContaining(String.valueOf(length));
    }

    @ParameterizedTest
    @CsvSource({
        "java.lang.Short, 3",
        "java.lang.Integer, 5",
        "java.lang.Long, 9",
        "java.util.UUID, 15",
        "java.util.UUID, 17",
        "java.lang.Object, 4",
        "java.lang.Byte, 1"
    })
    void typeThatCannotBeReadFromSoManyBytes_isRefused(String type, int length) throws Exception {
        Class<?> token = Class.forName(type);

        assertThatThrownBy(() -> FrameTokens.at(token, 0, length))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(type);
    }

    @Test
    void byteOrderOfNoNumber_isRefused() {
        assertThatThrownBy(() -> FrameTokens.at(UUID.class, 0, 16, LITTLE_ENDIAN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("big-endian");
    }
}
