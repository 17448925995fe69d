package io.github.exitleft;

import java.time.Duration;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * The waits of a stage for which no thread waits: asynchronous calls and streams.
 *
 * <p>They have mailboxes like any other, but are never in the queue for the role: the head tells their {@link Recipient} where it would
 * signal a thread. So the primitive knows nothing of them, and they need a keeper. What can't get messages any more is told of it by the
 * executor; where that does not come to it, a thread of the timer's steps in.
 */
final class AsyncWaits {

    /** How long the executor has for what is overdue. */
    static final long GRACE_NANOS = Duration.ofMillis(20).toNanos();

    private final Timer timer;
    private final Set<Recipient> recipients = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Runnable> cancelInsisting = new AtomicReference<>(Timer.NOTHING);

    /** Whether the source still has to be read so that it gets another connection. */
    private final AtomicReference<BooleanSupplier> renewing = new AtomicReference<>(() -> false);

    AsyncWaits(Timer timer) {
        this.timer = timer;
    }

    void add(Recipient recipient) {
        recipients.add(recipient);
    }

    /** Removes a recipient that is over; returns whether that was the last one. */
    boolean remove(Recipient recipient) {
        if (!recipients.remove(recipient) || !recipients.isEmpty()) {
            return false;
        }
        cancelInsistingIfDone();
        return true;
    }

    boolean isEmpty() {
        return recipients.isEmpty();
    }

    int count() {
        return recipients.size();
    }

    /** Returns the longest waits, oldest first. */
    List<StageSnapshot.Pending> oldest(int most, long now) {
        if (most == 0) {
            return List.of();
        }
        return recipients.stream()
                .map(recipient -> recipient.pending(now))
                .filter(Objects::nonNull)
                .sorted(Comparator.comparing(StageSnapshot.Pending::waiting).reversed())
                .limit(most)
                .toList();
    }

    /**
     * Counts as a wait until the source has another connection, since all callers may be in line for the tokens that only that one frees.
     *
     * @param stillRenewing whether it has not
     */
    void awaitRenewal(BooleanSupplier stillRenewing) {
        // one is enough, and a thread that comes late must not put what is over in the place of what is not
        renewing.updateAndGet(former -> former.getAsBoolean() ? former : stillRenewing);
    }

    /** Returns whether a keeper is to read whatever its mode. */
    boolean needReader() {
        return !recipients.isEmpty() || renewing.get().getAsBoolean();
    }

    /** Returns whether any wait is still unaffected by the last failure; some may not have been told of it yet. */
    boolean isAnyAdmitted() {
        return recipients.stream().anyMatch(recipient -> recipient.failure() == null);
    }

    /** Tells the recipients that can't get messages any more, since their stage has been closed or their source has failed. */
    void sweep() {
        // one that comes from now on sees for itself; and a stage without any needs no timer
        if (recipients.isEmpty()) {
            return;
        }
        insistLater(); // first: an executor may block
        for (Recipient recipient : recipients) {
            if (recipient.failure() != null) {
                recipient.lookAgain();
            }
        }
        cancelInsistingIfDone();
    }

    /** Sweeps if the stage has been closed. That is a failure to every recipient, so one that has none shows that it has not been. */
    void sweepIfClosed() {
        Iterator<Recipient> any = recipients.iterator();
        if (any.hasNext() && any.next().failure() != null) {
            sweep();
        }
    }

    /** Does in a while, on other threads, what the executor has not done by then for recipients that can't get messages any more. */
    private void insistLater() {
        // one timer is enough for all, so that of another thread is cancelled whichever of the two comes second
        cancelInsisting.getAndSet(timer.after(GRACE_NANOS, this::insist)).run();
        cancelInsistingIfDone();
    }

    private void cancelInsistingIfDone() {
        if (recipients.isEmpty()) {
            cancelInsisting.get().run();
            if (!recipients.isEmpty()) { // it may have been the timer for those that have come meanwhile
                insistLater();
            }
        }
    }

    private void insist() {
        for (Recipient recipient : recipients) {
            if (recipient.failure() != null) {
                try {
                    timer.after(0, recipient::lookNow);
                } catch (Throwable e) { // no memory for a thread: here, so that the others are told too
                    recipient.lookNow();
                }
            }
        }
    }
}
