package io.github.exitleft.spring.boot.tcp;

import io.github.exitleft.spring.boot.source.SourceBeans;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.tcp.Framing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How the end of a frame is found, as far as the keys say it. */
final class TcpFraming {

    private static final String LENGTH_FIELD = "frame.length-field";
    private static final String DELIMITER = "frame.delimiter";
    private static final String BETWEEN = "frame.between";
    private static final String SIZE = "frame.size";
    private static final String BER = "frame.ber";
    private static final String READER = "frame.reader";
    private static final String MAX = "max-frame-size";

    /** An escape that was not resolved: a backslash, and what it is an escape with in YAML and in properties. */
    private static final Pattern ESCAPE = Pattern.compile("\\\\[rnt0xu]");

    private final SourceContext context;
    private final TcpProperties.Frame keys;
    private final long maxFrameSize;

    /** The framing; null if a bean is to find the end of a frame. */
    private final @Nullable Framing framing;

    private TcpFraming(SourceContext context, TcpProperties tcp) {
        this.context = context;
        this.keys = tcp.frame();
        this.maxFrameSize = tcp.maxFrameSize().toBytes();
        this.framing = framing();
    }

    static TcpFraming of(SourceContext context, TcpProperties tcp) {
        return new TcpFraming(context, tcp);
    }

    Framing framing(SourceBeans beans) {
        return this.framing != null
                ? this.framing
                : beans.named(READER, Objects.requireNonNull(this.keys.reader()), Framing.class);
    }

    private @Nullable Framing framing() {
        switch (way()) {
            case LENGTH_FIELD:
                return lengthField(Objects.requireNonNull(this.keys.lengthField()));
            case DELIMITER:
                return delimiter(Objects.requireNonNull(this.keys.delimiter()));
            case BETWEEN:
                return between(Objects.requireNonNull(this.keys.between()));
            case SIZE:
                long size = Objects.requireNonNull(this.keys.size()).toBytes();
                this.context.inRange(SIZE, size, 1, Integer.MAX_VALUE);
                fits(SIZE, "a frame", size);
                return Framing.fixedSize((int) size);
            case BER:
                return Framing.ber();
            default:
                if (Objects.requireNonNull(this.keys.reader()).isBlank()) {
                    throw this.context.problem(READER, "names no bean", "Set it to the name of a Framing bean.");
                }
                return null;
        }
    }

    /** Returns the one key that says where a frame ends. */
    private String way() {
        List<String> ways = new ArrayList<>();
        way(ways, LENGTH_FIELD, this.keys.lengthField() != null);
        way(ways, DELIMITER, this.keys.delimiter() != null);
        way(ways, BETWEEN, this.keys.between() != null);
        way(ways, SIZE, this.keys.size() != null);
        way(ways, BER, this.keys.ber());
        way(ways, READER, this.keys.reader() != null);
        if (ways.isEmpty()) {
            String frame = this.context.key("frame");
            throw this.context.problem(
                    "frame",
                    "it is not known where a frame ends",
                    "Set exactly one of: " + frame + ".length-field; " + frame + ".delimiter; " + frame + ".between; "
                            + frame + ".size; " + frame + ".ber=true; " + frame
                            + ".reader (the name of a Framing bean).");
        }
        return ways.get(0);
    }

    private void way(List<String> ways, String key, boolean isSet) {
        if (!isSet) {
            return;
        }
        ways.add(key);
        if (ways.size() > 1) {
            throw this.context.problem(
                    key,
                    "the end of a frame can be found in one way only, and " + this.context.key(ways.get(0))
                            + " (origin: " + this.context.origin(ways.get(0)) + ") is another",
                    "Remove one of the two.");
        }
    }

    private Framing lengthField(TcpProperties.Frame.LengthField field) {
        String lengthKey = LENGTH_FIELD + ".length";
        Integer length = field.length();
        if (length == null) {
            throw this.context.problem(
                    lengthKey,
                    "it is not known how many bytes the length field has",
                    "Set " + this.context.key(lengthKey) + " to a value from 1 to 8.");
        }
        int offset = field.offset();
        String offsetKey = LENGTH_FIELD + ".offset";
        this.context.inRange(lengthKey, length, 1, 8);
        this.context.inRange(offsetKey, offset, 0, 65_536);
        fits(offset == 0 ? lengthKey : offsetKey, "a frame up to its length field's end", offset + length);
        return Framing.lengthField(
                offset, length, field.byteOrder().byteOrder(), field.adjustment(), field.includesItself());
    }

    private Framing delimiter(String delimiter) {
        if (delimiter.isEmpty()) {
            throw this.context.problem(
                    DELIMITER, "must not be empty", "Set it to what ends each frame, such as \"\\r\\n\".");
        }
        if (ESCAPE.matcher(delimiter).find()) {
            throw this.context.problem(
                    DELIMITER,
                    "it has a backslash with a letter instead of the character that both stand for",
                    "Put it in double quotes, as YAML resolves escapes in these only, or name a Framing bean with "
                            + this.context.key(READER) + " if frames do end with a backslash and a letter.");
        }
        byte[] bytes = delimiter.getBytes(StandardCharsets.UTF_8);
        leavesRoom(DELIMITER, bytes.length);
        return Framing.delimiter(bytes);
    }

    private Framing between(TcpProperties.Frame.Between between) {
        byte[] start = bytes(BETWEEN + ".start", between.start());
        byte[] end = bytes(BETWEEN + ".end", between.end());
        leavesRoom(BETWEEN, start.length + end.length);
        return Framing.between(start, end);
    }

    private byte[] bytes(String key, @Nullable String hex) {
        String remedy = "to two hexadecimal digits for each byte, in quotes, such as \"1c0d\".";
        if (hex == null) {
            throw this.context.problem(
                    key, "start and end go together", "Set " + this.context.key(key) + " too, " + remedy);
        }
        try {
            byte[] bytes = HexFormat.of().parseHex(hex);
            if (bytes.length > 0) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            throw this.context.problem(
                    key, "'" + hex + "' has not two hexadecimal digits for each byte", "Set it " + remedy, e);
        }
        throw this.context.problem(key, "must not be empty", "Set it " + remedy);
    }

    private void leavesRoom(String key, int marks) {
        fits(key, "a frame of one byte with these marks", marks + 1L);
    }

    private void fits(String key, String what, long size) {
        if (size > this.maxFrameSize) {
            throw this.context.problem(
                    key,
                    what + " has " + size + " bytes, and a frame at most " + this.maxFrameSize,
                    "Correct it, or raise " + this.context.key(MAX) + ".");
        }
    }

    /** Reports a field that is in no payload. */
    void requireInPayload(int offset, int length) {
        long most = this.maxFrameSize;
        String bound = MAX;
        if (this.keys.size() != null) {
            most = this.keys.size().toBytes();
            bound = SIZE;
        } else if (this.framing != null) {
            most -= this.framing.prefixLength() + this.framing.suffixLength();
        }
        if ((long) offset + length > most) {
            throw this.context.problem(
                    "token.length",
                    "a token at offset " + offset + " with length " + length + " is in no payload of at most " + most
                            + " bytes",
                    (offset < most
                                    ? "Set it to " + (most - offset) + " or less, or raise "
                                    : "Lower " + this.context.key("token.offset") + ", or raise ")
                            + this.context.key(bound) + ".");
        }
    }
}
