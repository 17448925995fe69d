package io.github.exitleft;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The mailboxes of a stage as a whole: what is done with each of them, and the memory of those that are closed.
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
    private final TokenMemory<T, M> memory;
    private final LongSupplier clock;
    private final int capacity;
    private final Overflow overflow;

    Mailroom(TokenMemory<T, M> memory, LongSupplier clock, int capacity, Overflow overflow) {
        this.memory = memory;
        this.clock = clock;
        this.capacity = capacity;
        this.overflow = overflow;
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new ReentrantLock();
        }
    }

    /** Returns which lock guards a token's mailbox, shared with few others; found without writing anything that threads share. */
    byte lockFor(T token) {
        int hash = Objects.requireNonNull(token, "'token' must not be null").hashCode();
        return (byte) ((hash ^ hash >>> 16) & LOCKS - 1);
    }

    /** Files a message; returns what is left unclaimed by that: nothing, this message, or an older one. */
    @Nullable
    Unclaimed<T, M> offer(T token, Mailbox<T, M> box, M message, long receivedAt) {
        ReentrantLock lock = locks[box.lock];
        lock.lock();
        try {
            if (!box.closed) {
                Unclaimed<T, M> refused = refuse(token, box, message);
                return refused != null ? refused : file(token, box, message, receivedAt);
            }
        } finally {
            lock.unlock();
        }
        return memory.explain(token, message);
    }

    private @Nullable Unclaimed<T, M> file(T token, Mailbox<T, M> box, M message, long receivedAt) {
        Received<M> received = box.toReceived(message, receivedAt); // before anything changes: it may find no memory
        boolean full = box.overflows(capacity);
        if (full && (overflow == Overflow.DROP_NEWEST || box.dropsNewest())) {
            return TokenMemory.unclaimed(MessageOutcome.OVERFLOW, token, message, box.attachment());
        }
        box.keep(message, receivedAt);
        box.add(received); // before a poll, or a look without the lock would find a box of one empty
        Received<M> dropped = full ? box.poll() : null;
        return dropped == null
                ? null
                : TokenMemory.unclaimed(MessageOutcome.OVERFLOW, token, box.messageOf(dropped), box.attachment());
    }

    /** Delivers a message to the head itself, without filing it; returns what is left unclaimed instead, which is nothing or this message. */
    @Nullable
    Unclaimed<T, M> handOver(T token, Mailbox<T, M> box, M message, long receivedAt) {
        ReentrantLock lock = locks[box.lock];
        lock.lock();
        try {
            if (!box.closed) {
                Unclaimed<T, M> refused = refuse(token, box, message);
                if (refused == null) {
                    box.keep(message, receivedAt);
                    answered(box, receivedAt);
                }
                return refused;
            }
        } finally {
            lock.unlock();
        }
        return memory.explain(token, message);
    }

    /** Returns why an open box takes no message any more; null if it does. */
    private @Nullable Unclaimed<T, M> refuse(T token, Mailbox<T, M> box, M message) {
        if (box.single && box.missed) { // its only wait is over, and it is about to be closed
            if (box.cameLate) {
                box.answeredAgain();
            }
            box.cameLate = true;
            return TokenMemory.late(token, message, clock.getAsLong() - box.endedAt, box.attachment());
        }
        if (box.single && (box.answered || !box.isEmpty())) {
            box.answeredAgain();
            return TokenMemory.unclaimed(MessageOutcome.DUPLICATE, token, message, box.attachment());
        }
        return null;
    }

    private void answered(Mailbox<T, M> box, long receivedAt) {
        box.answered = true;
        box.missed = false;
        box.endedAt = receivedAt;
    }

    /** Takes the oldest message in the box, if any; it is delivered by that. */
    @Nullable
    Received<M> take(Mailbox<T, M> box) {
        if (box.isEmpty()) {
            return null; // what is filed from now on is signalled after that
        }
        ReentrantLock lock = locks[box.lock];
        lock.lock();
        try {
            Received<M> taken = box.poll();
            if (taken != null) {
                answered(box, box.timeOf(taken));
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The last look of a wait that ends: the oldest message in the box, or in the same step a note that the wait got none, which
     * makes what comes from now on late.
     */
    @Nullable
    Received<M> takeOrMiss(Mailbox<T, M> box) {
        ReentrantLock lock = locks[box.lock];
        lock.lock();
        try {
            Received<M> taken = box.poll();
            if (taken != null) {
                answered(box, box.timeOf(taken));
            } else {
                box.answered = false;
                box.missed = true;
                box.endedAt = clock.getAsLong();
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a wait for any number of messages: what comes from now on comes after the last answer, or is late. */
    void end(Mailbox<T, M> box, boolean answered) {
        ReentrantLock lock = locks[box.lock];
        lock.lock();
        try {
            box.answered = answered;
            box.missed = !answered;
            box.endedAt = clock.getAsLong();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Reserves a box for this thread, which is about to wait for its messages.
     *
     * @throws IllegalStateException if the box is closed, or another thread waits for its messages
     */
    void claim(Mailbox<T, M> box) {
        Thread other;
        ReentrantLock lock = locks[box.lock];
        lock.lock();
        try {
            other = box.closed ? null : box.awaiting;
            if (!box.closed && other == null) {
                box.awaiting = Thread.currentThread();
                box.missed = false;
                return;
            }
        } finally {
            lock.unlock();
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
    List<Unclaimed<T, M>> unclaim(T token, Mailbox<T, M> box) {
        ReentrantLock lock = locks[box.lock];
        lock.lock();
        try {
            box.awaiting = null;
            return box.closed && !box.isEmpty() ? empty(token, box) : List.of();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Closes a box for good, remembers its token, and returns what is left unclaimed by that. If a thread waits that does not leave by
     * this, the oldest message stays: it came before the close, so the wait ends by it.
     *
     * @param leaves whether the thread that waits is this one, and takes nothing any more
     */
    List<Unclaimed<T, M>> close(T token, Mailbox<T, M> box, boolean leaves) {
        ReentrantLock lock = locks[box.lock];
        lock.lock();
        try {
            if (leaves) {
                box.awaiting = null;
            }
            if (!box.closed) {
                box.closed = true;
                box.decideRest();
                memory.remember(token, box);
            }
            return box.isEmpty() ? List.of() : empty(token, box);
        } finally {
            lock.unlock();
        }
    }

    /** Takes what the owner of a closed box is not going to take. */
    private List<Unclaimed<T, M>> empty(T token, Mailbox<T, M> box) {
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

    private Unclaimed<T, M> left(T token, Mailbox<T, M> box, Received<M> received) {
        return box.missed
                ? TokenMemory.late(token, box.messageOf(received), box.timeOf(received) - box.endedAt, box.attachment())
                : TokenMemory.unclaimed(box.leftover(), token, box.messageOf(received), box.attachment());
    }

    /** Returns whether a closed box's token is to be freed, or let rest, which is so once. */
    boolean leaves(Mailbox<T, M> box) {
        ReentrantLock lock = locks[box.lock];
        lock.lock();
        try {
            boolean first = !box.freed;
            box.freed = true;
            return first;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Closes a box whose token is refused since it rests, without remembering the token; returns what has been filed in it, which is
     * explained as if there had been no box.
     */
    List<Unclaimed<T, M>> refuse(T token, Mailbox<T, M> box) {
        List<M> filed = new ArrayList<>();
        ReentrantLock lock = locks[box.lock];
        lock.lock();
        try {
            box.closed = true;
            for (Received<M> message = box.poll(); message != null; message = box.poll()) {
                filed.add(box.messageOf(message));
            }
        } finally {
            lock.unlock();
        }
        List<Unclaimed<T, M>> explained = new ArrayList<>();
        filed.forEach(message -> explained.add(memory.explain(token, message)));
        return explained;
    }

    /** Explains a message whose token has no ticket, as {@link TokenMemory#explain} does. */
    Unclaimed<T, M> explain(T token, M message) {
        return memory.explain(token, message);
    }
}
