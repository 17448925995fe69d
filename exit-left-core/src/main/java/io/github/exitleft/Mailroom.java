package io.github.exitleft;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The mailboxes of a stage's tickets, and the memory of those that are gone.
 *
 * <p>One lock for all of them, held for a few instructions; of foreign code only the tokens' {@code equals} and {@code
 * hashCode} run under it: the head files, the owner
 * takes, and closing a ticket is one step with remembering its token, so that a message meets either an open mailbox or an
 * explanation.
 */
final class Mailroom<T, M> {

    /** One ticket's mailbox; guarded by the mailroom's lock. */
    static final class Mailbox<M> {
        private final boolean single;
        private @Nullable Received<M> first;
        private @Nullable ArrayDeque<Received<M>> more;
        private boolean answered;
        private boolean closed;

        /** Creates one. @param single whether one message is all that is wanted */
        Mailbox(boolean single) {
            this.single = single;
        }

        private int size() {
            return (first == null ? 0 : 1) + (more == null ? 0 : more.size());
        }

        private void add(Received<M> received) {
            if (first == null) {
                first = received;
                return;
            }
            if (more == null) {
                more = new ArrayDeque<>(4);
            }
            more.add(received);
        }

        private @Nullable Received<M> poll() {
            Received<M> taken = first;
            first = more == null ? null : more.poll();
            return taken;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final RetiredTokens<T> retired = new RetiredTokens<>();
    private final LongSupplier clock;
    private final int capacity;
    private final Overflow overflow;

    Mailroom(LongSupplier clock, int capacity, Overflow overflow) {
        this.clock = clock;
        this.capacity = capacity;
        this.overflow = overflow;
    }

    /** Files a message; returns what is left unclaimed by that: nothing, this message, or an older one. */
    @Nullable
    Unclaimed<T, M> offer(T token, Mailbox<M> box, Received<M> received) {
        lock.lock();
        try {
            if (box.closed) {
                return explain(token, received.message());
            }
            if (box.single && (box.answered || box.first != null)) {
                return unclaimed(MessageOutcome.DUPLICATE, token, received.message());
            }
            Received<M> dropped = null;
            if (box.size() >= capacity) {
                dropped = overflow == Overflow.DROP_OLDEST ? box.poll() : received;
            }
            if (dropped != received) {
                box.add(received);
            }
            return dropped == null ? null : unclaimed(MessageOutcome.OVERFLOW, token, dropped.message());
        } finally {
            lock.unlock();
        }
    }

    /** The oldest message in the box, if any; it is delivered by that. */
    @Nullable
    Received<M> take(Mailbox<M> box) {
        lock.lock();
        try {
            Received<M> taken = box.poll();
            box.answered |= taken != null;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Notes that a wait ended without an answer, which makes what comes after the ticket's end late. */
    void missed(Mailbox<M> box) {
        lock.lock();
        try {
            box.answered = false;
        } finally {
            lock.unlock();
        }
    }

    /** Closes a box for good, remembers its token, and returns what was left in it; empty when it was closed before. */
    List<Received<M>> close(T token, Mailbox<M> box) {
        lock.lock();
        try {
            if (box.closed) {
                return List.of();
            }
            box.closed = true;
            List<Received<M>> left = List.of();
            for (Received<M> message = box.poll(); message != null; message = box.poll()) {
                left = left.isEmpty() ? new ArrayList<>() : left;
                left.add(message);
            }
            try {
                retired.add(token, clock.getAsLong(), box.answered || !left.isEmpty());
            } catch (Throwable e) { // the token's own code: then it is not remembered, and nothing else is lost
                return left;
            }
            return left;
        } finally {
            lock.unlock();
        }
    }

    /** Why nobody gets a message whose token has no ticket. */
    Unclaimed<T, M> explain(T token, M message) {
        lock.lock();
        try {
            long now = clock.getAsLong();
            RetiredTokens.Retired found = retired.find(token, now);
            if (found == null) {
                return unclaimed(MessageOutcome.UNKNOWN, token, message);
            }
            if (found.answered()) {
                return unclaimed(MessageOutcome.DUPLICATE, token, message);
            }
            return new Unclaimed<>(MessageOutcome.LATE, token, message, Duration.ofNanos(now - found.at()), null);
        } finally {
            lock.unlock();
        }
    }

    private static <T, M> Unclaimed<T, M> unclaimed(MessageOutcome outcome, T token, M message) {
        return new Unclaimed<>(outcome, token, message, null, null);
    }
}
