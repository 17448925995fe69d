package io.github.exitleft.demo.stun;

/** A datagram, or a value read from one, is not what RFC 8489 allows; the message says which value and why. */
public final class StunFormatException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StunFormatException(String message) {
        super(message);
    }
}
