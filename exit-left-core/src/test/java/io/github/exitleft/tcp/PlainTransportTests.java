package io.github.exitleft.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.GatheringByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What is written to a channel that has room for a few bytes at a time. */
class PlainTransportTests {

    /** Takes at most so many bytes a write, and counts writes of one buffer and of several. */
    private static final class NarrowChannel implements GatheringByteChannel {

        private final int room;
        private final ByteBuffer came = ByteBuffer.allocate(1 << 18);
        private int plain;
        private int gathering;

        NarrowChannel(int room) {
            this.room = room;
        }

        @Override
        public int write(ByteBuffer from) {
            plain++;
            int count = Math.min(room, from.remaining());
            came.put(from.slice(from.position(), count));
            from.position(from.position() + count);
            return count;
        }

        @Override
        public long write(ByteBuffer[] from, int offset, int length) {
            gathering++;
            long count = 0;
            for (int i = offset; i < offset + length; i++) {
                count += from[i].remaining();
                came.put(from[i]);
            }
            return count;
        }

        @Override
        public long write(ByteBuffer[] from) {
            return write(from, 0, from.length);
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}

        String text() {
            return new String(came.array(), 0, came.position(), StandardCharsets.US_ASCII);
        }
    }

    private static PlainTransport over(NarrowChannel channel) {
        return new PlainTransport(Channels.newChannel(InputStream.nullInputStream()), channel);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void smallBuffers_areWrittenAtOnceByAPlainWrite() throws IOException {
        var channel = new NarrowChannel(100);
        ByteBuffer[] parts = {bytes("left out"), bytes("a"), bytes(""), bytes("bcd"), bytes("left out")};

        assertThat(over(channel).write(parts, 1, 3)).isEqualTo(4);

        assertThat(channel.text()).isEqualTo("abcd");
        assertThat(channel.plain).isEqualTo(1);
        assertThat(channel.gathering).isZero();
        assertThat(parts).extracting(ByteBuffer::remaining).containsExactly(8, 0, 0, 0, 8);
    }

    @Test
    void m10_bytesThereWasNoRoomFor_stayInTheirBuffers() throws IOException {
        var channel = new NarrowChannel(3);
        ByteBuffer[] parts = {bytes("ab"), bytes("cde"), bytes("f")};
        PlainTransport transport = over(channel);

        assertThat(transport.write(parts, 0, 3)).isEqualTo(3);
        assertThat(parts).extracting(ByteBuffer::remaining).containsExactly(0, 2, 1);
        assertThat(transport.write(parts, 0, 3)).isEqualTo(3);

        assertThat(channel.text()).isEqualTo("abcdef");
        assertThat(parts).extracting(ByteBuffer::remaining).containsOnly(0);
    }

    @Test
    void buffersOfAnySize_areWrittenInOrderWithTheirPositionsAndLimits() throws IOException {
        var channel = new NarrowChannel(1 << 17);
        PlainTransport transport = over(channel);
        var expected = new StringBuilder();
        for (int size : new int[] {1, 5_000, 16_383, 16_384, 16_385, 40_000, 3}) {
            String text = "x".repeat(size - 1) + "y";
            ByteBuffer[] parts = {bytes("-" + text + "-").position(1).limit(size + 1), bytes(">")};
            assertThat(transport.write(parts, 0, 2)).isEqualTo(size + 1);
            assertThat(Arrays.stream(parts).mapToInt(ByteBuffer::remaining)).containsOnly(0);
            expected.append(text).append('>');
        }
        assertThat(channel.text()).isEqualTo(expected.toString());
        assertThat(channel.gathering)
                .as("those that are too large to be copied")
                .isEqualTo(3);
    }
}
