package io.github.exitleft;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
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
public final class Ticket<T, M> extends Mailbox<M> implements AutoCloseable {

    private final Stage<T, M> stage;
    private final T token;
    final @Nullable Predicate<? super M> check;

    /** Who is told of its messages; null if a thread waits for them. */
    final @Nullable Recipient<T, M> recipient;

    /** Why its request was not sent after all; null unless that has been told. */
    volatile @Nullable Throwable unsent;

    /** Whether the ticket's thread has headed; written and read by that thread. */
    boolean headed;

    /** Whether the wait has ended so late that it only looks for what is there already; written and read by that thread. */
    boolean overshot;

    /** How many messages failed the check. */
    private volatile int foreign;

    private @Nullable BareTicket<T> bare; // set before anybody but the head can see the ticket

    Ticket(
            Stage<T, M> stage,
            T token,
            @Nullable Predicate<? super M> check,
            ReentrantLock lock,
            boolean single,
            @Nullable Recipient<T, M> recipient) {
        super(lock, single);
        this.stage = stage;
        this.token = token;
        this.check = check;
        this.recipient = recipient;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only heads count, of which there is one at a time
    void countForeign() {
        foreign++;
    }

    int foreign() {
        return foreign;
    }

    /** Ends the wait for an answer to a request that was not sent, from any thread. */
    void endUnsent(Throwable cause) {
        unsent = cause; // first, since by it the wait tells this end from others
        stage.endWait(this);
    }

    @Override
    boolean isEndless() {
        return recipient != null && !single;
    }

    void register(BareTicket<T> registration) {
        bare = registration;
    }

    BareTicket<T> bare() {
        return Objects.requireNonNull(bare);
    }

    /**
     * The token that it was taken for.
     *
     * @return the token
     */
    public T token() {
        return token;
    }

    /**
     * Waits for the next message, for as long as the stage does by default.
     *
     * @return the message, and when it was received
     * @throws InterruptedException if the thread was interrupted before a message came
     * @see #await(Duration)
     */
    public Received<M> await() throws InterruptedException {
        return await(stage.defaultTimeout());
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
        return stage.await(this, timeout);
    }

    /**
     * Gives the token back, and counts what is left in the mailbox as {@linkplain MessageOutcome#ABANDONED abandoned}, or as {@linkplain
     * MessageOutcome#LATE late} if it came after the last wait had ended without a message. A thread that waits with this ticket gets a
     * {@link java.util.concurrent.CancellationException}, unless its message came before. Later calls do nothing.
     */
    @Override
    public void close() {
        stage.release(this);
    }

    @Override
    public String toString() {
        return bare().toString();
    }
}
