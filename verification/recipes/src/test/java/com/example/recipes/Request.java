package com.example.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/** A request for the quote of a symbol: eight bytes of an id, and the symbol. */
record Request(long id, byte[] bytes) {

    private static final AtomicLong IDS = new AtomicLong();

    static Request of(String symbol) {
        long id = IDS.incrementAndGet();
        byte[] text = symbol.getBytes(UTF_8);
        return new Request(
                id, ByteBuffer.allocate(8 + text.length).putLong(id).put(text).array());
    }
}
