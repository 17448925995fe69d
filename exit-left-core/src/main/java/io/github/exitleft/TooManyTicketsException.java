package io.github.exitleft;

import java.io.Serial;

/** Thrown when a ticket is taken and the stage has as many live tickets as it may have; nothing has been sent yet. */
public final class TooManyTicketsException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private TooManyTicketsException(String message) {
        super(message);
    }

    /** Returns what is thrown when as many calls wait in line as there may be tickets. */
    static TooManyTicketsException inLine(String stage, int maxTickets) {
        return new TooManyTicketsException("stage '" + stage + "' has " + maxTickets
                + " calls waiting in line and takes no more; try again later, or raise its maximum of tickets");
    }

    TooManyTicketsException(String stage, int maxTickets) {
        this("stage '" + stage + "' has " + maxTickets
                + " live tickets and takes no more; try again later, close tickets sooner, or raise its maximum");
    }
}
