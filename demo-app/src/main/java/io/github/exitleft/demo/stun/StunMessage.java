package io.github.exitleft.demo.stun;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/** A STUN message as it is on the wire: a type, a transaction id, and attributes in order (RFC 8489, section 5). */
final class StunMessage {

    static final int BINDING_REQUEST = 0x0001;
    static final int BINDING_SUCCESS = 0x0101;
    static final int BINDING_ERROR = 0x0111;

    static final int MAPPED_ADDRESS = 0x0001;
    static final int MESSAGE_INTEGRITY = 0x0008;
    static final int ERROR_CODE = 0x0009;
    static final int UNKNOWN_ATTRIBUTES = 0x000a;
    static final int MESSAGE_INTEGRITY_SHA256 = 0x001c;
    static final int XOR_MAPPED_ADDRESS = 0x0020;
    static final int FINGERPRINT = 0x8028;

    static final int HEADER_LENGTH = 20;
    static final int TRANSACTION_ID_LENGTH = 12;
    static final int MAGIC_COOKIE = 0x2112a442;

    private static final int ATTRIBUTE_HEADER_LENGTH = 4;
    private static final int FINGERPRINT_LENGTH = 4;
    private static final int FINGERPRINT_MASK = 0x5354554e;
    private static final int NO_INTEGRITY = 0;

    private final int type;
    private final byte[] transactionId;
    private final List<Attribute> attributes;

    private StunMessage(int type, byte[] transactionId, List<Attribute> attributes) {
        this.type = type;
        this.transactionId = transactionId;
        this.attributes = attributes;
    }

    /** A type and its value without the padding. */
    static final class Attribute {

        private final int type;
        private final ByteBuffer value;

        Attribute(int type, ByteBuffer value) {
            this.type = type;
            this.value = value;
        }

        int type() {
            return type;
        }

        /** Returns a new view of the value at each call, so that reading it does not use it up. */
        ByteBuffer value() {
            return value.duplicate();
        }
    }

    /**
     * Reads a message whose attributes are views of the buffer; the buffer's position stays where it is.
     *
     * @throws StunFormatException if this is not a well-formed STUN message
     */
    static StunMessage decode(ByteBuffer datagram) {
        ByteBuffer in = datagram.slice();
        int size = in.limit();
        if (size < HEADER_LENGTH) {
            throw new StunFormatException("datagram of %d bytes must have %d or more".formatted(size, HEADER_LENGTH));
        }
        int type = in.getChar();
        if (type >= 0x4000) {
            throw new StunFormatException("message type 0x%04x must begin with two zero bits".formatted(type));
        }
        int length = in.getChar();
        if (length % 4 != 0 || length != size - HEADER_LENGTH) {
            throw new StunFormatException("message length %d must be a multiple of 4, and %d in a datagram of %d bytes"
                    .formatted(length, size - HEADER_LENGTH, size));
        }
        int cookie = in.getInt();
        if (cookie != MAGIC_COOKIE) {
            throw new StunFormatException("magic cookie 0x%08x must be 0x%08x".formatted(cookie, MAGIC_COOKIE));
        }
        byte[] transactionId = new byte[TRANSACTION_ID_LENGTH];
        in.get(transactionId);
        return new StunMessage(type, transactionId, decodeAttributes(in));
    }

    private static List<Attribute> decodeAttributes(ByteBuffer in) {
        List<Attribute> attributes = new ArrayList<>();
        int integrity = NO_INTEGRITY;
        // The message's length is a multiple of 4 and so is each step: there is room for a header, or nothing is left.
        while (in.hasRemaining()) {
            int start = in.position();
            int type = in.getChar();
            int length = in.getChar();
            int padded = padded(length);
            if (padded > in.remaining()) {
                throw new StunFormatException("attribute 0x%04x of %d bytes (with padding %d) must fit into the %d left"
                        .formatted(type, length, padded, in.remaining()));
            }
            Attribute attribute = new Attribute(type, in.slice(in.position(), length));
            in.position(in.position() + padded);
            if (type == FINGERPRINT) {
                checkFingerprint(in, start, attribute.value());
            }
            if (isCovered(type, integrity)) {
                attributes.add(attribute);
                integrity = type == MESSAGE_INTEGRITY || type == MESSAGE_INTEGRITY_SHA256 ? type : integrity;
            }
        }
        return attributes;
    }

    /** Returns whether an attribute counts after the integrity attribute so far: what follows one can be forged. */
    private static boolean isCovered(int type, int integrity) {
        return integrity == NO_INTEGRITY
                || type == FINGERPRINT
                || (integrity == MESSAGE_INTEGRITY && type == MESSAGE_INTEGRITY_SHA256);
    }

    private static void checkFingerprint(ByteBuffer in, int start, ByteBuffer value) {
        if (in.hasRemaining()) {
            throw new StunFormatException(
                    "FINGERPRINT with %d bytes behind it must be the last attribute".formatted(in.remaining()));
        }
        if (value.remaining() != FINGERPRINT_LENGTH) {
            throw new StunFormatException(
                    "FINGERPRINT of %d bytes must have %d".formatted(value.remaining(), FINGERPRINT_LENGTH));
        }
        int given = value.getInt();
        int computed = fingerprint(in.slice(0, start));
        if (given != computed) {
            throw new StunFormatException(
                    "FINGERPRINT 0x%08x must be 0x%08x for this datagram".formatted(given, computed));
        }
    }

    static int fingerprint(ByteBuffer everythingBefore) {
        CRC32 crc = new CRC32();
        crc.update(everythingBefore);
        return (int) crc.getValue() ^ FINGERPRINT_MASK;
    }

    static ByteBuffer encode(int type, byte[] transactionId, Attribute... attributes) {
        int length = 0;
        for (Attribute attribute : attributes) {
            length += ATTRIBUTE_HEADER_LENGTH + padded(attribute.value().remaining());
        }
        ByteBuffer out = ByteBuffer.allocate(HEADER_LENGTH + length)
                .putChar((char) type)
                .putChar((char) length)
                .putInt(MAGIC_COOKIE)
                .put(transactionId);
        for (Attribute attribute : attributes) {
            ByteBuffer value = attribute.value();
            int end = out.position() + ATTRIBUTE_HEADER_LENGTH + padded(value.remaining());
            out.putChar((char) attribute.type())
                    .putChar((char) value.remaining())
                    .put(value);
            out.position(end);
        }
        return out.flip();
    }

    private static int padded(int length) {
        return (length + 3) & ~3;
    }

    int type() {
        return type;
    }

    byte[] transactionId() {
        return transactionId.clone();
    }

    String token() {
        return HexFormat.of().formatHex(transactionId);
    }

    /** Returns the first attribute of a type; the RFC lets a receiver ignore the others. */
    Optional<Attribute> attribute(int wanted) {
        return attributes.stream().filter(each -> each.type() == wanted).findFirst();
    }

    /** Returns the types of unknown attributes that a receiver must understand, or else refuse the message. */
    List<Integer> unknownRequired() {
        return attributes.stream()
                .map(Attribute::type)
                .filter(each -> each < 0x8000 && !isKnown(each))
                .distinct()
                .toList();
    }

    private static boolean isKnown(int type) {
        return switch (type) {
            case MAPPED_ADDRESS, ERROR_CODE, UNKNOWN_ATTRIBUTES, XOR_MAPPED_ADDRESS -> true;
            // Servers of RFC 3489 send SOURCE-ADDRESS and CHANGED-ADDRESS along; they tell nothing about a mapping.
            case 0x0004, 0x0005 -> true;
            // USERNAME, REALM, NONCE, PASSWORD-ALGORITHM, USERHASH and integrity: nothing here needs credentials.
            case 0x0006, 0x0014, 0x0015, 0x001d, 0x001e, MESSAGE_INTEGRITY, MESSAGE_INTEGRITY_SHA256 -> true;
            default -> false;
        };
    }
}
