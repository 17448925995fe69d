package io.github.exitleft;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The live tickets of a stage by their tokens: one for each token, and no more than the maximum.
 *
 * @param <W> tickets
 */
final class Registrations<W extends TicketWaiter> {

    /** What messages call the stage. */
    final String stage;

    final Role role;
    private final TicketTable<W> tickets = new TicketTable<>();
    private final AtomicInteger count = new AtomicInteger();
    private final int most;
    private final ResourceHooks hooks;

    Registrations(String stage, int most, Role role, ResourceHooks hooks) {
        this.stage = stage;
        this.most = most;
        this.role = role;
        this.hooks = hooks;
    }

    /** Returns the live ticket for a token, or null. */
    @Nullable
    W find(Object token) {
        return tickets.find(token);
    }

    int count() {
        return count.get();
    }

    /** Refuses a ticket that is to be taken soon if there may be no place for it, after those of others to come. */
    void requireRoom(int others) {
        if (count.get() + others >= most) {
            throw new TooManyTicketsException(stage, most);
        }
    }

    /** Adds a ticket; what it throws has added none, an Error included. */
    void add(W ticket) {
        Object token = ticket.token();
        if (tickets.glimpse(token) != null) { // which mostly tells, and takes no place for a moment
            throw tokenIsTaken(token);
        }
        int before;
        do {
            before = count.get();
            if (before >= most) {
                throw tickets.find(token) == null ? new TooManyTicketsException(stage, most) : tokenIsTaken(token);
            }
        } while (!count.compareAndSet(before, before + 1));
        boolean added = false;
        try {
            added = tickets.add(ticket); // may throw: runs the token's own code
        } finally {
            if (!added) {
                count.decrementAndGet();
            }
        }
        if (!added) {
            throw tokenIsTaken(token);
        }
    }

    private TokenInUseException tokenIsTaken(Object token) {
        return new TokenInUseException("token '" + Texts.of(token) + "' of stage '" + stage
                + "' has a live ticket; close that first, or use another token");
    }

    /** Closes a ticket as {@link #close} does, on the thread that has entered it last, which enters it no more; most are closed so. */
    void closeByItsThread(W ticket) {
        role.releaseByItsThread(ticket);
        remove(ticket);
    }

    /** Closes a ticket, frees its token, and wakes the head if the ticket is its own (S20). */
    void close(W ticket) {
        StackProbe.forAStep();
        boolean heads = false;
        try {
            heads = role.release(ticket);
        } finally {
            // also by a later call, so that the token is free when close() returns, whichever call began to close it
            remove(ticket);
        }
        if (heads) {
            hooks.wakeHead();
        }
    }

    /** Removes the ticket itself, so that a token taken again by another thread is not touched (S6). */
    private void remove(W ticket) {
        if (tickets.remove(ticket)) {
            count.decrementAndGet();
        }
    }
}
