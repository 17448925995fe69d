package io.github.exitleft;

import java.io.Serial;

/** Thrown when a ticket is taken and the stage has as many live tickets as it may have; nothing has been sent yet. */
public final class TooManyTicketsException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    TooManyTicketsException(String stage, int maxTickets) {
        super("stage '" + stage + "' has " + maxTickets
                + " live tickets and takes no more; try again later, close tickets sooner, or raise its maximum");
    }
}
