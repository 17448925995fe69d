package io.github.exitleft.bare;

import java.io.Serial;

/** Thrown to everybody who waits on a stage that is closed, and to whoever asks for a ticket afterwards. */
public final class StageClosedException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    StageClosedException(String stage) {
        super("stage '" + stage + "' is closed; end its callers before you close it");
    }
}
