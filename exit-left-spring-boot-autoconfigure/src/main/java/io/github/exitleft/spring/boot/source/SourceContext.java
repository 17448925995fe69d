package io.github.exitleft.spring.boot.source;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The stage that a source is configured for, and how to report a mistake in the source's keys.
 *
 * <p>Keys are given as they stand below {@code exit-left.stages.NAME.source.TYPE}, in lower case with dashes, such as {@code
 * token.reader}. A report has the full key, its value, where it comes from, the reason and the remedy. Reasons are lower case
 * without a full stop; remedies are sentences. Applications don't implement this interface.
 */
public interface SourceContext {

    /**
     * Returns the name of the stage.
     *
     * @return the name
     */
    String stage();

    /**
     * Returns the class of the stage's tokens.
     *
     * @return a class that is neither primitive nor an array
     */
    Class<?> tokenType();

    /**
     * Returns a key in full, for a reason or a remedy.
     *
     * @param key a key of the source, or an empty string for what all its keys stand below
     * @return such as {@code exit-left.stages.stun.source.udp.port}
     */
    String key(String key);

    /**
     * Returns where a key is set, for a reason that names a second key.
     *
     * @param key a key of the source
     * @return such as {@code class path resource [application.yml] - 9:17}
     */
    String origin(String key);

    /**
     * Makes the exception that reports a mistake, to be thrown.
     *
     * @param key the key that is wrong or missing
     * @param reason what is wrong, such as {@code must be positive, but is PT0S}
     * @param remedy what to do about it, such as {@code Set it to a duration such as 30s.}
     * @return the exception
     */
    RuntimeException problem(String key, String reason, String remedy);

    /**
     * Makes the exception that reports a mistake that showed as another exception.
     *
     * @param key the key that is wrong or missing
     * @param reason what is wrong
     * @param remedy what to do about it
     * @param cause how the mistake showed
     * @return the exception
     */
    RuntimeException problem(String key, String reason, String remedy, Throwable cause);

    /**
     * Reports a number out of its range.
     *
     * @param key the number's key
     * @param value the number
     * @param least the least that is allowed
     * @param most the most that is allowed
     * @throws RuntimeException if the number is out of range
     */
    void inRange(String key, long value, long least, long most);

    /**
     * Reports a duration that is too short.
     *
     * @param key the duration's key
     * @param value the duration
     * @param least the shortest that is allowed
     * @throws RuntimeException if the duration is too short
     */
    void atLeast(String key, Duration value, Duration least);

    /**
     * Returns what a supplier makes of a key's value, or reports its {@link IllegalArgumentException} as a mistake of that key.
     *
     * @param key the key
     * @param supplier makes something; the exception's message is the reason, or {@code reason; remedy}
     * @param <V> what it makes
     * @return what it made
     */
    <V> V check(String key, Supplier<V> supplier);

    /**
     * Returns what a supplier makes of the token type, or reports its {@link IllegalArgumentException} as a mistake of the stage's
     * {@code token-type}.
     *
     * @param supplier makes something; the exception's message is the reason, or {@code reason; remedy}
     * @param <V> what it makes, such as a token reader
     * @return what it made
     */
    <V> V checkTokenType(Supplier<V> supplier);

    /**
     * Claims something that one source only can read, such as a bean or a folder.
     *
     * @param key the key that names it
     * @param resource what is claimed, compared by {@code equals} among the sources of this type
     * @return the stage that claimed it before; null if this one is the first
     */
    @Nullable
    Claim claim(String key, Object resource);

    /**
     * A stage that claimed a resource before another.
     *
     * @param stage the stage's name
     * @param origin where the key is set that names the resource
     */
    record Claim(String stage, String origin) {}
}
