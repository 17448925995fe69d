package io.github.exitleft;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One question with many answers, which are collected until an end.
 *
 * <p>It is one wait. A thread that heads keeps its own messages and heads on, so that a burst of them does not have to fit into the
 * mailbox; other heads file them there. While a silence would end it sooner than its timeout, the deadline moves with each message.
 */
final class Gather<T, M> extends LimitedCall<T, M> {

    /** Stands for the end where no message is. */
    private static final Received<?> ENDED = new Received<>("ended", 0);

    private final Until<? super M> until;
    private final List<Received<M>> gathered = new ArrayList<>();
    private long totalDeadline;

    /** When the wait ends, unless a message moves that. */
    private long deadline;

    /** When the last message was received, or the request was sent. */
    private long lastAt;

    private Gathered.@Nullable End end;

    /** Why it can't go on, or the message that is an error. */
    private @Nullable Throwable failure;

    /** Whether the caller gets the messages. */
    private boolean returned;

    /** How many messages did not fit into the mailbox; written by heads, with the mailbox's lock held. */
    private volatile int dropped;

    private Gather(
            StageParts<T, M> parts, CallOptions<? super M> options, Until<? super M> until, Admission<T, M> admission) {
        super(parts, options, false, admission);
        this.until = until;
    }

    /**
     * Waits for a place, takes a token, sends a request, collects its answers, and gives the token back.
     *
     * @param brought the token; null to have one issued
     * @param sender makes what sends with the token
     */
    static <T, M, X extends Exception> Gathered<M> ask(
            StageParts<T, M> parts,
            @Nullable T brought,
            CallOptions<? super M> options,
            Until<? super M> until,
            Function<T, Sender<X>> sender)
            throws X, InterruptedException {
        Objects.requireNonNull(
                until, "'until' must not be null; say when the gather ends, by Until.matches, first or silence");
        Duration timeout = options.timeout == null ? parts.defaultTimeout : options.timeout;
        requireReady(parts);
        var gather = new Gather<T, M>(parts, options, until, Admission.begin(parts, timeout));
        try {
            try (gather) {
                Admission<T, M> admission = gather.admission;
                T token = admission.enter(brought, options.peer);
                gather.register(token, brought == null);
                gather.await(admission.start, admission.deadline, options.resends, sender.apply(token));
                return gather.result();
            }
        } finally {
            if (!gather.hasEnded()) {
                gather.unanswered();
            }
        }
    }

    /** Whether the caller got what it asked for: the answers to an end of theirs, or one that is an error. */
    private boolean hasEnded() {
        return returned && end != Gathered.End.DEADLINE
                || failure != null && !(failure instanceof GatherFailedException);
    }

    private Gathered<M> result() {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw (RuntimeException) failure;
        }
        List<M> messages = new ArrayList<>(gathered.size());
        gathered.forEach(received -> messages.add(received.message()));
        var result = new Gathered<>(messages, Objects.requireNonNull(end));
        returned = true;
        parts.stats.delivered(messages.size());
        return result;
    }

    /** Gives the token back; what was collected for an exception is abandoned. */
    @Override
    public void close() {
        try {
            if (isRegistered()) {
                boolean answered = returned && end != Gathered.End.DEADLINE && !gathered.isEmpty();
                parts.mailroom.end(this, answered);
            }
        } finally {
            super.close();
        }
        if (!returned) {
            gathered.forEach(this::abandon);
        }
    }

    private void abandon(Received<M> received) {
        parts.listeners.unclaimed(
                new Unclaimed<>(MessageOutcome.ABANDONED, token(), received.message(), null, null, attachment()));
    }

    // the wait

    @Override
    @Nullable
    Received<M> untilMessageOrDeadline(long start, long total, Resends resends, @Nullable Sender<?> sender)
            throws InterruptedException {
        deadline = total;
        totalDeadline = total;
        lastAt = parts.bare.nanoTime(); // not the start, since the wait in line is no silence
        moveDeadline();
        do {
            Received<M> got = super.untilMessageOrDeadline(start, deadline, resends, sender);
            if (got != null) {
                return got;
            }
            // again if the last look has found a message, which begins the silence anew
        } while (deadline - parts.bare.nanoTime() > 0);
        if (quietEnds() - totalDeadline <= 0) {
            end = Gathered.End.QUIET;
            return ended();
        }
        if (gathered.isEmpty()) {
            return null;
        }
        end = Gathered.End.DEADLINE;
        return ended();
    }

    /** Returns when the silence is long enough, unless a message comes; after the deadline if no silence ends it. */
    private long quietEnds() {
        return until.quietNanos < 0 ? totalDeadline + 1 : lastAt + until.quietNanos;
    }

    private void moveDeadline() {
        long moved = quietEnds() - totalDeadline < 0 ? quietEnds() : totalDeadline;
        if (moved != deadline) {
            deadline = moved;
            overshot = false;
        }
    }

    @Override
    long moved(long former) {
        return deadline;
    }

    @Override
    void sendAgain(Sender<?> sender, long deadline) throws InterruptedException {
        if (gathered.isEmpty()) {
            super.sendAgain(sender, deadline);
        }
    }

    @Override
    long untilResend(Resends resends, int number, long present) {
        return gathered.isEmpty() ? super.untilResend(resends, number, present) : present;
    }

    /** Counts a message that is an error; the others are delivered, or not, when it is known whether the caller gets them. */
    @Override
    Outcome delivered() {
        if (failure instanceof GatherFailedException) {
            return Outcome.FAILED;
        }
        if (failure != null) {
            parts.stats.message(MessageOutcome.DELIVERED);
        }
        return end == Gathered.End.DEADLINE ? Outcome.TIMED_OUT : super.outcome();
    }

    // the messages

    @Override
    boolean keeps(Received<M> own) {
        return !collect(own);
    }

    /** Collects what has been filed; returns null unless the gather is over. */
    @Override
    @Nullable
    Received<M> take() {
        for (Received<M> filed = isOver() ? null : super.take(); filed != null; filed = super.take()) {
            if (collect(filed)) {
                return filed;
            }
        }
        if (!isOver() && dropped > 0) {
            failure = new GatherFailedException(
                    "gather with the " + this + " is incomplete: its mailbox was full, and " + dropped
                            + (dropped == 1 ? " message was" : " messages were")
                            + " dropped; raise mailbox-capacity, or StageBuilder.mailbox",
                    null);
        }
        return isOver() ? ended() : null;
    }

    @Override
    @Nullable
    Received<M> lastLook() {
        return take();
    }

    private boolean isOver() {
        return end != null || failure != null;
    }

    @SuppressWarnings("unchecked") // what stands for a message is none
    private Received<M> ended() {
        return (Received<M>) ENDED;
    }

    /** Adds a message; returns whether the gather is over by that. */
    private boolean collect(Received<M> received) {
        Throwable error = parts.errorReplies.in(received.message());
        if (error != null) {
            failure = error;
            received();
            return true;
        }
        boolean added = false;
        try {
            gathered.add(received);
            added = true;
        } finally {
            if (!added) { // no memory
                parts.stats.message(MessageOutcome.ABANDONED);
            }
        }
        received();
        lastAt = received.receivedAt();
        moveDeadline();
        if (isLast(received.message())) {
            end = Gathered.End.MATCHED;
        } else if (gathered.size() == until.most) {
            end = Gathered.End.NUMBER;
        }
        return isOver();
    }

    private boolean isLast(M message) {
        try {
            return until.last != null && until.last.test(message);
        } catch (Throwable e) { // a user's code
            parts.bare.callbackFailed(e);
            failure = new GatherFailedException(
                    "predicate of the gather with the " + this + " threw " + Texts.of(e) + "; look at the cause", e);
            return false;
        }
    }

    /** Notes a message that does not fit; after the first of them none does, so that there is no gap before a later one. */
    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // with the mailbox's lock held
    boolean overflows(int capacity) {
        if (dropped == 0 && !super.overflows(capacity)) {
            return false;
        }
        dropped++;
        return true;
    }

    @Override
    boolean dropsNewest() {
        return true;
    }

    /** Whether it did not come to its end, whatever has come by now. */
    @Override
    boolean isUnanswered() {
        return !answered;
    }

    /** Returns how many answers may still come, which is known only where a number of them is all that ends it. */
    @Override
    byte mayStillCome() {
        int sendings = sendings();
        if (sendings == 0 || answered && sendings == 1) {
            return 0;
        }
        return until.isNumber()
                ? Owed.of((long) sendings * until.most - gathered.size() - size() - dropped)
                : Owed.UNCOUNTED;
    }

    @Override
    MessageOutcome leftover() {
        return end == null || end == Gathered.End.DEADLINE ? super.leftover() : MessageOutcome.DUPLICATE;
    }
}
