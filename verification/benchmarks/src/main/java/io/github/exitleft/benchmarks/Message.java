package io.github.exitleft.benchmarks;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** What contenders of our own making pass to their callers; as large as the stage's {@code Datagram}. */
record Message(InetSocketAddress sender, byte[] bytes) {

    Long token() {
        return ByteBuffer.wrap(bytes).getLong(0);
    }

    long answer() {
        return ByteBuffer.wrap(bytes).getLong(Wire.ANSWER_AT);
    }
}
