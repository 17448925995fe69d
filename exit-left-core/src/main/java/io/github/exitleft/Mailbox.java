package io.github.exitleft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where the head leaves the messages of one token until its owner takes them.
 *
 * <p>It is the token's registration, which the head finds, and its own fields are guarded by one of the mailroom's few locks.
 */
abstract class Mailbox<T, M> extends Registration<T> implements Carriers.Carried {

    /** Stands in a mailbox in which nothing is filed for a message in another of the same wait. */
    private static final Received<?> MARK = new Received<>("mark", 0);

    /** Stands for the answer that a mailbox keeps itself, where other mailboxes have a message with its time. */
    private static final Received<?> ANSWER = new Received<>("answer", 0);

    /** Which of the mailroom's locks guards it. */
    byte lock;

    /** What a message must pass; null if each will do. */
    final @Nullable Predicate<? super M> check;

    /** What is told of its messages; null if a thread waits for them. */
    final @Nullable Recipient recipient;

    /** Whether one message is all that is wanted. */
    final boolean single;

    /** Whether the last wait got a message. */
    boolean answered;

    /** Whether the last wait ended without a message. */
    boolean missed;

    /** Whether the message that the last wait missed has come since. */
    boolean cameLate;

    /** Whether no request is out, so that no answer is to be expected. */
    boolean unsent;

    /** When the last wait missed its message; of a single one that has its answer, when that was received. */
    long endedAt;

    boolean closed;

    /** How many answers may still come, as of its close, negated if its question has one: one field, since there is a box an exchange. */
    private byte owed;

    /** Whether its token has been freed, or let rest, after that. */
    boolean freed;

    /** Whether the thread that waits has headed; written and read by that thread. */
    boolean headed;

    /** Whether the wait has ended so late that it only looks for what is there already; written and read by what waits. */
    boolean overshot;

    /** The thread that waits for its messages; null if none does. That thread may look without the lock whether it is the one. */
    @Nullable
    Thread awaiting;

    /** The oldest message; volatile for a look without the lock. */
    private volatile @Nullable Received<M> first;

    /** The messages behind the oldest, in an {@link ArrayDeque}; of a single one its answer, which stays when it is taken. */
    private @Nullable Object more;

    /** How many messages failed the check; written by heads. */
    private volatile int foreign;

    /** Whether its token is its own. Set before anything but a head can see the mailbox, so heads must not look at it. */
    private volatile boolean registered;

    /** What has carried its question; null unless the source has {@linkplain Carriers several connections}. */
    Carriers.@Nullable Load load;

    Mailbox(byte lock, @Nullable Predicate<? super M> check, boolean single, @Nullable Recipient recipient) {
        this.lock = lock;
        this.check = check;
        this.single = single;
        this.recipient = recipient;
    }

    /** Begins a box whose token is not known yet; which lock guards it must be set before the box is registered. */
    Mailbox(@Nullable Predicate<? super M> check, boolean single, @Nullable Recipient recipient) {
        this((byte) 0, check, single, recipient);
    }

    /** Notes that its token is its own. */
    final void registered() {
        registered = true;
    }

    /** Ends its ticket, and the wait with it, because all that carried its question is lost. */
    @Override
    public final void lost(Generation lost) {
        if (registered) { // or whatever registers it looks whether this has been
            fail(lost);
            endTogether(lost);
        }
    }

    /** Tells a wait with several mailboxes, if this is one of them, that it has been lost. */
    void endTogether(Generation lost) {}

    final boolean isRegistered() {
        return registered;
    }

    /** Returns what the question was given to be found again by; null if nothing, as for most. */
    @Nullable
    Object attachment() {
        return null;
    }

    /** Notes that an answer has come after the first, in time or not, where one is all that is wanted. */
    void answeredAgain() {}

    /** Decides whether its token is to rest, as it is closed; with its lock held. */
    final void decideRest() {
        byte more = mayStillCome();
        owed = isUnanswered() ? more : (byte) -more;
    }

    /** Returns how many answers may still come to a closed box's question; {@link Owed#UNCOUNTED} if only time tells. */
    final int owed() {
        return Math.abs(owed);
    }

    /** Whether a closed box's token is to rest since its question has no answer, and may have one yet. */
    final boolean rests() {
        return owed > 0;
    }

    /** Returns how many answers may still come as the box is closed; with its lock held. */
    byte mayStillCome() {
        return isUnanswered() && !unsent ? (byte) 1 : 0;
    }

    /** Returns what is told of the question; null if it is not observed, as most. */
    @Nullable
    Observed observed() {
        return null;
    }

    /** Whether any number of messages is to be expected, so that none of them answers its token for good. */
    final boolean isEndless() {
        return recipient != null && !single;
    }

    /** Whether the question has no answer that its owner got, or is going to get, as the box is closed. */
    boolean isUnanswered() {
        return !answered && isEmpty() && !isEndless();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only heads count, of which there is one at a time
    final void countForeign() {
        foreign++;
    }

    int foreign() {
        return foreign;
    }

    /** Whether there is nothing in it; a look without the lock. */
    final boolean isEmpty() {
        return first == null;
    }

    final int size() {
        ArrayDeque<Received<M>> behind = behind();
        return (first == null ? 0 : 1) + (behind == null ? 0 : behind.size());
    }

    /**
     * Returns what a message is handed on as: with its time, or where one message is all that is wanted, what stands for it. That spares
     * most exchanges an object.
     */
    @SuppressWarnings("unchecked") // what stands for a message is none
    final Received<M> toReceived(M message, long receivedAt) {
        return single ? (Received<M>) ANSWER : new Received<>(message, receivedAt);
    }

    /** Returns the message that something handed on is, or stands for; with the lock held, or by what has taken it. */
    @SuppressWarnings("unchecked") // that is what a single one keeps
    final M messageOf(Received<M> handedOn) {
        return single ? (M) Objects.requireNonNull(more) : handedOn.message();
    }

    /** Returns when that was received. */
    final long timeOf(Received<M> handedOn) {
        return single ? endedAt : handedOn.receivedAt();
    }

    /** Keeps the answer, where one message is all that is wanted. */
    final void keep(M message, long receivedAt) {
        if (single) {
            more = message;
            endedAt = receivedAt;
        }
    }

    final void add(Received<M> received) {
        if (first == null) {
            first = received;
            return;
        }
        ArrayDeque<Received<M>> behind = behind();
        if (behind == null) {
            behind = new ArrayDeque<>(4);
            more = behind;
        }
        behind.add(received);
    }

    @SuppressWarnings("unchecked") // it is, unless that is the answer
    private @Nullable ArrayDeque<Received<M>> behind() {
        return single ? null : (ArrayDeque<Received<M>>) more;
    }

    /** Returns the oldest message; a look without the lock. */
    final @Nullable Received<M> peek() {
        return first;
    }

    /** Makes it look as if there were something in it, since there is in another mailbox of the same wait; needs no lock. */
    @SuppressWarnings("unchecked") // what stands for a message is none
    final void mark() {
        first = (Received<M>) MARK;
    }

    /** Returns the registration of the thread that waits for its messages: this one, or that of a wait with several. */
    Registration<T> waiting() {
        return this;
    }

    /** Whether one more message is too many for it; asked with its lock held for each message that comes. */
    boolean overflows(int capacity) {
        return size() >= capacity;
    }

    /** Whether a message that is too many is dropped itself, whatever the stage's policy. */
    boolean dropsNewest() {
        return false;
    }

    /** Keeps a message that the head has read for this mailbox, its own, and heads on; false if it is what the head waits for. */
    boolean keeps(Received<M> own) {
        return false;
    }

    /** Returns what becomes of a message that is left in it when it is closed, unless that is late. */
    MessageOutcome leftover() {
        return MessageOutcome.ABANDONED;
    }

    final @Nullable Received<M> poll() {
        Received<M> taken = first;
        ArrayDeque<Received<M>> behind = behind();
        first = behind == null ? null : behind.poll();
        return taken;
    }

    /** Takes all messages but the oldest. */
    final List<Received<M>> allButFirst() {
        ArrayDeque<Received<M>> behind = behind();
        if (behind == null || behind.isEmpty()) {
            return List.of();
        }
        List<Received<M>> taken = new ArrayList<>(behind);
        more = null;
        return taken;
    }
}
