package io.github.exitleft.spring.boot.channel;

import io.github.exitleft.TokenReader;
import java.util.Objects;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.Expression;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.DataBindingPropertyAccessor;
import org.springframework.expression.spel.support.MapAccessor;
import org.springframework.expression.spel.support.SimpleEvaluationContext;
import org.springframework.messaging.Message;

/** Token readers for Spring's messages: a header, or an expression. */
public final class ChannelTokens {

    private ChannelTokens() {}

    /**
     * Takes a header for the token.
     *
     * @param <T> tokens
     * @param type the class of the header
     * @param name the header's name, such as {@code correlationId}
     * @return the reader; a message without the header has no token, and one with another thing in it is unreadable
     */
    public static <T> TokenReader<T, Message<?>> header(Class<T> type, String name) {
        Objects.requireNonNull(type, "'type' must not be null");
        Objects.requireNonNull(name, "'name' must not be null");
        return message -> {
            Object header = message.getHeaders().get(name);
            if (header != null && !type.isInstance(header)) {
                throw new IllegalArgumentException("header '" + name + "' of type "
                        + header.getClass().getName() + " is no " + type.getName()
                        + "; change the token type, or use an expression");
            }
            return type.cast(header);
        };
    }

    /**
     * Evaluates an expression on the message, such as {@code headers.id}, {@code headers['my-id']} or
     * {@code payload.order.number}; it may read properties and call methods, and has neither types nor beans.
     *
     * @param <T> tokens
     * @param type what the value is converted to
     * @param expression in the Spring Expression Language
     * @return the reader; a message for which the value is null has no token, and one on which the expression fails is
     *     unreadable
     * @throws IllegalArgumentException if it is no expression
     */
    public static <T> TokenReader<T, Message<?>> expression(Class<T> type, String expression) {
        Objects.requireNonNull(type, "'type' must not be null");
        Expression parsed;
        try {
            parsed = new SpelExpressionParser().parseExpression(expression);
        } catch (ParseException | IllegalArgumentException | IllegalStateException e) {
            throw new IllegalArgumentException(
                    "'" + expression + "' is no expression: " + e.getMessage()
                            + "; use one such as headers.id or payload.id",
                    e);
        }
        EvaluationContext context = SimpleEvaluationContext.forPropertyAccessors(
                        new MapAccessor(false), DataBindingPropertyAccessor.forReadOnlyAccess())
                .withInstanceMethods()
                .build();
        return message -> parsed.getValue(context, message, type);
    }
}
