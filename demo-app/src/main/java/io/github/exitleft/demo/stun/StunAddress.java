package io.github.exitleft.demo.stun;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** The value of MAPPED-ADDRESS and XOR-MAPPED-ADDRESS (RFC 8489, sections 14.1 and 14.2). */
final class StunAddress {

    private static final int IPV4 = 1;
    private static final int IPV6 = 2;

    private static final int HEADER_LENGTH = 4;
    private static final byte[] NO_MASK = new byte[16];

    private StunAddress() {}

    static InetSocketAddress decode(ByteBuffer value) {
        return decode(value, NO_MASK);
    }

    static InetSocketAddress decodeXored(ByteBuffer value, byte[] transactionId) {
        return decode(value, mask(transactionId));
    }

    static ByteBuffer encodeXored(InetSocketAddress address, byte[] transactionId) {
        byte[] ip = address.getAddress().getAddress();
        byte[] mask = mask(transactionId);
        int port = address.getPort() ^ ByteBuffer.wrap(mask).getChar();
        xor(ip, mask);
        return ByteBuffer.allocate(HEADER_LENGTH + ip.length)
                .put((byte) 0)
                .put((byte) (ip.length == 4 ? IPV4 : IPV6))
                .putChar((char) port)
                .put(ip)
                .flip();
    }

    private static InetSocketAddress decode(ByteBuffer value, byte[] mask) {
        int length = value.remaining();
        if (length < HEADER_LENGTH) {
            throw new StunFormatException("address of %d bytes must have 8 or 20".formatted(length));
        }
        value.get();
        int family = value.get() & 0xff;
        if (family != IPV4 && family != IPV6) {
            throw new StunFormatException("address family %d must be 1 (IPv4) or 2 (IPv6)".formatted(family));
        }
        int expected = HEADER_LENGTH + (family == IPV4 ? 4 : 16);
        if (length != expected) {
            throw new StunFormatException(
                    "address of %d bytes must have %d in family %d".formatted(length, expected, family));
        }
        int port = value.getChar() ^ ByteBuffer.wrap(mask).getChar();
        byte[] ip = new byte[value.remaining()];
        value.get(ip);
        xor(ip, mask);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(ip), port);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 and 16 bytes are an address", e);
        }
    }

    private static byte[] mask(byte[] transactionId) {
        return ByteBuffer.allocate(16)
                .putInt(StunMessage.MAGIC_COOKIE)
                .put(transactionId)
                .array();
    }

    private static void xor(byte[] bytes, byte[] mask) {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= mask[i];
        }
    }
}
