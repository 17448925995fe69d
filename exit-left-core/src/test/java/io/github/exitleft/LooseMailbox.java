package io.github.exitleft;

/** A mailbox that is registered nowhere, for tests of the mailroom alone. */
final class LooseMailbox<T, M> extends Mailbox<T, M> {

    LooseMailbox(byte lock) {
        super(lock, null, false, null);
    }

    @Override
    Registrations<Registration<T>> registrations() {
        throw new IllegalStateException("registered nowhere");
    }
}
