package io.github.exitleft;

import java.io.Serial;
import java.util.Objects;

/**
 * Thrown by a source when one of several connections is lost while others go on. It ends the calls that the lost one
 * alone has carried, with a {@link SourceFailedException}; the stage does not fail.
 *
 * @see Carriers
 */
public final class CarrierLostException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient Carriers.Carrier carrier;

    /** Why the connection is lost. */
    private final Throwable reason;

    /**
     * Creates the exception. All that came on the connection has been received before it is thrown.
     *
     * @param carrier the carrier of the lost connection
     * @param cause why it is lost
     */
    public CarrierLostException(Carriers.Carrier carrier, Throwable cause) {
        super(String.valueOf(cause), Objects.requireNonNull(cause, "'cause' must not be null"));
        this.carrier = Objects.requireNonNull(carrier, "'carrier' must not be null");
        this.reason = cause;
    }

    Carriers.Carrier carrier() {
        return carrier;
    }

    /** Returns the cause, which is there. */
    Throwable reason() {
        return reason;
    }
}
