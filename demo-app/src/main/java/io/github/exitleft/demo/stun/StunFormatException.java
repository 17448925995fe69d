package io.github.exitleft.demo.stun;

/**
 * Thrown for a datagram, or a value in one, that RFC 8489 does not allow; the message names the value and what is
 * wrong.
 */
public final class StunFormatException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StunFormatException(String message) {
        super(message);
    }
}
