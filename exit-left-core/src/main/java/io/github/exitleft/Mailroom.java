package io.github.exitleft;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is done with the mailboxes of a stage's tickets, and the memory of those that are gone.
 *
 * <p>The head files, the owner takes, and closing a mailbox is one step with remembering its token, so that a message meets
 * either an open mailbox or an explanation. The locks are held for a few instructions; of foreign code only the tokens'
 * {@code equals} and {@code hashCode} run under them. A thread that has a mailbox's lock may take the memory's, not the other
 * way round.
 */
final class Mailroom<T, M> {

    /** How many mailboxes can be used at once; a lock for each would be most of a ticket's size. */
    private static final int LOCKS = 64;

    private final ReentrantLock[] locks = new ReentrantLock[LOCKS];
    private final ReentrantLock memory = new ReentrantLock();
    private final RetiredTokens<T> retired = new RetiredTokens<>(); // guarded by memory
    private final LongSupplier clock;
    private final int capacity;
    private final Overflow overflow;
    private final MessageOutcome unasked; // what a message is for whose token nobody has asked

    Mailroom(LongSupplier clock, int capacity, Overflow overflow, MessageOutcome unasked) {
        this.clock = clock;
        this.capacity = capacity;
        this.overflow = overflow;
        this.unasked = unasked;
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new ReentrantLock();
        }
    }

    /** The lock for a token's mailbox, shared with few others; found without writing anything that threads share. */
    ReentrantLock lockFor(T token) {
        int hash = Objects.requireNonNull(token, "'token' must not be null").hashCode();
        return locks[(hash ^ hash >>> 16) & LOCKS - 1];
    }

    /** Files a message; returns what is left unclaimed by that: nothing, this message, or an older one. */
    @Nullable
    Unclaimed<T, M> offer(T token, Mailbox<M> box, Received<M> received) {
        box.lock.lock();
        try {
            if (box.closed) {
                return explain(token, received.message());
            }
            if (box.single && box.missed) { // its only wait is over, and it is about to be closed
                return late(token, received.message(), Math.max(0, clock.getAsLong() - box.missedAt));
            }
            if (box.single && (box.answered || box.size() > 0)) {
                return unclaimed(MessageOutcome.DUPLICATE, token, received.message());
            }
            boolean full = box.size() >= capacity;
            if (full && overflow == Overflow.DROP_NEWEST) {
                return unclaimed(MessageOutcome.OVERFLOW, token, received.message());
            }
            box.add(received); // first, or who looks without the lock would see a box of one empty
            Received<M> dropped = full ? box.poll() : null;
            return dropped == null ? null : unclaimed(MessageOutcome.OVERFLOW, token, dropped.message());
        } finally {
            box.lock.unlock();
        }
    }

    /** The oldest message in the box, if any; it is delivered by that. */
    @Nullable
    Received<M> take(Mailbox<M> box) {
        if (box.isEmpty()) {
            return null; // what is filed from now on is signalled after that
        }
        box.lock.lock();
        try {
            Received<M> taken = box.poll();
            if (taken != null) {
                box.answered = true;
                box.missed = false;
            }
            return taken;
        } finally {
            box.lock.unlock();
        }
    }

    /**
     * The last look of a wait that ends: the oldest message in the box, or in the same step a note that the wait got none, which
     * makes what comes from now on late.
     */
    @Nullable
    Received<M> takeOrMiss(Mailbox<M> box) {
        box.lock.lock();
        try {
            Received<M> taken = box.poll();
            box.answered = taken != null;
            box.missed = taken == null;
            if (box.missed) {
                box.missedAt = clock.getAsLong();
            }
            return taken;
        } finally {
            box.lock.unlock();
        }
    }

    boolean hasMail(Mailbox<M> box) {
        return !box.isEmpty();
    }

    /**
     * Reserves a box for this thread, which is about to wait for its messages.
     *
     * @throws IllegalStateException if the box is closed, or another thread waits for its messages
     */
    void claim(Ticket<T, M> box) {
        Thread other;
        box.lock.lock();
        try {
            other = box.closed ? null : box.awaiting;
            if (!box.closed && other == null) {
                box.awaiting = Thread.currentThread();
                box.missed = false;
                return;
            }
        } finally {
            box.lock.unlock();
        }
        // without the lock, since a ticket's text runs its token's own code
        if (other == null) {
            throw new IllegalStateException(box + " is closed; take a new one");
        }
        throw new IllegalStateException(box + " is entered by thread '" + nameOf(other)
                + "'; only one thread at a time may, so let each take a ticket of its own");
    }

    @SuppressWarnings("deprecation") // threadId() came with 19
    private static String nameOf(Thread thread) {
        return thread.getName().isEmpty() ? "#" + thread.getId() : thread.getName();
    }

    /** Ends this thread's claim; returns what is left unclaimed by that, which is nothing unless the box has been closed. */
    List<Unclaimed<T, M>> unclaim(T token, Mailbox<M> box) {
        box.lock.lock();
        try {
            box.awaiting = null;
            return box.closed ? empty(token, box) : List.of();
        } finally {
            box.lock.unlock();
        }
    }

    /**
     * Closes a box for good, remembers its token, and returns what is left unclaimed by that. If a thread waits that does not leave by
     * this, the oldest message stays: it came before the close, so the wait ends by it.
     *
     * @param leaves whether the thread that waits is this one, and takes nothing any more
     */
    List<Unclaimed<T, M>> close(T token, Mailbox<M> box, boolean leaves) {
        box.lock.lock();
        try {
            if (leaves) {
                box.awaiting = null;
            }
            if (!box.closed) {
                box.closed = true;
                remember(token, !box.isEndless() && (box.answered || !box.missed && !box.isEmpty()));
            }
            return empty(token, box);
        } finally {
            box.lock.unlock();
        }
    }

    /** Takes what the owner of a closed box is not going to take. */
    private List<Unclaimed<T, M>> empty(T token, Mailbox<M> box) {
        if (box.isEmpty()) {
            return List.of();
        }
        List<Unclaimed<T, M>> left = new ArrayList<>();
        if (box.awaiting == null) {
            for (Received<M> message = box.poll(); message != null; message = box.poll()) {
                left.add(left(token, box, message));
            }
        } else {
            box.allButFirst().forEach(message -> left.add(left(token, box, message)));
        }
        return left;
    }

    private Unclaimed<T, M> left(T token, Mailbox<M> box, Received<M> received) {
        return box.missed
                ? late(token, received.message(), Math.max(0, received.receivedAt() - box.missedAt))
                : unclaimed(MessageOutcome.ABANDONED, token, received.message());
    }

    private void remember(T token, boolean answered) {
        memory.lock();
        try {
            retired.add(token, clock.getAsLong(), answered);
        } catch (Throwable e) { // the token's own code: then it is not remembered, and nothing else is lost
            return;
        } finally {
            memory.unlock();
        }
    }

    /** Why nobody gets a message whose token has no ticket. */
    Unclaimed<T, M> explain(T token, M message) {
        memory.lock();
        try {
            long now = clock.getAsLong();
            RetiredTokens.Retired found = retired.find(token, now);
            if (found == null) {
                return unclaimed(unasked, token, message);
            }
            if (found.answered()) {
                return unclaimed(MessageOutcome.DUPLICATE, token, message);
            }
            return late(token, message, Math.max(0, now - found.at()));
        } finally {
            memory.unlock();
        }
    }

    private static <T, M> Unclaimed<T, M> late(T token, M message, long nanos) {
        return new Unclaimed<>(MessageOutcome.LATE, token, message, Duration.ofNanos(nanos), null);
    }

    private static <T, M> Unclaimed<T, M> unclaimed(MessageOutcome outcome, T token, M message) {
        return new Unclaimed<>(outcome, token, message, null, null);
    }
}
