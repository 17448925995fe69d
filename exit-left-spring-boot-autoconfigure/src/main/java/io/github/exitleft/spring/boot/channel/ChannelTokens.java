package io.github.exitleft.spring.boot.channel;

import io.github.exitleft.TokenReader;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.Expression;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.SpelEvaluationException;
import org.springframework.expression.spel.SpelMessage;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.DataBindingPropertyAccessor;
import org.springframework.expression.spel.support.MapAccessor;
import org.springframework.expression.spel.support.SimpleEvaluationContext;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessagingException;
import org.springframework.messaging.support.ErrorMessage;

/**
 * Token readers for Spring's messages: a header, or an expression.
 *
 * <p>If an {@link ErrorMessage} has no token itself, the readers look for one in the failed message of its exception and of that
 * exception's causes, then in the original message.
 */
public final class ChannelTokens {

    /** The number of causes to look at; a chain may be circular. */
    private static final int DEPTH = 16;

    /** The errors of an expression that names something that the message lacks. */
    private static final Set<SpelMessage> NOT_THERE = EnumSet.of(
            SpelMessage.PROPERTY_OR_FIELD_NOT_READABLE,
            SpelMessage.PROPERTY_OR_FIELD_NOT_READABLE_ON_NULL,
            SpelMessage.METHOD_NOT_FOUND,
            SpelMessage.METHOD_CALL_ON_NULL_OBJECT_NOT_ALLOWED,
            SpelMessage.CANNOT_INDEX_INTO_NULL_VALUE,
            SpelMessage.INDEXING_NOT_SUPPORTED_FOR_TYPE,
            SpelMessage.ARRAY_INDEX_OUT_OF_BOUNDS,
            SpelMessage.COLLECTION_INDEX_OUT_OF_BOUNDS,
            SpelMessage.STRING_INDEX_OUT_OF_BOUNDS);

    private ChannelTokens() {}

    /**
     * Takes a header for the token.
     *
     * @param <T> tokens
     * @param type the class of the header
     * @param name the header's name, such as {@code correlationId}
     * @return the reader; a message without the header has no token, and one whose header is of another class is unreadable
     */
    public static <T> TokenReader<T, Message<?>> header(Class<T> type, String name) {
        Objects.requireNonNull(type, "'type' must not be null");
        Objects.requireNonNull(name, "'name' must not be null");
        return alsoOfFailed(message -> {
            Object header = message.getHeaders().get(name);
            if (header != null && !type.isInstance(header)) {
                throw new IllegalArgumentException("header '" + name + "' of type "
                        + header.getClass().getName() + " is no " + type.getName()
                        + "; change the token type, or use an expression");
            }
            return type.cast(header);
        });
    }

    /**
     * Evaluates an expression on the message, such as {@code headers.id}, {@code headers['my-id']} or
     * {@code payload.order.number}. It may read properties and call methods, but not refer to types or beans.
     *
     * @param <T> tokens
     * @param type the class to convert the value to
     * @param expression an expression of the Spring Expression Language
     * @return the reader; a message has no token if the value is null or the message lacks what the expression names, and is
     *     unreadable if the expression fails otherwise
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
        return alsoOfFailed(message -> {
            try {
                return parsed.getValue(context, message, type);
            } catch (SpelEvaluationException e) {
                if (NOT_THERE.contains(e.getMessageCode())) {
                    return null;
                }
                throw e;
            }
        });
    }

    private static <T> TokenReader<T, Message<?>> alsoOfFailed(TokenReader<T, Message<?>> reader) {
        return message -> {
            T token = reader.read(message);
            if (!(message instanceof ErrorMessage error)) {
                return token;
            }
            Throwable cause = error.getPayload();
            for (int depth = 0; token == null && cause != null && depth < DEPTH; depth++, cause = cause.getCause()) {
                Message<?> failed = cause instanceof MessagingException thrown ? thrown.getFailedMessage() : null;
                token = failed == null ? null : reader.read(failed);
            }
            Message<?> original = error.getOriginalMessage();
            return token == null && original != null ? reader.read(original) : token;
        };
    }
}
