package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.autoconfigure.StageProperties.Udp;
import io.github.exitleft.spring.boot.autoconfigure.StageProperties.UdpToken;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.DatagramTokens;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/** Checks the properties of one stage, as far as they can be checked before any bean exists. */
final class StagePlanner {

    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}_.-]*");
    private static final String SOURCE_TYPES = "udp, bean";
    private static final Set<Class<?>> FIELD_TYPES =
            Set.of(Integer.class, Long.class, UUID.class, ByteBuffer.class, String.class);

    private final StageKeys keys;
    private final StageProperties properties;

    StagePlanner(StageKeys keys, StageProperties properties) {
        this.keys = keys;
        this.properties = properties;
    }

    StagePlan plan(@Nullable StageKeys sourceBeanOfOther) {
        if (!NAME.matcher(this.keys.stage()).matches()) {
            throw this.keys.problem(
                    "",
                    "'" + this.keys.stage() + "' can't be the name of a stage",
                    "Rename the stage: letters, digits, '-', '_' and '.' make a name.");
        }
        Class<?> tokenType = tokenType();
        limits();
        String type = this.properties.source().type();
        if (!StringUtils.hasText(type)) {
            throw this.keys.problem(
                    "source.type",
                    "it is not known where the messages come from",
                    "Set " + this.keys.key("source.type") + " to one of: " + SOURCE_TYPES + ".");
        }
        return switch (type) {
            case "udp" -> udp(tokenType);
            case "bean" -> bean(tokenType, sourceBeanOfOther);
            default ->
                throw this.keys.problem(
                        "source.type",
                        "there is no source of type '" + type + "'",
                        "Set it to one of: " + SOURCE_TYPES + ". With 'bean' the source is one of your own.");
        };
    }

    private Class<?> tokenType() {
        Class<?> type = this.properties.tokenType();
        String example = "such as java.lang.String, java.lang.Long or java.util.UUID.";
        if (type == null) {
            throw this.keys.problem(
                    "token-type",
                    "the type of the stage's tokens is not known",
                    "Set " + this.keys.key("token-type") + " to the class of the tokens, " + example);
        }
        if (type.isPrimitive() || type.isArray()) {
            throw this.keys.problem(
                    "token-type",
                    "a token can't be of type " + type.getTypeName() + ", which has no equals and hashCode",
                    "Set it to a class with equals and hashCode, " + example);
        }
        return type;
    }

    private void limits() {
        if (this.properties.defaultTimeout().isNegative()
                || this.properties.defaultTimeout().isZero()) {
            throw this.keys.problem(
                    "default-timeout",
                    "must be positive, but is " + this.properties.defaultTimeout(),
                    "Set it to a duration such as 3s or 500ms.");
        }
        inRange("drain", this.properties.drain(), 0, Integer.MAX_VALUE);
        inRange("max-tickets", this.properties.maxTickets(), 1, Integer.MAX_VALUE);
        inRange("mailbox-capacity", this.properties.mailboxCapacity(), 1, Integer.MAX_VALUE);
    }

    private StagePlan udp(Class<?> tokenType) {
        if (this.properties.source().bean() != null) {
            throw doesNotApply("source.bean", "udp");
        }
        Udp udp = this.properties.source().udp();
        if (udp == null) {
            throw noWayToReadTheToken();
        }
        inRange("source.udp.port", udp.port(), 0, 65_535);
        inRange("source.udp.receive-buffer-size", udp.receiveBufferSize().toBytes(), 1, Integer.MAX_VALUE);
        inRange("source.udp.max-datagram-size", udp.maxDatagramSize().toBytes(), 1, 65_535);
        UdpToken token = udp.token();
        oneWayToReadTheToken(token);
        TokenReader<?, Datagram> reader = null;
        if (token.sender()) {
            reader = readable("token-type", () -> DatagramTokens.sender(tokenType));
        } else if (token.reader() == null) {
            reader = field(tokenType, udp, token);
        }
        return new StagePlan(this.keys, this.properties, tokenType, udp, reader, null, token.reader(), null);
    }

    private void oneWayToReadTheToken(UdpToken token) {
        List<String> ways = new ArrayList<>();
        if (token.offset() != null || token.length() != null) {
            ways.add(token.offset() != null ? "offset" : "length");
        }
        if (token.reader() != null) {
            ways.add("reader");
        }
        if (token.sender()) {
            ways.add("sender");
        }
        if (ways.isEmpty()) {
            throw noWayToReadTheToken();
        }
        if (ways.size() > 1) {
            String first = "source.udp.token." + ways.get(0);
            String second = "source.udp.token." + ways.get(1);
            throw this.keys.problem(
                    second,
                    "the token can be read in one way only, and " + this.keys.key(first) + " (origin: "
                            + this.keys.origin(first) + ") is another",
                    "Remove one of the two.");
        }
        if (token.reader() != null && token.reader().isBlank()) {
            throw this.keys.problem(
                    "source.udp.token.reader", "names no bean", "Set it to the name of a TokenReader bean.");
        }
    }

    private StageConfigurationException noWayToReadTheToken() {
        String token = "source.udp.token";
        return this.keys.problem(
                token,
                "there is no way to read the token out of a datagram",
                "Set exactly one of: " + this.keys.key(token) + ".offset together with " + this.keys.key(token)
                        + ".length; " + this.keys.key(token) + ".reader (the name of a TokenReader bean); "
                        + this.keys.key(token) + ".sender=true.");
    }

    private TokenReader<?, Datagram> field(Class<?> tokenType, Udp udp, UdpToken token) {
        Integer offset = token.offset();
        Integer length = token.length();
        if (offset == null || length == null) {
            String missing = offset == null ? "offset" : "length";
            throw this.keys.problem(
                    "source.udp.token." + missing,
                    "offset and length go together",
                    "Set " + this.keys.key("source.udp.token." + missing) + " too.");
        }
        String key = !FIELD_TYPES.contains(tokenType)
                ? "token-type"
                : offset < 0 ? "source.udp.token.offset" : "source.udp.token.length";
        TokenReader<?, Datagram> reader = readable(key, () -> DatagramTokens.at(tokenType, offset, length));
        long longest = udp.maxDatagramSize().toBytes();
        if (offset + length > longest) {
            throw this.keys.problem(
                    "source.udp.token.length",
                    "a token at offset " + offset + " with length " + length + " is in no datagram of at most "
                            + longest + " bytes",
                    "Set it to " + (longest - offset) + " or less, or raise "
                            + this.keys.key("source.udp.max-datagram-size") + ".");
        }
        return reader;
    }

    /** The core says "reason; remedy". */
    private TokenReader<?, Datagram> readable(String key, Supplier<TokenReader<?, Datagram>> reader) {
        try {
            return reader.get();
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            int remedy = message.indexOf("; ");
            throw this.keys.problem(
                    key,
                    remedy < 0 ? message : message.substring(0, remedy),
                    "Update your application's configuration" + (remedy < 0 ? "" : ": " + message.substring(remedy + 2))
                            + ".",
                    e);
        }
    }

    private StagePlan bean(Class<?> tokenType, @Nullable StageKeys sourceBeanOfOther) {
        if (this.properties.source().udp() != null) {
            throw doesNotApply("source.udp", "bean");
        }
        StageProperties.Bean bean = this.properties.source().bean();
        String name = bean == null ? null : bean.name();
        String reader = bean == null ? null : bean.token().reader();
        if (name == null || name.isBlank()) {
            throw this.keys.problem(
                    "source.bean.name",
                    "a source of type bean needs the name of a bean",
                    "Set " + this.keys.key("source.bean.name") + " to the name of a Source bean.");
        }
        if (reader == null || reader.isBlank()) {
            throw this.keys.problem(
                    "source.bean.token.reader",
                    "there is no way to read the token out of a message",
                    "Set " + this.keys.key("source.bean.token.reader") + " to the name of a TokenReader bean.");
        }
        return new StagePlan(this.keys, this.properties, tokenType, null, null, name, reader, sourceBeanOfOther);
    }

    private StageConfigurationException doesNotApply(String suffix, String type) {
        return this.keys.problem(
                suffix,
                "does not apply to " + this.keys.key("source.type") + "=" + type + " (origin: "
                        + this.keys.origin("source.type") + ")",
                "Remove what is below " + this.keys.key(suffix) + ", or change the source's type.");
    }

    private void inRange(String suffix, long value, long least, long most) {
        if (value < least || value > most) {
            String range = "from " + least + " to " + most;
            throw this.keys.problem(
                    suffix, "must be " + range + ", but is " + value, "Set it to a value " + range + ".");
        }
    }
}
