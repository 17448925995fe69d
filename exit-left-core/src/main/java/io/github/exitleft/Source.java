package io.github.exitleft;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A source of a stage's messages: a resource that only one thread at a time may read.
 *
 * <p>The stage calls {@link #receive} from one thread at a time, though not always the same one, and orders successive calls by
 * happens-before. {@link #wakeup} can be called by any thread. {@link #close} is called once, when no thread reads, unless
 * {@link #closesUnderReader()} says that it may be called earlier.
 *
 * <p>Two rules of the contract catch nearly every author, so there is a method for each: a time to wait that is not zero must not
 * become zero ({@link #toMillisRoundedUp}), and an interrupt must leave {@code receive} as an {@code InterruptedException} even if
 * a library wraps it ({@link #isInterrupt}).
 *
 * @param <M> messages
 */
@SuppressWarnings("try") // closing a source may throw anything
public interface Source<M> extends AutoCloseable {

    /**
     * Waits for the next message.
     *
     * @param remaining the longest time to wait; with zero it looks and never blocks. A positive time must not be rounded to
     *     zero, which means "for ever" to many libraries
     * @return the message, or null when the time is up, after a wake-up, or for no reason
     * @throws InterruptedException if the thread was interrupted; the resource must survive that. An exception of another type
     *     that has one among its causes, or that is thrown while the thread's interrupt flag is set, counts as one
     * @throws UnreadableMessageException if a message was received that makes no sense; the next one may be fine
     * @throws TransientSourceException if reading failed in a way that is expected to pass by itself
     * @throws CarrierLostException if one of several connections is lost, and all that came on it has been received
     * @throws Exception if the source failed, which ends every wait
     */
    @Nullable
    M receive(Duration remaining) throws Exception;

    /**
     * Makes the present or the next {@link #receive} return at once. It does no harm when it comes late or repeatedly. A source
     * that cannot be woken does nothing here, and returns from {@code receive} at least every 100 ms.
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
     * Says whether interrupting a thread in {@link #receive} costs the source its resource, as where a library reads a socket on a
     * virtual thread. Such a source is better read by a platform thread that is never interrupted; what arrives while the source
     * opens its resource again is lost.
     *
     * @return false unless overridden
     */
    default boolean closedByInterrupt() {
        return false;
    }

    /**
     * Says whether a background thread should read this source while no caller does, unless the stage is told otherwise. A source
     * prefers one if its messages pile up elsewhere, or are lost, while no thread reads.
     *
     * @return {@link Keeper#ALWAYS} if the source is {@linkplain #closedByInterrupt() closed by an interrupt}, else
     *     {@link Keeper#OFF}
     */
    default Keeper preferredKeeper() {
        return closedByInterrupt() ? Keeper.ALWAYS : Keeper.OFF;
    }

    /**
     * Says what is wrong with a message that could be routed but is no answer, such as one with a readable token and an unreadable
     * value. The caller that waits for the message gets that error as an exception, as if a {@link ReplyClassifier} had found it.
     * This runs on the caller's thread, or the stage's executor, while another thread may read.
     *
     * @param message a message of this source
     * @return the error; null, unless overridden, if nothing is wrong
     */
    default @Nullable Throwable errorOf(M message) {
        return null;
    }

    /**
     * Says whether requests to this source's peers can carry their time to live, so that a request is not answered when
     * no caller waits for its answer any more. What sends them, such as the {@linkplain #backdoor() backdoor}, then
     * finds that time in {@link Sender#timeLeft()}.
     *
     * @return false unless overridden, which spares the calls the trouble
     */
    default boolean sendsTimeToLive() {
        return false;
    }

    /**
     * Returns the carriers of a source that has several connections, each of which may be lost alone.
     *
     * @return always the same; null, unless overridden, if the source is lost as a whole or not at all, which spares the
     *     calls the trouble
     */
    default @Nullable Carriers carriers() {
        return null;
    }

    /**
     * Makes anew what was lost. It is called after a {@link CarrierLostException}, on a thread of the stage's timer, while
     * others receive and send; it may block. It is called again after a pause until it returns normally.
     *
     * @throws Exception if something is lost still
     */
    default void restore() throws Exception {}

    /**
     * Is given, once and before the first {@link #receive}, what tells whether any answer is awaited. A source that lost
     * its connection while none was has cost no caller anything, and may make the next one instead of failing.
     *
     * @param awaited whether any ticket is live; of any thread
     */
    default void attach(BooleanSupplier awaited) {}

    /**
     * Is called before a ticket is taken while no answer is awaited, perhaps by several threads and while another one is in
     * {@link #receive}. A source whose connection may have been closed meanwhile can find that out here, so that the
     * question is sent on the next one. It must not wait for the peer.
     */
    default void beforeTicket() {}

    /**
     * Says whether this source can tell which questions can't be answered any more, by {@link #answerableSince}, and can
     * bring that about, by {@link #renew}. A stage needs that in order to let tokens rest until they are answered.
     *
     * @return false unless overridden: an answer may come at any time
     */
    default boolean tellsAnswerable() {
        return false;
    }

    /**
     * Returns since when a question must have been sent so that its answer may still come. What was sent before can't be
     * answered, as when its connection is gone, and all that had come of it has been given to the readers before.
     *
     * @return a time by {@link System#nanoTime()}; without meaning if this source can't tell
     */
    default long answerableSince() {
        return 0;
    }

    /**
     * Makes the answers to all that was sent by a carrier impossible, as by the loss of its connection, which ends the waits for
     * them. Does nothing if that carrier is lost already.
     *
     * @param carrier the carrier; null for all there are, unless that has come about since
     * @param since what {@link #answerableSince} returned when the reason for this was found
     * @param why the reason
     */
    default void renew(Carriers.@Nullable Carrier carrier, long since, String why) {}

    /**
     * Returns what any thread may use, such as an object to send with; it has no method that reads.
     *
     * @return the backdoor, or null if there is none
     */
    default @Nullable Object backdoor() {
        return null;
    }

    /**
     * Names the kind of this source, in a word.
     *
     * @return the type, as shown to operators
     */
    default String type() {
        return getClass().getSimpleName();
    }

    /**
     * Returns what identifies this source, such as its local address, and figures of its own.
     *
     * @return names and values, as shown to operators; nothing secret, and nothing that a look changes
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

    /**
     * Converts a time to wait to milliseconds, for a library that takes no finer unit. It rounds up, because a rest of less than a
     * millisecond would else become zero: "for ever" to a selector or JMS, a busy loop to others.
     *
     * @param remaining how long to wait
     * @return at least 1 if the time is positive, else 0; at most 292 years, so that it can be added to the current time
     */
    static long toMillisRoundedUp(Duration remaining) {
        if (remaining.isNegative()) {
            return 0;
        }
        long most = TimeUnit.NANOSECONDS.toMillis(Long.MAX_VALUE);
        return remaining.getSeconds() >= most / 1_000
                ? most
                : remaining.getSeconds() * 1_000 + (remaining.getNano() + 999_999) / 1_000_000;
    }

    /**
     * Says whether an exception tells of an interrupt that a library may have wrapped.
     *
     * @param thrown what was thrown
     * @return whether it is an {@code InterruptedException}, or has one among its nearest 16 causes
     */
    static boolean isInterrupt(Throwable thrown) {
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < 16; depth++, cause = cause.getCause()) { // a chain may be circular
            if (cause instanceof InterruptedException) {
                return true;
            }
        }
        return false;
    }
}
