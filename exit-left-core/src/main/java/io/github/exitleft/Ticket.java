package io.github.exitleft;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The exclusive right to a token's messages, with a mailbox for them; valid from {@link Stage#ticket} to {@link
 * #close()}.
 *
 * <p>A ticket may be awaited again and again, by one thread at a time. A message that comes between two waits stays in
 * the mailbox for the next wait.
 *
 * <p><b>Memory consistency effects.</b> The head's actions on a message <i>happen-before</i> the return of the {@code
 * await} that delivers it.
 *
 * @param <T> tokens
 * @param <M> messages
 */
public final class Ticket<T, M> extends Mailbox<M> implements AutoCloseable {

    private final Stage<T, M> stage;
    private final T token;
    final @Nullable Predicate<? super M> check;

    /** What is told of the ticket's messages; null if a thread waits for them. */
    final @Nullable Recipient<T, M> recipient;

    /** Why the request was not sent after all; null unless the sender has reported that. */
    volatile @Nullable Throwable unsent;

    /** Whether the ticket's thread has headed; written and read by that thread. */
    boolean headed;

    /**
     * Whether the wait noticed its deadline far too late, as after a pause of the process, and now only looks for what
     * is there already; written and read by the ticket's thread.
     */
    boolean overshot;

    /** How many messages have failed the check. */
    private volatile int foreign;

    /** Set before any thread but the head can see the ticket. */
    private @Nullable BareTicket<T> bare;

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

    /** Ends the wait for the answer to a request that was not sent; called by any thread. */
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

    /** {@return the token that the ticket was taken for} */
    public T token() {
        return token;
    }

    /**
     * Waits for the next message, at most the stage's default timeout; reads the source meanwhile if no other thread
     * does.
     *
     * @return the message, and when it was received
     * @throws InterruptedException if the thread is interrupted before a message comes
     * @throws StageTimeoutException if no message comes in time
     * @throws ErrorReplyException if the message is an error
     * @throws java.util.concurrent.CancellationException if the ticket is closed meanwhile
     * @throws IllegalStateException if the ticket is closed or awaited by another thread, or this thread is inside a
     *     callback
     * @throws StageClosedException if the stage is closed, before the wait or during it
     * @throws SourceFailedException if the source fails, or has failed since the ticket was taken
     * @see #await(Duration)
     */
    public Received<M> await() throws InterruptedException {
        return await(stage.defaultTimeout());
    }

    /**
     * Waits for the next message; reads the source meanwhile if no other thread does.
     *
     * @param timeout how long to wait at most; zero or less looks without waiting
     * @return the message, and when it was received
     * @throws InterruptedException if the thread is interrupted before a message comes
     * @throws StageTimeoutException if no message comes in time
     * @throws ErrorReplyException if the message is an error for which the {@linkplain StageBuilder#classifier
     *     classifier} gives a checked exception; an unchecked one is thrown as it is. The ticket can be awaited again
     * @throws java.util.concurrent.CancellationException if the ticket is closed meanwhile; a message that came before
     *     is returned instead
     * @throws IllegalStateException if the ticket is closed or awaited by another thread, or this thread is inside a
     *     callback
     * @throws StageClosedException if the stage is closed, before the wait or during it
     * @throws SourceFailedException if the source fails, or has failed since the ticket was taken
     */
    public Received<M> await(Duration timeout) throws InterruptedException {
        return stage.await(this, timeout);
    }

    /**
     * Gives the token back and ends a wait with this ticket.
     *
     * <p>A thread that waits gets a {@link java.util.concurrent.CancellationException}, unless its message came before.
     * What is left in the mailbox counts as {@linkplain MessageOutcome#ABANDONED abandoned}, or as {@linkplain
     * MessageOutcome#LATE late} if it came after the last wait had ended without a message. Later calls do nothing.
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
