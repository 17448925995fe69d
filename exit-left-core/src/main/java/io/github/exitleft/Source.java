package io.github.exitleft;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a stage's messages come from: something that only one thread at a time may read.
 *
 * <p>The stage keeps {@link #receive} to one thread at a time, though not always the same one, and orders successive calls
 * by happens-before. {@link #wakeup} comes from any thread. {@link #close} comes once, when nobody reads, unless
 * {@link #closesUnderReader()} says that it may come earlier.
 *
 * @param <M> messages
 */
@SuppressWarnings("try") // sources close what they close, and some of that throws anything
public interface Source<M> extends AutoCloseable {

    /**
     * Waits for the next message.
     *
     * @param remaining how long at most; zero means to look and never to block. A positive rest must not be rounded to
     *     zero, which means for ever to many libraries
     * @return the message, or null when the time was up, when woken, or for no reason
     * @throws InterruptedException if the thread was interrupted; what is read must survive that. An exception of another
     *     type that has one for a cause, or that is thrown while the thread's interrupt flag is set, is taken for it
     * @throws UnreadableMessageException if a message was received that cannot be made sense of; the next one may be fine
     * @throws TransientSourceException if reading failed in a way that is expected to pass by itself
     * @throws Exception if the source failed; that ends everybody's wait
     */
    @Nullable
    M receive(Duration remaining) throws Exception;

    /**
     * Makes the present or the next {@link #receive} return at once; harmless when late or repeated. A source that cannot
     * be woken does nothing here and returns from {@code receive} at least every 100 ms.
     */
    default void wakeup() {}

    /**
     * Says whether {@link #close} may be called while a thread is in {@link #receive}, which then ends.
     *
     * @return false unless overridden
     */
    default boolean closesUnderReader() {
        return false;
    }

    /**
     * Says whether an interrupt of a thread in {@link #receive} costs the source its resource, as where a library reads a
     * socket on a virtual thread. Such a source is better read by platform threads that nobody interrupts; whatever comes
     * while it opens its resource again is lost.
     *
     * @return false unless overridden
     */
    default boolean closedByInterrupt() {
        return false;
    }

    /**
     * Says whether a background thread should read this source while no caller does, unless the stage is told otherwise.
     * A source whose messages pile up elsewhere, or are lost, while no thread reads prefers one.
     *
     * @return {@link Keeper#ALWAYS} if the source {@linkplain #closedByInterrupt() dies of an interrupt}, else {@link Keeper#OFF}
     */
    default Keeper preferredKeeper() {
        return closedByInterrupt() ? Keeper.ALWAYS : Keeper.OFF;
    }

    /**
     * Says what is wrong with a message that could be routed but is no answer, such as one whose token could be read and
     * whose value could not. The caller that waits for the message gets that error as an exception, as if a {@link
     * ReplyClassifier} had found it. This runs on the caller's thread, or the stage's executor, while others may read.
     *
     * @param message a message of this source
     * @return the error; null, unless overridden, if nothing is wrong
     */
    default @Nullable Throwable errorOf(M message) {
        return null;
    }

    /**
     * What any thread may use, such as something to send with; without a method that reads.
     *
     * @return the backdoor, or null if there is none
     */
    default @Nullable Object backdoor() {
        return null;
    }

    /**
     * What kind of source this is, in a word.
     *
     * @return the type, as shown to operators
     */
    default String type() {
        return getClass().getSimpleName();
    }

    /**
     * What identifies this source, such as its local address, and figures of its own.
     *
     * @return names and values, as shown to operators; nothing secret, nothing that changes by looking
     */
    default Map<String, Object> details() {
        return Map.of();
    }

    /**
     * Frees what the source holds; later calls do nothing.
     *
     * @throws Exception if that fails; it is logged
     */
    @Override
    void close() throws Exception;
}
