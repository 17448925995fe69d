package io.github.exitleft;

import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The exclusive right to a token's messages, with a mailbox for them; valid from {@link Stage#ticket} to {@link #close()}.
 *
 * <p>It may be awaited again and again, by one thread at a time. A message that comes between two waits stays in the
 * mailbox for the next.
 *
 * @param <T> tokens
 * @param <M> messages
 */
public final class Ticket<T, M> extends Call<T, M> {

    Ticket(StageParts<T, M> parts, T token, @Nullable Predicate<? super M> check) {
        super(parts, token, check, false, null);
    }

    /**
     * The token that it was taken for.
     *
     * @return the token
     */
    public T token() {
        return bare().token();
    }

    /**
     * Waits for the next message, for as long as the stage does by default.
     *
     * @return the message, and when it was received
     * @throws InterruptedException if the thread was interrupted before a message came
     * @see #await(Duration)
     */
    public Received<M> await() throws InterruptedException {
        return await(parts.defaultTimeout);
    }

    /**
     * Waits for the next message; reads the source meanwhile if nobody else does.
     *
     * @param timeout how long; zero or less means to look without waiting
     * @return the message, and when it was received
     * @throws InterruptedException if the thread was interrupted before a message came
     * @throws StageTimeoutException if none came in time
     * @throws ErrorReplyException if the message is an error, for which the {@linkplain StageBuilder#classifier classifier} gives
     *     a checked exception; an unchecked one is thrown as it is. The ticket can be awaited again
     * @throws java.util.concurrent.CancellationException if the ticket is closed while this thread waits; a message that came before
     *     that is returned
     * @throws IllegalStateException if the ticket is closed or awaited by another thread, or this thread is inside a
     *     callback
     * @throws io.github.exitleft.StageClosedException if the stage is or gets closed
     * @throws io.github.exitleft.SourceFailedException if the source fails, or failed since the ticket was taken
     */
    public Received<M> await(Duration timeout) throws InterruptedException {
        parts.bare.requireOutside();
        parts.mailroom.claim(this); // what is refused is no wait, and takes nothing
        Received<M> received;
        try {
            received = await(timeout, Resends.NONE, null);
        } finally {
            for (Unclaimed<T, M> left : parts.mailroom.unclaim(token(), this)) {
                parts.listeners.unclaimed(left);
            }
        }
        parts.errorReplies.throwIfError(received.message());
        return received;
    }

    /**
     * Gives the token back, and counts what is left in the mailbox as {@linkplain MessageOutcome#ABANDONED abandoned}, or as {@linkplain
     * MessageOutcome#LATE late} if it came after the last wait had ended without a message. A thread that waits with this ticket gets a
     * {@link java.util.concurrent.CancellationException}, unless its message came before. Later calls do nothing.
     */
    @Override
    public void close() {
        super.close();
    }
}
