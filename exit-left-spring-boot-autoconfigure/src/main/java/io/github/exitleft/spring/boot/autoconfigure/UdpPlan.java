package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.autoconfigure.StageProperties.Udp;
import io.github.exitleft.spring.boot.autoconfigure.StageProperties.UdpToken;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.DatagramTokens;
import io.github.exitleft.udp.UdpSource;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A UDP port that is going to be opened. */
record UdpPlan(StageKeys keys, Udp udp, @Nullable TokenReader<?, Datagram> reader) implements SourcePlan {

    private static final Set<Class<?>> FIELD_TYPES =
            Set.of(Integer.class, Long.class, UUID.class, ByteBuffer.class, String.class);

    static UdpPlan of(StageKeys keys, Class<?> tokenType, @Nullable Udp udp) {
        if (udp == null) {
            throw noWayToReadTheToken(keys);
        }
        keys.inRange("source.udp.port", udp.port(), 0, 65_535);
        keys.inRange("source.udp.receive-buffer-size", udp.receiveBufferSize().toBytes(), 1, Integer.MAX_VALUE);
        keys.inRange("source.udp.max-datagram-size", udp.maxDatagramSize().toBytes(), 1, 65_535);
        UdpToken token = udp.token();
        var ways = new WaysToReadTheToken(keys, "source.udp.token")
                .way(token.offset() != null ? "offset" : "length", token.offset() != null || token.length() != null)
                .reader(token.reader())
                .way("sender", token.sender());
        if (ways.none()) {
            throw noWayToReadTheToken(keys);
        }
        TokenReader<?, Datagram> reader = null;
        if (token.sender()) {
            reader = keys.possible("token-type", () -> DatagramTokens.sender(tokenType));
        } else if (token.reader() == null) {
            reader = field(keys, tokenType, udp, token);
        }
        return new UdpPlan(keys, udp, reader);
    }

    private static StageConfigurationException noWayToReadTheToken(StageKeys keys) {
        String token = "source.udp.token";
        return keys.problem(
                token,
                "there is no way to read the token out of a datagram",
                "Set exactly one of: " + keys.key(token) + ".offset together with " + keys.key(token) + ".length; "
                        + keys.key(token) + ".reader (the name of a TokenReader bean); " + keys.key(token)
                        + ".sender=true.");
    }

    private static TokenReader<?, Datagram> field(StageKeys keys, Class<?> tokenType, Udp udp, UdpToken token) {
        Integer offset = token.offset();
        Integer length = token.length();
        if (offset == null || length == null) {
            String missing = offset == null ? "offset" : "length";
            throw keys.problem(
                    "source.udp.token." + missing,
                    "offset and length go together",
                    "Set " + keys.key("source.udp.token." + missing) + " too.");
        }
        String key = !FIELD_TYPES.contains(tokenType)
                ? "token-type"
                : offset < 0 ? "source.udp.token.offset" : "source.udp.token.length";
        TokenReader<?, Datagram> reader = keys.possible(key, () -> DatagramTokens.at(tokenType, offset, length));
        long longest = udp.maxDatagramSize().toBytes();
        if (offset + length > longest) {
            throw keys.problem(
                    "source.udp.token.length",
                    "a token at offset " + offset + " with length " + length + " is in no datagram of at most "
                            + longest + " bytes",
                    "Set it to " + (longest - offset) + " or less, or raise " + keys.key("source.udp.max-datagram-size")
                            + ".");
        }
        return reader;
    }

    @Override
    public Class<?> messageType() {
        return Datagram.class;
    }

    @Override
    public Opened open(NamedBeans beans) {
        TokenReader<?, ?> tokens = this.reader != null
                ? this.reader
                : beans.reader(
                        "source.udp.token.reader",
                        Objects.requireNonNull(this.udp.token().reader()),
                        Datagram.class);
        return new Opened(openPort(), tokens, true);
    }

    private UdpSource openPort() {
        UdpSource.Builder builder = UdpSource.builder()
                .port(this.udp.port())
                .receiveBufferSize((int) this.udp.receiveBufferSize().toBytes())
                .maxDatagramSize((int) this.udp.maxDatagramSize().toBytes());
        if (this.udp.address() != null) {
            builder.address(this.udp.address());
        }
        try {
            return builder.open();
        } catch (UncheckedIOException e) {
            String message = String.valueOf(e.getMessage());
            boolean foreignAddress = message.contains("assign requested address");
            throw this.keys.problem(
                    foreignAddress ? "source.udp.address" : "source.udp.port",
                    message,
                    foreignAddress
                            ? "Set it to an address of this machine, or remove it to listen on all of them."
                            : "Stop what uses the port, set another one, or 0 for any that is free.",
                    e);
        }
    }
}
