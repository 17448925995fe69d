package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * Tells answers that are errors from the others.
 *
 * <p>An answer that is an error counts as {@linkplain MessageOutcome#DELIVERED delivered}; the wait for it ends with the
 * exception that the classifier gives: {@code call} and {@code await} throw it, the future of {@code callAsync} is completed
 * with it, and a stream ends with it. An unchecked exception or an {@code Error} is thrown as it is, a checked exception as
 * the cause of an {@link ErrorReplyException}.
 *
 * <p>It runs once for each message that is delivered, after the message has passed the ticket's check: on the thread that
 * waits, or on the stage's executor where none does. It never sees what is unclaimed.
 *
 * @param <M> messages
 */
@FunctionalInterface
public interface ReplyClassifier<M> {

    /**
     * Returns the error that a reply stands for.
     *
     * @param reply the reply
     * @return the error; null if the reply is an answer
     * @throws Exception instead of returning it; that makes no difference
     */
    @Nullable
    Throwable errorOf(M reply) throws Exception;
}
