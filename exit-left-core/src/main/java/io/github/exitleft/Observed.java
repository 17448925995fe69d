package io.github.exitleft;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A call that is being observed: what is known of it until its end, which is told once. What an observation throws is only counted. */
final class Observed {

    /** What a thread waits for. */
    @FunctionalInterface
    interface Wait<R, X extends Exception> {

        R run() throws X, InterruptedException;
    }

    /** What begins a future. */
    @FunctionalInterface
    interface Beginning<R, X extends Exception> {

        R run() throws X;
    }

    private final BareStage<?, ?, ?> bare;
    private final CallObservation observation;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile boolean sent;
    private volatile @Nullable Object token;
    private volatile @Nullable Outcome exit;

    private Observed(BareStage<?, ?, ?> bare, CallObservation observation, @Nullable Object token) {
        this.bare = bare;
        this.observation = observation;
        this.token = token;
    }

    /**
     * Begins an observation; returns null if there is none.
     *
     * @param token null if it is not known yet
     */
    static @Nullable Observed begin(
            @Nullable StageObserver observer, BareStage<?, ?, ?> bare, CallKind kind, @Nullable Object token) {
        if (observer == null) {
            return null;
        }
        try {
            CallObservation observation = observer.begin(kind);
            return observation == null ? null : new Observed(bare, observation, token);
        } catch (Throwable e) { // a user's code
            bare.callbackFailed(e);
            return null;
        }
    }

    /** Runs a call; its end is that of the observation. */
    <R, X extends Exception> R during(Wait<R, X> call) throws X, InterruptedException {
        Throwable thrown = null;
        try {
            return call.run();
        } catch (Throwable e) {
            thrown = e;
            throw e;
        } finally {
            end(thrown);
        }
    }

    /** Begins a future, by whose end the observation ends; or by what is thrown here. */
    <R, X extends Exception> R from(Beginning<R, X> call) throws X {
        try {
            return call.run();
        } catch (Throwable e) {
            end(e);
            throw e;
        }
    }

    /** Notes the token, if it is known by now. */
    void bound(@Nullable Object known) {
        if (known != null) {
            token = known;
        }
    }

    // sending

    /** Tells that the request is going to be sent; returns what is to be given to {@link #sent} on the same thread. */
    Runnable sending() {
        try {
            return observation.sending();
        } catch (Throwable e) { // a user's code
            bare.callbackFailed(e);
            return Timer.NOTHING;
        }
    }

    /** Tells that the sender has returned, or has thrown. */
    void sent(Runnable scope, boolean successful) {
        try {
            scope.run();
        } catch (Throwable e) { // a user's code
            bare.callbackFailed(e);
        }
        if (successful) {
            tell(sent ? CallObservation.Event.RESENT : CallObservation.Event.SENT);
            sent = true;
        } else if (!sent) {
            exits(Outcome.NOT_SENT);
        }
    }

    void received() {
        tell(CallObservation.Event.RECEIVED);
    }

    private void tell(CallObservation.Event event) {
        if (over.get()) {
            return;
        }
        try {
            observation.happened(event);
        } catch (Throwable e) { // a user's code
            bare.callbackFailed(e);
        }
    }

    // its end

    /** Notes how the call ends. */
    void exits(Outcome outcome) {
        exit = outcome;
    }

    /** Tells how the call has ended, unless that has been told; throws nothing. */
    void end(@Nullable Throwable error) {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        try {
            Outcome known = exit;
            observation.ended(token, known == null ? outcomeOf(error) : known, error);
        } catch (Throwable e) { // a user's code, which must not replace what the caller is told
            bare.callbackFailed(e);
        }
    }

    /** Returns how a call has ended that had no wait of its own yet; null if it was refused. */
    static @Nullable Outcome outcomeOf(@Nullable Throwable error) {
        if (error instanceof StageTimeoutException) {
            return Outcome.TIMED_OUT;
        }
        if (error instanceof InterruptedException) {
            return Outcome.INTERRUPTED;
        }
        if (error instanceof StageClosedException) {
            return Outcome.CLOSED;
        }
        return error instanceof SourceFailedException ? Outcome.FAILED : null;
    }
}
