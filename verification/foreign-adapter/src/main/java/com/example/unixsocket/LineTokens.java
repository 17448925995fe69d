package com.example.unixsocket;

import io.github.exitleft.TokenReader;
import java.util.function.Function;

/** Token reader for lines: the beginning of the line. */
public final class LineTokens {

    private LineTokens() {}

    /**
     * Takes the part of a line before a separator for the token.
     *
     * @param <T> tokens
     * @param type {@code String}, {@code Integer} or {@code Long}
     * @param separator the end of the token, such as {@code ":"}
     * @return the reader; a line without the separator has no token
     * @throws IllegalArgumentException if such a token can't be read from a line
     */
    public static <T> TokenReader<T, String> before(Class<T> type, String separator) {
        Function<String, T> parser = parser(type);
        return line -> {
            int end = line.indexOf(separator);
            return end < 0 ? null : parser.apply(line.substring(0, end));
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
        throw new IllegalArgumentException("a token of type " + type.getName()
                + " can't be read from a line; use java.lang.String, java.lang.Integer or java.lang.Long");
    }
}
