package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * Tells answers that are errors from other answers.
 *
 * <p>An answer that is an error counts as {@linkplain MessageOutcome#DELIVERED delivered}, and ends its wait with the
 * exception that the classifier returns: {@code call} and {@code await} throw it, the future of {@code callAsync} and a
 * stream fail with it. An unchecked exception or an {@code Error} is thrown as it is, a checked exception as the cause
 * of an {@link ErrorReplyException}.
 *
 * <p>It runs once for each delivered message, after the ticket's check: on the waiting thread, or on the stage's
 * executor where no thread waits. It never sees an unclaimed message.
 *
 * @param <M> messages
 */
@FunctionalInterface
public interface ReplyClassifier<M> {

    /**
     * Returns the error that a reply stands for.
     *
     * @param reply the reply
     * @return the error; null if the reply is not an error
     * @throws Exception instead of returning it, with the same effect; an unchecked exception also counts as a failure
     *     of a callback, since it may be a mistake of the classifier's
     */
    @Nullable
    Throwable errorOf(M reply) throws Exception;
}
