package io.github.exitleft;

import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * A hash table of tickets by their tokens, whose chains run through the tickets themselves, so that a ticket needs no node.
 *
 * <p>It consists of parts, each with a lock of its own that is held for a few instructions. A ticket is found without the lock, unless
 * its part is changed at that moment, another token has the same hash code, or its chain is long; that there is none is only said with the
 * lock held. The only foreign code that runs under a lock is the {@code equals} of tokens with the same hash code, which must not use the stage.
 *
 * @param <W> tickets
 */
final class TicketTable<W extends TicketWaiter> {

    private static final int LOG_OF_PARTS = 6;

    private final Part[] parts = new Part[1 << LOG_OF_PARTS];

    TicketTable() {
        for (int i = 0; i < parts.length; i++) {
            parts[i] = new Part();
        }
    }

    /** Returns the ticket for a token, or null. */
    @Nullable
    W find(Object token) {
        int hash = hashOf(token);
        Part part = partOf(hash);
        TicketWaiter found = part.glimpse(token, hash);
        if (found == null) {
            StackProbe.forAStep();
            found = part.find(token, hash);
        }
        return typed(found);
    }

    /** Returns the ticket for a token, found without a lock; null also if there may be one. */
    @Nullable
    W glimpse(Object token) {
        int hash = hashOf(token);
        return typed(partOf(hash).glimpse(token, hash));
    }

    /** Adds a ticket; false if there is one for its token. What it throws has added none, an Error included. */
    boolean add(W ticket) {
        Object token = ticket.token();
        ticket.hash = hashOf(token);
        return partOf(ticket.hash).add(ticket, token);
    }

    /** Removes a ticket and no other, whatever its token equals by now; false if it is not there. */
    boolean remove(W ticket) {
        return partOf(ticket.hash).remove(ticket);
    }

    /** Returns a token's hash code, spread over all bits: the highest choose the part, the lowest the chain. */
    private static int hashOf(Object token) {
        int spread = token.hashCode() * 0x9E3779B9;
        return spread ^ spread >>> 16;
    }

    private Part partOf(int hash) {
        return parts[hash >>> Integer.SIZE - LOG_OF_PARTS];
    }

    @SuppressWarnings("unchecked") // there are no others in it
    private @Nullable W typed(@Nullable TicketWaiter ticket) {
        return (W) ticket;
    }

    /**
     * Some of the tickets, and the lock that guards them, in one object, since each exchange fetches it from memory three times. Everything is
     * changed with the lock held, the tickets' {@code hash} and {@code next} included once they are in it.
     */
    private static final class Part extends StampedLock {

        private static final long serialVersionUID = 1L;

        private static final int LEAST = 4;
        private static final int MOST = 1 << Integer.SIZE - LOG_OF_PARTS;

        /** How far a look without the lock goes, since a chain that is being changed may seem to have no end. */
        private static final int MOST_STEPS = 32;

        private transient @Nullable TicketWaiter[] chains = new @Nullable TicketWaiter[LEAST];
        private transient int size;

        @Nullable
        TicketWaiter glimpse(Object token, int hash) {
            long stamp = tryOptimisticRead();
            TicketWaiter first = firstWith(hash);
            Object its = first == null ? null : first.token();
            // only if nothing has changed meanwhile is any of that so; foreign code sees nothing else
            return its != null && validate(stamp) && token.equals(its) ? first : null;
        }

        private @Nullable TicketWaiter firstWith(int hash) {
            TicketWaiter ticket = chainIn(chains, hash);
            for (int step = 0; ticket != null && step < MOST_STEPS; step++) {
                if (ticket.hash == hash) {
                    return ticket;
                }
                ticket = ticket.next;
            }
            return null;
        }

        @Nullable
        TicketWaiter find(Object token, int hash) {
            long stamp = insist();
            try {
                return search(token, hash);
            } finally {
                release(stamp);
            }
        }

        boolean add(TicketWaiter ticket, Object token) {
            long stamp = insist();
            try {
                if (search(token, ticket.hash) != null) {
                    return false;
                }
                if (size >= chains.length && chains.length < MOST) {
                    grow();
                }
                link(chains, ticket);
                size++;
                return true;
            } finally {
                release(stamp);
            }
        }

        boolean remove(TicketWaiter ticket) {
            long stamp = insist();
            try {
                TicketWaiter before = null;
                TicketWaiter each = chainIn(chains, ticket.hash);
                while (each != null && each != ticket) {
                    before = each;
                    each = each.next;
                }
                if (each == null) {
                    return false;
                }
                if (before == null) {
                    chains[ticket.hash & chains.length - 1] = ticket.next;
                } else {
                    before.next = ticket.next;
                }
                ticket.next = null;
                size--;
                return true;
            } finally {
                release(stamp);
            }
        }

        private @Nullable TicketWaiter search(Object token, int hash) {
            TicketWaiter ticket = chainIn(chains, hash);
            while (ticket != null && !(ticket.hash == hash && token.equals(ticket.token()))) {
                ticket = ticket.next;
            }
            return ticket;
        }

        private void grow() {
            var more = new @Nullable TicketWaiter[chains.length * 2]; // before anything changes: it may find no memory
            for (TicketWaiter first : chains) {
                TicketWaiter ticket = first;
                while (ticket != null) {
                    TicketWaiter next = ticket.next;
                    link(more, ticket);
                    ticket = next;
                }
            }
            chains = more;
        }

        private static @Nullable TicketWaiter chainIn(@Nullable TicketWaiter[] chains, int hash) {
            return chains[hash & chains.length - 1];
        }

        private static void link(@Nullable TicketWaiter[] chains, TicketWaiter ticket) {
            int chain = ticket.hash & chains.length - 1;
            ticket.next = chains[chain];
            chains[chain] = ticket;
        }

        /** Takes the lock, also where there is no memory to queue for it; where there is no stack, that shows before. */
        private long insist() {
            try {
                return writeLock();
            } catch (Throwable e) {
                long stamp = tryWriteLock();
                while (stamp == 0) {
                    Thread.yield();
                    stamp = tryWriteLock();
                }
                return stamp;
            }
        }

        private void release(long stamp) {
            try {
                unlockWrite(stamp);
            } catch (Throwable e) { // in waking the next that wants it, so it is free by then
                if (validate(stamp)) {
                    unlockWrite(stamp);
                }
            }
        }
    }
}
