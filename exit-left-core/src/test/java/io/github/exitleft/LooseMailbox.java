package io.github.exitleft;

/** A mailbox that is registered nowhere, for tests of the mailroom alone. */
final class LooseMailbox<T, M> extends Mailbox<T, M> {

    LooseMailbox(byte lock) {
        this(lock, false);
    }

    LooseMailbox(byte lock, boolean single) {
        super(lock, null, single, null);
    }

    @Override
    Registrations<Registration<T>> registrations() {
        throw new IllegalStateException("registered nowhere");
    }
}
