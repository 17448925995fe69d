package io.github.exitleft.spring.boot.kafka;

import io.github.exitleft.TokenReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Token readers for Kafka records: a header, or the record's key.
 *
 * <p>In a header a token is bytes: the 16 of a {@code UUID}, as {@code ReplyingKafkaTemplate} writes them by default; the UTF-8 of
 * a {@code String}; a number in network byte order; the remaining bytes of a {@code ByteBuffer}.
 */
public final class KafkaTokens {

    private KafkaTokens() {}

    /**
     * Reads the token from a header; of several with the same name, from the last.
     *
     * @param <T> tokens
     * @param type {@code String}, {@code UUID}, {@code Integer}, {@code Long} or {@code ByteBuffer}
     * @param name the header's name, such as {@code KafkaHeaders.CORRELATION_ID}
     * @return the reader; a record without the header has no token, and one whose header can't be such a token is
     *     unreadable
     * @throws IllegalArgumentException if such a token can't be read from a header
     */
    public static <T> TokenReader<T, ConsumerRecord<?, ?>> header(Class<T> type, String name) {
        Objects.requireNonNull(name, "'name' must not be null");
        Function<byte[], T> decoder = decoder(type);
        return message -> {
            Header header = message.headers().lastHeader(name);
            byte[] value = header == null ? null : header.value();
            return value == null ? null : decoder.apply(value);
        };
    }

    /**
     * Takes the record's key, as it was deserialized, for the token.
     *
     * @param <T> tokens
     * @param type the class of the keys
     * @return the reader; a record without a key has no token, and one with a key of another class, or one that could not be
     *     deserialized, is unreadable
     */
    public static <T> TokenReader<T, ConsumerRecord<?, ?>> key(Class<T> type) {
        Objects.requireNonNull(type, "'type' must not be null");
        return message -> {
            Object key = message.key();
            RuntimeException garbled = key != null ? null : KafkaSource.failure(message, KafkaSource.KEY_FAILURE);
            if (garbled != null) {
                throw garbled;
            }
            if (key != null && !type.isInstance(key)) {
                throw new IllegalArgumentException(
                        "key of type " + key.getClass().getName() + " is no " + type.getName()
                                + "; change the token type or the key deserializer");
            }
            return type.cast(key);
        };
    }

    /** Returns the bytes of a token in a header. */
    static byte[] bytes(Object token) {
        if (token instanceof String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        if (token instanceof UUID uuid) {
            return ByteBuffer.allocate(16)
                    .putLong(uuid.getMostSignificantBits())
                    .putLong(uuid.getLeastSignificantBits())
                    .array();
        }
        if (token instanceof Integer number) {
            return ByteBuffer.allocate(4).putInt(number).array();
        }
        if (token instanceof Long number) {
            return ByteBuffer.allocate(8).putLong(number).array();
        }
        if (token instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return bytes;
        }
        throw unfit(token.getClass());
    }

    private static <T> Function<byte[], T> decoder(Class<T> type) {
        if (type == String.class) {
            return bytes -> type.cast(new String(bytes, StandardCharsets.UTF_8));
        }
        if (type == UUID.class) {
            return bytes -> {
                ByteBuffer buffer = sized(bytes, 16, type);
                return type.cast(new UUID(buffer.getLong(), buffer.getLong()));
            };
        }
        if (type == Integer.class) {
            return bytes -> type.cast(sized(bytes, 4, type).getInt());
        }
        if (type == Long.class) {
            return bytes -> type.cast(sized(bytes, 8, type).getLong());
        }
        if (type == ByteBuffer.class) {
            return bytes -> type.cast(ByteBuffer.wrap(bytes).asReadOnlyBuffer());
        }
        throw unfit(type);
    }

    private static ByteBuffer sized(byte[] bytes, int length, Class<?> type) {
        if (bytes.length != length) {
            throw new IllegalArgumentException("header of " + bytes.length + " bytes is no " + type.getName()
                    + ", which has " + length + "; compare the token type with what the other side writes");
        }
        return ByteBuffer.wrap(bytes);
    }

    private static IllegalArgumentException unfit(Class<?> type) {
        return new IllegalArgumentException("a token of type " + type.getName()
                + " can't be a header; use java.lang.String, java.util.UUID, java.lang.Integer, java.lang.Long or"
                + " java.nio.ByteBuffer, or a token reader of your own");
    }
}
