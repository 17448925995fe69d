package io.github.exitleft.tcp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Says where a frame ends in a stream of bytes, and makes a frame of a payload that is to be sent.
 *
 * <p>A framing has no state: it serves any number of connections, and any threads at once. What has been looked at already is
 * given to it, so that a frame which comes byte by byte costs no more than one that comes at once.
 *
 * <p>{@link #delimiter} and {@link #between} take their marks off and put them on. The payload of all others is the whole
 * frame as it travels, header and length field included, because that is where most protocols have their message's id.
 *
 * <p>A framing of one's own is a function, as long as whole frames are sent and received:
 *
 * <pre>{@code
 * Framing records = (bytes, seen) -> bytes.hasRemaining() ? 1 + 8 * (bytes.get() & 0xff) : Framing.UNKNOWN;
 * }</pre>
 */
@FunctionalInterface
public interface Framing {

    /** What {@link #frameLength} returns while the length can't be told. */
    long UNKNOWN = 0;

    /**
     * Finds out how long the next frame is.
     *
     * @param bytes what has come since the last frame, from position to limit, and perhaps nothing yet; read-only, big-endian.
     *     Position, limit and byte order may be changed
     * @param seen how many of these bytes were there when the last call returned {@link #UNKNOWN}; 0 in the first call for a frame
     * @return the length in bytes of the whole frame, known as soon as possible, even if not all of it has come; or {@link
     *     #UNKNOWN} if more bytes are needed to tell. All bytes that are needed to tell belong to the frame
     * @throws FramingException if this is not the beginning of a frame
     */
    long frameLength(ByteBuffer bytes, int seen);

    /**
     * Returns how many bytes at the beginning of each frame are not payload.
     *
     * @return 0 unless overridden
     */
    default int prefixLength() {
        return 0;
    }

    /**
     * Returns how many bytes at the end of each frame are not payload.
     *
     * @return 0 unless overridden
     */
    default int suffixLength() {
        return 0;
    }

    /**
     * Makes a frame of a payload, without copying it. Unless overridden it takes the payload for a whole frame and makes sure of
     * that; to be overridden together with {@link #prefixLength} and {@link #suffixLength}.
     *
     * @param payload the payload, from position to limit, neither of which is changed
     * @return the frame's parts, in order
     * @throws IllegalArgumentException if no such payload can be sent
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
     * Makes a framing by a big-endian length field that counts what follows it.
     *
     * @param offset where the field begins, in bytes from 0
     * @param length how many bytes it has: 1 to 8
     * @return the framing
     * @see #lengthField(int, int, ByteOrder, int, boolean)
     */
    static Framing lengthField(int offset, int length) {
        return lengthField(offset, length, ByteOrder.BIG_ENDIAN, 0, false);
    }

    /**
     * Makes a framing by a length field. The payload is the whole frame, length field included; what is sent has room for the
     * field, which is filled in.
     *
     * @param offset where the field begins, in bytes from 0
     * @param length how many bytes it has: 1 to 8
     * @param byteOrder the field's byte order
     * @param adjustment what has to be added to the field's value to get the number of bytes that follow the field; negative if the
     *     value also counts something before the field
     * @param includesItself whether the value also counts the field's own bytes
     * @return the framing
     * @throws IllegalArgumentException if there is no such field
     */
    static Framing lengthField(int offset, int length, ByteOrder byteOrder, int adjustment, boolean includesItself) {
        return new LengthField(offset, length, byteOrder, adjustment, includesItself);
    }

    /**
     * Makes a framing by bytes that end each frame. The payload is what comes before them.
     *
     * @param delimiter the bytes, such as those of {@code "\r\n"}; at least one
     * @return the framing; it refuses to send a payload that has the delimiter in it
     */
    static Framing delimiter(byte[] delimiter) {
        return new Marks(new byte[0], delimiter);
    }

    /**
     * Makes a framing by bytes that begin and bytes that end each frame. The payload is what is between them; bytes between frames
     * are refused.
     *
     * @param start the bytes at the beginning; at least one
     * @param end the bytes at the end; at least one
     * @return the framing; it refuses to send a payload that has the end bytes in it
     */
    static Framing between(byte[] start, byte[] end) {
        if (start.length == 0) {
            throw new IllegalArgumentException("'start' must not be empty; use a delimiter if only the end is marked");
        }
        return new Marks(start, end);
    }

    /**
     * Makes a framing by the Basic Encoding Rules of ASN.1, as LDAP and SNMP have it: a tag of one or more bytes, a definite length, and
     * that many bytes. The payload is the whole of it.
     *
     * @return the framing
     */
    static Framing ber() {
        return Ber.FRAMING;
    }

    /**
     * Makes a framing of frames that all have the same size.
     *
     * @param size in bytes; at least 1
     * @return the framing
     */
    static Framing fixedSize(int size) {
        return new FixedSize(size);
    }
}
