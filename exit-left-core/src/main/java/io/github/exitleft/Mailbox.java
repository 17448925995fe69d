package io.github.exitleft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where the head leaves a ticket's messages until its owner takes them.
 *
 * <p>A ticket is its own mailbox, so that nothing has to be allocated for it. Guarded by {@link #lock}, of which the mailroom
 * has a few for all mailboxes.
 */
abstract class Mailbox<M> {

    final ReentrantLock lock;

    /** Whether one message is all that is wanted. */
    final boolean single;

    /** Whether the last wait got a message. */
    boolean answered;

    /** Whether the last wait ended without a message, and when. */
    boolean missed;

    long missedAt;

    boolean closed;

    /** The thread that waits for its messages; null if none does. That thread may look without the lock whether it is the one. */
    @Nullable
    Thread awaiting;

    private volatile @Nullable Received<M> first; // volatile for a look without the lock
    private @Nullable ArrayDeque<Received<M>> more;

    Mailbox(ReentrantLock lock, boolean single) {
        this.lock = lock;
        this.single = single;
    }

    /** Whether any number of messages is to be expected, so that none of them answers its token for good. */
    boolean isEndless() {
        return false;
    }

    /** Whether there is nothing in it; a look without the lock. */
    final boolean isEmpty() {
        return first == null;
    }

    final int size() {
        return (first == null ? 0 : 1) + (more == null ? 0 : more.size());
    }

    final void add(Received<M> received) {
        if (first == null) {
            first = received;
            return;
        }
        if (more == null) {
            more = new ArrayDeque<>(4);
        }
        more.add(received);
    }

    final @Nullable Received<M> poll() {
        Received<M> taken = first;
        first = more == null ? null : more.poll();
        return taken;
    }

    /** Takes all messages but the oldest. */
    final List<Received<M>> allButFirst() {
        if (more == null || more.isEmpty()) {
            return List.of();
        }
        List<Received<M>> taken = new ArrayList<>(more);
        more = null;
        return taken;
    }
}
