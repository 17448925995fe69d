package io.github.exitleft;

import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The router of a stage of messages, which finds the mailbox that each message is for, files it, and wakes its owner. */
final class Router<T, M> {

    private final BareStage<T, Source<M>, Void> bare;
    private final TokenReader<? extends T, ? super M> reader;
    private final Mailroom<T, M> mailroom;
    private final Listeners<T, M> listeners;
    private final Events<T, M> events;
    private final Bindings<T, M> bindings;
    private long filed;

    Router(
            BareStage<T, Source<M>, Void> bare,
            TokenReader<? extends T, ? super M> reader,
            Mailroom<T, M> mailroom,
            Listeners<T, M> listeners,
            Events<T, M> events,
            Bindings<T, M> bindings) {
        this.bare = bare;
        this.reader = reader;
        this.mailroom = mailroom;
        this.listeners = listeners;
        this.events = events;
        this.bindings = bindings;
    }

    /** Returns how many messages have been filed for threads that wait; for heads only. */
    long filed() {
        return filed;
    }

    /**
     * Routes a message on the head's thread.
     *
     * @param mine the head's own mailbox; null if it has none
     * @param leaving whether the head has its message, so that one more of its own is filed
     * @param receivedAt when it was received
     * @return what the head gets, if it is the head's own and was delivered to it by this; null otherwise
     */
    @Nullable
    Received<M> route(
            Director<T, Source<M>, Void> director,
            @Nullable Mailbox<T, M> mine,
            boolean leaving,
            M message,
            long receivedAt) {
        T token;
        boolean event;
        Registration<T> holder;
        Unclaimed<T, M> explained;
        boolean held = bindings.areUnderWay(); // before the look for a ticket, which a binding takes before it ends
        try {
            token = reader.read(message);
            event = token == null && reader.isEvent(message);
            holder = token == null ? null : bare.parts.registrations.find(token);
            explained = token == null || holder != null ? null : mailroom.explain(token, message);
            held = held && explained != null && isUnasked(explained);
            if (held) {
                holder = bindings.hold(
                        Objects.requireNonNull(token), message, receivedAt, Objects.requireNonNull(explained));
            }
        } catch (Throwable e) { // reader, or the token's hashCode and equals: a stranger's message can bring that about
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt(); // a reader that blocks; the head sees the flag after this message
            }
            unreadable(message, e);
            return null;
        }
        if (event) {
            events.add(message);
            return null;
        }
        if (token == null) {
            unreadable(message, null);
            return null;
        }
        if (holder == null) {
            if (!held) {
                listeners.unclaimed(Objects.requireNonNull(explained));
            }
            return null;
        }
        @SuppressWarnings("unchecked") // only mailboxes are registered
        Mailbox<T, M> box = (Mailbox<T, M>) holder;
        if (box.check != null && !passes(box.check, holder, box, message)) {
            box.countForeign();
            return null;
        }
        if (box == mine && !leaving && box.isEmpty()) {
            Received<M> own = box.toReceived(message, receivedAt); // before the head has it: it may find no memory
            Unclaimed<T, M> refused = mailroom.handOver(token, box, message, receivedAt);
            if (refused != null) {
                listeners.unclaimed(refused);
            }
            return refused == null ? own : null;
        }
        file(director, token, box, box == mine, message, receivedAt);
        return null;
    }

    /** Whether a message may answer a request whose token is not bound yet. */
    private static boolean isUnasked(Unclaimed<?, ?> explained) {
        return explained.outcome() == MessageOutcome.UNKNOWN || explained.outcome() == MessageOutcome.FOREIGN;
    }

    /** Routes a message that came before its token was bound, on the thread that has bound it. */
    void routeEarly(T token, Mailbox<T, M> box, Received<M> received) {
        if (box.check != null && !passes(box.check, box, box, received.message())) {
            return;
        }
        Unclaimed<T, M> refused = mailroom.offer(token, box, received.message(), received.receivedAt());
        if (refused != null) {
            listeners.unclaimed(refused);
        }
        if (box.recipient != null) {
            box.recipient.lookAgain();
        }
    }

    private void file(
            Director<T, Source<M>, Void> director,
            T token,
            Mailbox<T, M> box,
            boolean mine,
            M message,
            long receivedAt) {
        Unclaimed<T, M> left = mailroom.offer(token, box, message, receivedAt);
        if (!mine && (left == null || left.message() != message)) {
            if (box.recipient == null) {
                filed++;
                director.signal(box.waiting());
            } else {
                bare.help(box.recipient::lookAgain);
            }
        }
        if (left != null) {
            listeners.unclaimed(left);
        }
    }

    /** Explains what can't be read, or has no token. */
    void unreadable(@Nullable M message, @Nullable Throwable cause) {
        listeners.unclaimed(new Unclaimed<>(MessageOutcome.UNREADABLE, null, message, null, cause, null));
    }

    private boolean passes(Predicate<? super M> check, Registration<T> holder, Mailbox<T, M> box, M message) {
        Throwable thrown = null;
        try {
            if (check.test(message)) {
                return true;
            }
        } catch (Throwable e) { // a user's code
            bare.callbackFailed(e);
            thrown = e;
        }
        listeners.unclaimed(
                new Unclaimed<>(MessageOutcome.FOREIGN, holder.token(), message, null, thrown, box.attachment()));
        return false;
    }
}
