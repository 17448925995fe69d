package io.github.exitleft.spring.boot.jms;

import io.github.exitleft.TokenReader;
import jakarta.jms.Message;

/** Token reader for JMS messages: their correlation id. */
public final class JmsTokens {

    private JmsTokens() {}

    /**
     * Takes the {@code JMSCorrelationID} for the token.
     *
     * @param <T> tokens
     * @param type {@code String}
     * @return the reader; a message without a correlation id has no token
     * @throws IllegalArgumentException if the type is another
     */
    public static <T> TokenReader<T, Message> correlationId(Class<T> type) {
        if (type != String.class) {
            throw new IllegalArgumentException("a token of type " + type.getName()
                    + " can't be a correlation id; use java.lang.String, or a token reader of your own");
        }
        return message -> type.cast(message.getJMSCorrelationID());
    }
}
