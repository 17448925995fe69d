package io.github.exitleft.demo.stun;

import io.github.exitleft.demo.stun.StunMessage.Attribute;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** A server's reply to a Binding request. */
public sealed interface StunResponse {

    /** Returns the transaction id of the answered request, in the form of {@link StunRequest#token()}. */
    String token();

    /**
     * A reply that says from which address the request came.
     *
     * @param mappedAddress the address that the server saw
     */
    record Success(String token, InetSocketAddress mappedAddress) implements StunResponse {}

    /**
     * A reply that refuses the request.
     *
     * @param code 300 to 699; the hundreds are the class of error
     * @param reason the server's words; may be empty, and is no more to be trusted than the server
     */
    record Failure(String token, int code, String reason) implements StunResponse {}

    /**
     * Reads a reply; the buffer's position stays where it is and nothing of the buffer is kept.
     *
     * @throws StunFormatException if this is not a reply to a Binding request that RFC 8489 lets a client use
     */
    static StunResponse decode(ByteBuffer datagram) {
        StunMessage message = StunMessage.decode(datagram);
        boolean success = message.type() == StunMessage.BINDING_SUCCESS;
        if (!success && message.type() != StunMessage.BINDING_ERROR) {
            throw new StunFormatException(
                    "message type 0x%04x must be 0x%04x or 0x%04x, the replies to a Binding request"
                            .formatted(message.type(), StunMessage.BINDING_SUCCESS, StunMessage.BINDING_ERROR));
        }
        List<Integer> unknown = message.unknownRequired();
        if (!unknown.isEmpty()) {
            throw new StunFormatException(
                    "attribute 0x%04x must be understood and is not known here".formatted(unknown.get(0)));
        }
        return success ? success(message) : failure(message);
    }

    private static Success success(StunMessage message) {
        Optional<Attribute> xored = message.attribute(StunMessage.XOR_MAPPED_ADDRESS);
        if (xored.isPresent()) {
            return new Success(
                    message.token(), StunAddress.decodeXored(xored.get().value(), message.transactionId()));
        }
        // servers of RFC 3489 know only this one
        Attribute plain = message.attribute(StunMessage.MAPPED_ADDRESS)
                .orElseThrow(() -> new StunFormatException("success response without XOR-MAPPED-ADDRESS"));
        return new Success(message.token(), StunAddress.decode(plain.value()));
    }

    private static Failure failure(StunMessage message) {
        ByteBuffer value = message.attribute(StunMessage.ERROR_CODE)
                .orElseThrow(() -> new StunFormatException("error response without ERROR-CODE"))
                .value();
        if (value.remaining() < 4) {
            throw new StunFormatException("ERROR-CODE of %d bytes must have 4 or more".formatted(value.remaining()));
        }
        value.getShort();
        int hundreds = value.get() & 0x07;
        int rest = value.get() & 0xff;
        if (hundreds < 3 || hundreds > 6 || rest > 99) {
            throw new StunFormatException(
                    "error class %d with number %d must be 3 to 6 with 0 to 99".formatted(hundreds, rest));
        }
        return new Failure(
                message.token(),
                hundreds * 100 + rest,
                StandardCharsets.UTF_8.decode(value).toString());
    }
}
