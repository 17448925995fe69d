package io.github.exitleft.benchmarks;

import java.nio.ByteBuffer;

/** What callers and peer exchange: a token and a word, padded to 32 bytes, and an answer that fits that token only. */
public final class Wire {

    public static final int SIZE = 32;
    public static final int ANSWER_AT = Long.BYTES;

    private Wire() {}

    /** Scrambles a number; no two numbers give the same (the finaliser of SplitMix64). */
    public static long mix(long number) {
        long z = number + 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    /** Returns the token of one caller's request, unlike any other. */
    public static long token(int caller, long request) {
        return mix((long) caller << 40 | request);
    }

    /** Returns the only right answer to a token. */
    public static long answer(long token) {
        return mix(~token);
    }

    /** Writes a request into a buffer of {@link #SIZE} bytes and makes it ready to be sent. */
    public static ByteBuffer request(ByteBuffer buffer, long token) {
        buffer.clear();
        buffer.putLong(0, token).putLong(ANSWER_AT, 0);
        return buffer;
    }
}
