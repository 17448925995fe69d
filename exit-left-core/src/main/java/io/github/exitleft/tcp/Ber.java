package io.github.exitleft.tcp;

import java.nio.ByteBuffer;

/** Values in the Basic Encoding Rules of ASN.1 (ITU-T X.690) with definite lengths, each a frame. */
final class Ber implements Framing {

    static final Framing FRAMING = new Ber();

    /** The longest tag, in bytes; longer ones are legal, but no protocol has them. */
    private static final int LONGEST_TAG = 6;

    private static final int MORE = 0x80;

    private Ber() {}

    @Override
    public long frameLength(ByteBuffer bytes, int seen) {
        int begin = bytes.position();
        int end = bytes.limit();
        int at = afterTag(bytes, begin, end);
        if (at >= end) {
            return UNKNOWN;
        }
        int first = bytes.get(at++) & 0xff;
        if (first < MORE) {
            return at - begin + first;
        }
        if (first == MORE) {
            throw new FramingException("a frame has an indefinite length; only definite ones can be read");
        }
        if (first == 0xff) {
            throw new FramingException("a frame has a length that is reserved; check that the peer speaks BER");
        }
        int octets = first & 0x7f;
        if (end - at < octets) {
            return UNKNOWN;
        }
        long length = 0;
        for (int i = 0; i < octets; i++) {
            if (length > Long.MAX_VALUE >> 16) {
                // too long already, whatever follows
                return Long.MAX_VALUE;
            }
            length = length << 8 | bytes.get(at++) & 0xff;
        }
        return at - begin + length;
    }

    /** Returns where the length begins; not before the limit if the tag is not complete yet. */
    private static int afterTag(ByteBuffer bytes, int begin, int end) {
        if (begin == end || (bytes.get(begin) & 0x1f) != 0x1f) {
            return begin + 1;
        }
        int at = begin + 1;
        while (at < end && (bytes.get(at) & MORE) != 0) {
            at++;
            if (at - begin >= LONGEST_TAG) {
                throw new FramingException(
                        "a frame has a tag of more than " + LONGEST_TAG + " bytes; check that the peer speaks BER");
            }
        }
        return at + 1;
    }

    @Override
    public String toString() {
        return "Ber";
    }
}
