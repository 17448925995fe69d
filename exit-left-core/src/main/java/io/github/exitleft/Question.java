package io.github.exitleft;

import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One of the questions of {@link Stage#callAll}: a token, a check on the answer, and how to send the request; immutable.
 *
 * @param <T> tokens
 * @param <M> messages
 */
public final class Question<T, M> {

    final T token;
    final @Nullable Predicate<? super M> check;
    final Sender<?> sender;

    private Question(T token, @Nullable Predicate<? super M> check, Sender<?> sender) {
        this.token = Objects.requireNonNull(token, "'token' must not be null");
        this.check = check;
        this.sender = Objects.requireNonNull(sender, "'sender' must not be null");
    }

    /**
     * Returns a question for whose answer any message with the token will do.
     *
     * @param <T> tokens
     * @param <M> messages
     * @param token the answer's token
     * @param sender sends the request
     * @return the question
     */
    public static <T, M> Question<T, M> of(T token, Sender<?> sender) {
        return new Question<>(token, null, sender);
    }

    /**
     * Returns a question whose sender reports later whether sending worked.
     *
     * @param <T> tokens
     * @param <M> messages
     * @param token the answer's token
     * @param sender sends the request
     * @return the question
     */
    public static <T, M> Question<T, M> of(T token, AsyncSender<?> sender) {
        return new Question<>(token, null, sender);
    }

    /**
     * Returns a question whose answer must pass a check.
     *
     * @param <T> tokens
     * @param <M> messages
     * @param token the answer's token
     * @param check what an answer must pass, such as that it comes from the right address; run by the head
     * @param sender sends the request
     * @return the question
     */
    public static <T, M> Question<T, M> of(T token, Predicate<? super M> check, Sender<?> sender) {
        return new Question<>(token, Objects.requireNonNull(check, "'check' must not be null"), sender);
    }

    /**
     * Returns a question whose answer must pass a check, and whose sender reports later whether sending worked.
     *
     * @param <T> tokens
     * @param <M> messages
     * @param token the answer's token
     * @param check what an answer must pass; run by the head
     * @param sender sends the request
     * @return the question
     */
    public static <T, M> Question<T, M> of(T token, Predicate<? super M> check, AsyncSender<?> sender) {
        return of(token, check, (Sender<?>) sender);
    }
}
