package io.github.exitleft.spring.boot.postgres;

import io.github.exitleft.TokenReader;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.postgresql.PGNotification;

/** Token reader for notifications: the beginning of the payload. */
public final class PostgresTokens {

    private PostgresTokens() {}

    /**
     * Takes the part of the payload before a separator for the token, or the whole payload if it has no separator.
     *
     * @param <T> tokens
     * @param type {@code String}, {@code Integer}, {@code Long} or {@code UUID}
     * @param separator the end of the token, such as {@code ":"}
     * @return the reader; a payload that begins with the separator has no token, and one that can't be converted is unreadable
     * @throws IllegalArgumentException if such a token can't be read from a payload, or the separator is empty
     */
    public static <T> TokenReader<T, PGNotification> before(Class<T> type, String separator) {
        if (separator.isEmpty()) {
            throw new IllegalArgumentException("'separator' must not be empty; use one such as :");
        }
        Function<String, T> parser = parser(type);
        return message -> {
            String payload = Objects.requireNonNullElse(message.getParameter(), "");
            int end = payload.indexOf(separator);
            String token = end < 0 ? payload : payload.substring(0, end);
            return token.isEmpty() ? null : parser.apply(token);
        };
    }

    private static <T> Function<String, T> parser(Class<T> type) {
        if (type == String.class) {
            return type::cast;
        }
        if (type == Integer.class) {
            return text -> type.cast(Integer.valueOf(text));
        }
        if (type == Long.class) {
            return text -> type.cast(Long.valueOf(text));
        }
        if (type == UUID.class) {
            return text -> type.cast(UUID.fromString(text));
        }
        throw new IllegalArgumentException("a token of type " + type.getName()
                + " can't be read from a payload; use java.lang.String, java.lang.Integer, java.lang.Long or"
                + " java.util.UUID, or a token reader of your own");
    }
}
