package io.github.exitleft;

import java.util.concurrent.ConcurrentHashMap;
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
    private final ConcurrentHashMap<Object, W> tickets = new ConcurrentHashMap<>();
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
        return tickets.get(token);
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
        if (tickets.containsKey(token)) {
            throw tokenIsTaken(token);
        }
        int before;
        do {
            before = count.get();
            if (before >= most) {
                throw new TooManyTicketsException(stage, most);
            }
        } while (!count.compareAndSet(before, before + 1));
        boolean added = false;
        boolean asked = false;
        try {
            added = tickets.putIfAbsent(token, ticket) == null; // may throw: runs the token's own code
            asked = true;
        } finally {
            if (!added) {
                giveBack(ticket, !asked);
            }
        }
        if (!added) {
            throw tokenIsTaken(token);
        }
    }

    /** Gives back the place of a ticket that must not be there, but may: the map counts after it has added, which may find no memory. */
    private void giveBack(W ticket, boolean mayBeThere) {
        try {
            if (mayBeThere) {
                tickets.remove(ticket.token(), ticket);
            }
        } finally {
            count.decrementAndGet();
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

    /**
     * Removes by identity, so that a token taken again by another thread is not touched (S6). If the token has changed meanwhile, its
     * entry can't be found any more; it keeps its place, so that such entries are bounded too.
     */
    private void remove(W ticket) {
        boolean removed;
        try {
            removed = tickets.remove(ticket.token(), ticket);
        } catch (OutOfMemoryError e) {
            if (find(ticket.token()) == ticket) {
                throw e;
            }
            removed = true; // the map counts after it has removed
        }
        if (removed) {
            count.decrementAndGet();
        }
    }
}
