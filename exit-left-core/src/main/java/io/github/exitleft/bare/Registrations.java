package io.github.exitleft.bare;

import java.lang.System.Logger.Level;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The live tickets of a stage by their tokens: one a token, and no more than there may be. */
final class Registrations<T> {

    private static final System.Logger LOGGER = System.getLogger(BareStage.class.getName());

    private final ConcurrentHashMap<T, BareTicket<T>> tickets = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final String stage;
    private final int most;
    private volatile boolean tokenHasChanged;

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
        try {
            added = tickets.putIfAbsent(token, ticket) == null; // may throw: runs the token's own code
        } finally {
            if (!added) {
                count.decrementAndGet();
            }
        }
        if (!added) {
            throw tokenIsTaken(token);
        }
    }

    private TokenInUseException tokenIsTaken(T token) {
        return new TokenInUseException("token '" + Texts.of(token) + "' of stage '" + stage
                + "' has a live ticket; close that first, or use another token");
    }

    /**
     * Removes by identity, so that a token taken again by another thread is not touched (S6).
     *
     * @param first whether the ticket was not closed before
     */
    void remove(BareTicket<T> ticket, boolean first) {
        if (!first) {
            ticket.closedAgain = true; // before it is removed, so that the first does not wonder where it is
        }
        if (tickets.remove(ticket.token(), ticket)) {
            count.decrementAndGet();
        } else if (first && !ticket.closedAgain && !tokenHasChanged) {
            // its entry can't be found any more; it keeps its place, so that such entries are bounded too
            tokenHasChanged = true;
            LOGGER.log(
                    Level.WARNING,
                    () -> "token '" + Texts.of(ticket.token()) + "' of stage '" + stage
                            + "' has changed while its ticket was live, and keeps its place for ever;"
                            + " give out copies of tokens that can change, such as a ByteBuffer's duplicate()");
        }
    }
}
