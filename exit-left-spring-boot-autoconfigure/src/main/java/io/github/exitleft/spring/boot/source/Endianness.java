package io.github.exitleft.spring.boot.source;

import java.nio.ByteOrder;

/** The values of keys named {@code byte-order}: the order of the bytes of numbers. */
public enum Endianness {
    /** Network byte order: the highest byte first. */
    BIG_ENDIAN(ByteOrder.BIG_ENDIAN),
    /** The lowest byte first. */
    LITTLE_ENDIAN(ByteOrder.LITTLE_ENDIAN);

    private final ByteOrder byteOrder;

    Endianness(ByteOrder byteOrder) {
        this.byteOrder = byteOrder;
    }

    /**
     * Returns the byte order.
     *
     * @return the byte order
     */
    public ByteOrder byteOrder() {
        return this.byteOrder;
    }
}
