package io.github.exitleft.benchmarks;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;

/**
 * What contenders of our own making pass to their callers; as large as the stage's {@code Datagram}. As there, numbers are read without
 * a buffer around the bytes, which would count as bytes of the contender.
 */
record Message(InetSocketAddress sender, byte[] bytes) {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    Long token() {
        return (long) LONG.get(bytes, 0);
    }

    long answer() {
        return (long) LONG.get(bytes, Wire.ANSWER_AT);
    }
}
