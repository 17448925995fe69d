package io.github.exitleft.demo.stun;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * A Binding request: "from which address do you see me?".
 *
 * @param token the transaction id, 12 bytes as 24 lower-case hexadecimal digits; at offset 8 in the request and its reply
 */
public record StunRequest(String token) {

    // The default instance, not the "strong" one: it is as unpredictable, and never waits for the system to collect
    // entropy.
    private static final SecureRandom RANDOM = new SecureRandom();

    public StunRequest {
        if (!token.matches("[0-9a-f]{24}")) {
            throw new IllegalArgumentException(
                    "transaction id '" + token + "' must be 24 lower-case hexadecimal digits, as binding() makes them");
        }
    }

    /** Returns a request with a transaction id of its own, which can't be guessed. */
    public static StunRequest binding() {
        byte[] id = new byte[StunMessage.TRANSACTION_ID_LENGTH];
        RANDOM.nextBytes(id);
        return new StunRequest(HexFormat.of().formatHex(id));
    }

    /** Returns the bytes to send: a new buffer at each call, with the same bytes for each retransmission. */
    public ByteBuffer datagram() {
        return StunMessage.encode(StunMessage.BINDING_REQUEST, HexFormat.of().parseHex(token));
    }
}
