package io.github.exitleft.benchmarks;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** What contenders of our making hand to their callers; as much as the stage's {@code Datagram} is. */
record Message(InetSocketAddress sender, byte[] bytes) {

    Long token() {
        return ByteBuffer.wrap(bytes).getLong(0);
    }

    long answer() {
        return ByteBuffer.wrap(bytes).getLong(Wire.ANSWER_AT);
    }
}
