package io.github.exitleft.spring.boot.tcp;

import io.github.exitleft.spring.boot.source.Endianness;
import io.github.exitleft.tcp.Pick;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The keys of a TCP connection.
 *
 * @param remote Host and port to connect to, such as switch.example:9000 or [2001:db8::1]:9000. This or remotes is required.
 * @param remotes Hosts and ports of which the first that accepts is used, tried in order for each new connection.
 * @param connections How many connections there are, which callers share. If one of several is lost, it alone ends its calls, and is made
 * anew.
 * @param pick How one of several connections is picked for a request.
 * @param connectTimeout How long each address of each remote has to accept a connection.
 * @param sendTimeout How long a sender waits for room unless it says otherwise.
 * @param maxFrameSize Longest frame that is expected, as it travels. A longer one fails the source.
 * @param frame Where each frame ends; exactly one of length-field, delimiter, between, size, ber, and reader.
 * @param token How the token is read; exactly one of offset with length, reader, and order.
 * @param ssl How the connection is encrypted; it is not unless there is a bundle.
 * @param opening Name of an Opening bean that talks to the peer before a new connection is used, for example to log on. Nothing
 * unless set.
 * @param heartbeat The question that tells whether the peer is well. None unless set.
 */
@ConfigurationPropertiesSource
record TcpProperties(
        @Nullable String remote,
        @DefaultValue List<String> remotes,
        @DefaultValue("1") int connections,
        @DefaultValue("least-in-flight") Pick pick,
        @DefaultValue("2s") Duration connectTimeout,
        @DefaultValue("1s") Duration sendTimeout,
        @DefaultValue("64KB") DataSize maxFrameSize,
        @DefaultValue Frame frame,
        @DefaultValue Token token,
        @DefaultValue Ssl ssl,
        @Nullable String opening,
        @DefaultValue Heartbeat heartbeat) {

    /**
     * The keys of a heartbeat.
     *
     * @param question Name of a HeartbeatQuestion bean, which asks the peer. Required with a heartbeat, which needs a keeper; it is idle
     * unless set.
     * @param every Time from one question to the next. 30s unless set.
     * @param timeout How long the peer has for its answer, or the connection fails; without the wait for a place in a full window.
     * Shorter than every. 5s unless set.
     */
    record Heartbeat(
            @Nullable String question,
            @Nullable Duration every,
            @Nullable Duration timeout) {}

    /**
     * The keys that say where a frame ends.
     *
     * @param lengthField The field that has the frame's length.
     * @param delimiter What ends each frame, such as "\r\n", in double quotes. It is no part of the payload.
     * @param between The bytes that begin and end each frame.
     * @param size How long all frames are.
     * @param ber Whether frames are values of ASN.1 in the Basic Encoding Rules, as in LDAP.
     * @param reader Name of a Framing bean that finds the end of each frame.
     */
    record Frame(
            @Nullable LengthField lengthField,
            @Nullable String delimiter,
            @Nullable Between between,
            @Nullable DataSize size,
            @DefaultValue("false") boolean ber,
            @Nullable String reader) {

        /**
         * The keys of a field that has the frame's length.
         *
         * @param offset Where in the frame the field begins, in bytes from 0.
         * @param length How many bytes the field has: 1 to 8. Required with a length field.
         * @param byteOrder Order of the field's bytes. Network byte order is big-endian.
         * @param adjustment What to add to the field's value to get the number of bytes after the field.
         * @param includesItself Whether the field's value also counts the field's own bytes.
         */
        record LengthField(
                @DefaultValue("0") int offset,
                @Nullable Integer length,
                @DefaultValue("big-endian") Endianness byteOrder,
                @DefaultValue("0") int adjustment,
                @DefaultValue("false") boolean includesItself) {}

        /**
         * The keys of bytes around each frame.
         *
         * @param start Bytes that begin each frame, as hexadecimal digits in quotes, such as "0b". They are no part of the
         * payload. Goes with the end.
         * @param end Bytes that end each frame, as hexadecimal digits in quotes, such as "1c0d". They are no part of the payload.
         * Goes with the start.
         */
        record Between(@Nullable String start, @Nullable String end) {}
    }

    /**
     * The keys of the token in a frame.
     *
     * @param offset Where in the payload the token begins, in bytes from 0. Goes with the length.
     * @param length How many bytes the token has. Goes with the offset.
     * @param byteOrder Order of the bytes of a token that is a number. Network byte order, which is big-endian, unless set.
     * @param reader Name of a TokenReader bean that reads the token.
     * @param order Whether answers come in the order in which questions were sent, and have no ids. The token is then the place that
     * TcpSender.sendInOrder returns, a Long.
     */
    record Token(
            @Nullable Integer offset,
            @Nullable Integer length,
            @Nullable Endianness byteOrder,
            @Nullable String reader,
            @DefaultValue("false") boolean order) {}

    /**
     * The keys of TLS.
     *
     * @param bundle Name of the SSL bundle, of spring.ssl.bundle, that says which certificates are trusted and what is shown to the
     * peer. No TLS unless set.
     * @param verifyHostname Whether the peer's certificate must be for the host of the remote.
     * @param start When TLS starts: as soon as there is a connection, or when the opening says so, which it must.
     */
    record Ssl(
            @Nullable String bundle,
            @DefaultValue("true") boolean verifyHostname,
            @DefaultValue("immediately") Start start) {

        /** When TLS starts. */
        enum Start {

            /** As soon as there is a connection. */
            IMMEDIATELY,

            /** When the opening says so, which it must. */
            BY_OPENING
        }
    }
}
