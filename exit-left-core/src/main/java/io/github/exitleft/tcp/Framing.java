package io.github.exitleft.tcp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Finds the end of each frame in a stream of bytes, and makes frames of payloads to be sent.
 *
 * <p>A framing has no state: it serves any number of connections and threads at once. It is told how many bytes it has
 * seen already, so that a frame which comes byte by byte costs no more than one that comes at once.
 *
 * <p>{@link #delimiter} and {@link #between} remove their marks from received frames and add them to sent ones. With
 * all others the payload is the whole frame as it travels, header and length field included, because most protocols
 * have the message's id there.
 *
 * <p>A framing of your own is a function, as long as whole frames are sent and received:
 *
 * {@snippet :
 * Framing records = (bytes, seen) -> bytes.hasRemaining() ? 1 + 8 * (bytes.get() & 0xff) : Framing.UNKNOWN;
 * }
 */
@FunctionalInterface
public interface Framing {

    /** Returned by {@link #frameLength} while the length can't be told. */
    long UNKNOWN = 0;

    /**
     * Returns how long the next frame is, as early as possible, even if not all of it has come.
     *
     * @param bytes what has come since the last frame, from position to limit, perhaps nothing; read-only and
     *     big-endian. Position, limit and byte order may be changed
     * @param seen how many of these bytes were there when the last call returned {@link #UNKNOWN}; 0 in the first call
     *     for a frame
     * @return the length of the whole frame in bytes; {@link #UNKNOWN} if more bytes, which must belong to the frame,
     *     are needed to tell
     * @throws FramingException if this is not the beginning of a frame
     */
    long frameLength(ByteBuffer bytes, int seen);

    /** {@return how many bytes at the beginning of each frame are not payload; 0 unless overridden} */
    default int prefixLength() {
        return 0;
    }

    /** {@return how many bytes at the end of each frame are not payload; 0 unless overridden} */
    default int suffixLength() {
        return 0;
    }

    /**
     * Makes a frame of a payload, without copying it.
     *
     * <p>Unless overridden it takes the payload for a whole frame and verifies that. Override it together with {@link
     * #prefixLength} and {@link #suffixLength}.
     *
     * @param payload the payload, from position to limit, neither of which is changed
     * @return the frame's parts, in order
     * @throws IllegalArgumentException if such a payload can't be sent
     */
    default ByteBuffer[] encode(ByteBuffer payload) {
        long length;
        try {
            length = frameLength(payload.asReadOnlyBuffer().order(ByteOrder.BIG_ENDIAN), 0);
        } catch (FramingException e) {
            throw new IllegalArgumentException(
                    payload.remaining() + " bytes to be sent are no frame: " + e.getMessage(), e);
        }
        if (length == UNKNOWN || length != payload.remaining()) {
            throw new IllegalArgumentException(payload.remaining() + " bytes to be sent are not one whole frame, which "
                    + (length == UNKNOWN ? "is longer" : "has " + FrameBuffer.size(length))
                    + "; send one frame at a time");
        }
        return new ByteBuffer[] {payload.slice()};
    }

    /**
     * Returns a framing by a big-endian length field that counts the bytes after it.
     *
     * @param offset where the field begins, in bytes from 0
     * @param length the field's length in bytes: 1 to 8
     * @return the framing
     * @throws IllegalArgumentException if there is no such field
     * @see #lengthField(int, int, ByteOrder, int, boolean)
     */
    static Framing lengthField(int offset, int length) {
        return lengthField(offset, length, ByteOrder.BIG_ENDIAN, 0, false);
    }

    /**
     * Returns a framing by a length field. The payload is the whole frame, length field included; a sent payload has
     * room for the field, which is filled in.
     *
     * @param offset where the field begins, in bytes from 0
     * @param length the field's length in bytes: 1 to 8
     * @param byteOrder the field's byte order
     * @param adjustment what to add to the field's value to get the number of bytes after the field; negative if the
     *     value also counts something before it
     * @param includesItself whether the value also counts the field's own bytes
     * @return the framing
     * @throws IllegalArgumentException if there is no such field
     */
    static Framing lengthField(int offset, int length, ByteOrder byteOrder, int adjustment, boolean includesItself) {
        return new LengthField(offset, length, byteOrder, adjustment, includesItself);
    }

    /**
     * Returns a framing by bytes that end each frame; the payload is what comes before them.
     *
     * @param delimiter the bytes, such as those of {@code "\r\n"}; at least one
     * @return the framing; it refuses to send a payload that contains the delimiter
     * @throws IllegalArgumentException if the delimiter is empty
     */
    static Framing delimiter(byte[] delimiter) {
        return new Marks(new byte[0], delimiter);
    }

    /**
     * Returns a framing by bytes that begin and bytes that end each frame, as in HL7's MLLP; the payload is what is
     * between them, and bytes between frames are refused.
     *
     * @param start the bytes at the beginning; at least one
     * @param end the bytes at the end; at least one
     * @return the framing; it refuses to send a payload that contains the end bytes
     * @throws IllegalArgumentException if one of the marks is empty
     */
    static Framing between(byte[] start, byte[] end) {
        if (start.length == 0) {
            throw new IllegalArgumentException("'start' must not be empty; use a delimiter if only the end is marked");
        }
        return new Marks(start, end);
    }

    /**
     * Returns a framing by the Basic Encoding Rules of ASN.1 (ITU-T X.690), as LDAP uses it (RFC 4511, section 5.1): a
     * tag of one or more bytes, a definite length, and that many bytes. The payload is all of these.
     *
     * @return the framing
     */
    static Framing ber() {
        return Ber.FRAMING;
    }

    /**
     * Returns a framing of frames that all have the same size.
     *
     * @param size the size in bytes; at least 1
     * @return the framing
     * @throws IllegalArgumentException if the size is less than 1
     */
    static Framing fixedSize(int size) {
        return new FixedSize(size);
    }
}
