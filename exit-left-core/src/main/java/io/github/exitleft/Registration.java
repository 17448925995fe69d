package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * What has a token: a ticket of the primitive, or the mailbox of a question, which is its own ticket so that nothing more has to be
 * allocated for it.
 *
 * @param <T> tokens
 */
abstract class Registration<T> extends TicketWaiter {

    @SuppressWarnings("NullAway.Init") // set before any other thread can see it
    private T token;

    /** Returns where it is registered, or going to be; a field for it is left to those that have no other way to know. */
    abstract Registrations<Registration<T>> registrations();

    /** Says what it is going to be registered for; as often as that is tried. */
    final void begin(T of, Generation in) {
        token = of;
        generation = in;
    }

    @Override
    T token() {
        return token;
    }

    /** Returns its token; null as long as that is not known. */
    final @Nullable Object knownToken() {
        return token;
    }

    /** Returns what an entry would throw because the stage is closed or the resource failed since the ticket was taken; null if neither. */
    final @Nullable RuntimeException failure() {
        Throwable cause = generation.failure;
        if (cause != null) {
            return new SourceFailedException(registrations().stage, cause);
        }
        GuardedState guarded = registrations().role.guarded;
        return guarded.closed ? guarded.closedException() : null;
    }

    /** Ends the ticket because a part of the resource is lost, unless it has ended. */
    final void fail(Generation lost) {
        registrations().role.fail(this, lost);
    }

    /** Returns whether that was why it has failed. */
    final boolean hasFailedInPart() {
        return generation.ofPart;
    }

    /** Whether it has not been given back; tells an entry that lost a race with that from the use of a closed ticket. */
    final boolean isOpen() {
        return open;
    }

    /** Refuses the ticket of another stage. */
    final void requireFrom(Registrations<Registration<T>> others) {
        if (registrations() != others) {
            throw new IllegalArgumentException(
                    this + " is of no use on stage '" + others.stage + "'; take one from the stage that you enter");
        }
    }

    /** Gives the token back, on the thread that has entered the ticket last, which enters it no more. */
    final void giveBackByItsThread() {
        registrations().closeByItsThread(this);
    }

    /** Gives the token back, as {@link BareTicket#close()} says. */
    final void giveBack() {
        registrations().close(this);
    }

    @Override
    public String toString() {
        return "ticket for token '" + Texts.of(token) + "' of stage '" + registrations().stage + "'";
    }
}
