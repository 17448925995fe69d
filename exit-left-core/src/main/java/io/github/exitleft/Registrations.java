package io.github.exitleft;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The live tickets of a stage by their tokens: one a token, and no more than there may be. */
final class Registrations<T> {

    private final ConcurrentHashMap<T, BareTicket<T>> tickets = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final String stage;
    private final int most;

    Registrations(String stage, int most) {
        this.stage = stage;
        this.most = most;
    }

    @Nullable
    BareTicket<T> find(T token) {
        return tickets.get(token);
    }

    int count() {
        return count.get();
    }

    /** Adds a ticket; what it throws has added none, an Error included. */
    void add(BareTicket<T> ticket) {
        T token = ticket.token();
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

    /** Gives back the place of a ticket that is not to be there, but may: the map counts after it has added, which may find no memory. */
    private void giveBack(BareTicket<T> ticket, boolean mayBeThere) {
        try {
            if (mayBeThere) {
                tickets.remove(ticket.token(), ticket);
            }
        } finally {
            count.decrementAndGet();
        }
    }

    private TokenInUseException tokenIsTaken(T token) {
        return new TokenInUseException("token '" + Texts.of(token) + "' of stage '" + stage
                + "' has a live ticket; close that first, or use another token");
    }

    /**
     * Removes by identity, so that a token taken again by another thread is not touched (S6). Where the token has changed meanwhile its
     * entry can't be found any more; it keeps its place, so that such entries are bounded too.
     */
    void remove(BareTicket<T> ticket) {
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
