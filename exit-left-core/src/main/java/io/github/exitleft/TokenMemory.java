package io.github.exitleft;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a stage remembers of tokens whose mailboxes are closed: how they ended, so that messages for them are explained (M3), and which of
 * them rest (M11).
 *
 * <p>Of foreign code only the tokens' {@code equals} and {@code hashCode} run under its lock, which may be taken with a mailbox's lock held.
 */
final class TokenMemory<T, M> {

    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock. */
    private final RetiredTokens<T> retired = new RetiredTokens<>();

    /** Guarded by the lock; null if no token rests. */
    private final @Nullable RestingTokens<T> resting;

    /** Knows how the tokens rest that it covers; null if none are issued. */
    private final @Nullable TokenSupply<T> issued;

    /** How many tokens rest or have rested lately; written with the lock held. */
    private volatile int rests;

    private final LongSupplier clock;

    /** What becomes of a message whose token was never asked for here. */
    private final MessageOutcome unasked;

    TokenMemory(
            LongSupplier clock,
            @Nullable RestingTokens<T> resting,
            @Nullable TokenSupply<T> issued,
            MessageOutcome unasked) {
        this.clock = clock;
        this.resting = resting;
        this.issued = issued;
        this.unasked = unasked;
    }

    /** Remembers the token of a mailbox that is being closed, with the mailbox's lock held. */
    void remember(T token, Mailbox<T, M> box) {
        boolean answered = !box.isEndless() && (box.answered || !box.missed && !box.isEmpty());
        lock.lock();
        try {
            // a call is over with its answer, which saves a look at the clock
            long now = box.single && box.answered ? box.endedAt : clock.getAsLong();
            if (resting != null && box.rests() && (issued == null || !issued.covers(token))) {
                // the attachment is with the retired tokens
                resting.gaveUp(token, now, null, box.load, box.owed());
                rests = resting.resting(now);
            }
            // a question that has its answer is not kept for duplicates of it
            retired.add(token, now, answered, answered ? null : box.attachment());
        } catch (Throwable e) { // the token's own code: then it is not remembered, and nothing else is lost
            return;
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many tokens rest that were not issued. */
    int resting() {
        if (resting == null || rests == 0) {
            return 0;
        }
        lock.lock();
        try {
            rests = resting.resting(clock.getAsLong());
            return rests;
        } finally {
            lock.unlock();
        }
    }

    /** Whether any token may rest; a look without the lock. */
    boolean anyRests() {
        return rests != 0;
    }

    /**
     * Returns how a token rests; null if it does not. A box is closed before its token can be taken again, so a thread that has taken
     * the token sees its rest.
     */
    @Nullable
    Rest resting(T token) {
        if (resting == null) {
            return null;
        }
        lock.lock();
        try {
            long now = clock.getAsLong();
            Rest rest = resting.resting(token, now);
            rests = resting.resting(now);
            return rest;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Explains a message whose token has no ticket; it counts as an answer, the last of which ends its token's rest. Called with no lock held, since that may serve a call in line.
     */
    Unclaimed<T, M> explain(T token, M message) {
        Rest issuedRest = issued != null && issued.covers(token) ? answeredLate(issued, token) : null;
        lock.lock();
        try {
            long now = clock.getAsLong();
            Rest rest = issuedRest != null ? issuedRest : answeredLate(token, now);
            RetiredTokens.Retired found = retired.find(token, now);
            if (found == null) {
                return rest == null
                        ? unclaimed(unasked, token, message, null)
                        : late(token, message, now - rest.since(), rest.attachment());
            }
            if (found.answered()) {
                return unclaimed(MessageOutcome.DUPLICATE, token, message, null);
            }
            return late(token, message, now - found.at(), found.attachment());
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Rest answeredLate(TokenSupply<T> supply, T token) {
        boolean counted;
        lock.lock();
        try {
            counted = retired.countLate(token); // first: its rest may be about to begin, see settle()
        } finally {
            lock.unlock();
        }
        return counted ? settle(supply, token) : supply.answeredLate(token, 1);
    }

    /**
     * Counts the answers that have come since an issued token's box was closed for the token's rest; returns how it rests or rested, or
     * null if it does not. One that comes before the rest has begun is kept until this is called by the thread that lets the token rest,
     * and each is counted once, whichever thread does it.
     */
    @Nullable
    Rest settle(TokenSupply<T> supply, T token) {
        if (!isLateCounted(token)) {
            return null;
        }
        Rest rest = supply.resting(token);
        if (rest == null) {
            return null;
        }
        int came;
        lock.lock();
        try {
            came = retired.takeLate(token);
        } finally {
            lock.unlock();
        }
        Rest counted = came == 0 ? null : supply.answeredLate(token, came);
        return counted == null ? rest : counted;
    }

    private boolean isLateCounted(T token) {
        lock.lock();
        try {
            return retired.isLateCounted(token);
        } finally {
            lock.unlock();
        }
    }

    /** Forgets the tokens that have been remembered for long enough; returns what {@link RetiredTokens#forgetOld} does. */
    long forgetOld() {
        lock.lock();
        try {
            return retired.forgetOld(clock.getAsLong());
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Rest answeredLate(T token, long now) {
        if (resting == null || rests == 0) {
            return null;
        }
        Rest rest = resting.answered(token, now);
        rests = resting.resting(now);
        return rest;
    }

    static <T, M> Unclaimed<T, M> late(T token, M message, long nanos, @Nullable Object attachment) {
        return new Unclaimed<>(
                MessageOutcome.LATE, token, message, Duration.ofNanos(Math.max(0, nanos)), null, attachment);
    }

    static <T, M> Unclaimed<T, M> unclaimed(MessageOutcome outcome, T token, M message, @Nullable Object attachment) {
        return new Unclaimed<>(outcome, token, message, null, null, attachment);
    }
}
