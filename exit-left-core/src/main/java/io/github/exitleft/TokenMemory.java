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
            if (resting != null && box.rests && (issued == null || !issued.covers(token))) {
                // the attachment is with the retired tokens
                resting.gaveUp(token, now, null, box.load);
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
     * Explains a message whose token has no ticket; it ends its token's rest. Called with no lock held, since that may serve a call in line.
     */
    Unclaimed<T, M> explain(T token, M message) {
        Rest issuedRest = issued != null && issued.covers(token) ? endRest(issued, token) : null;
        lock.lock();
        try {
            long now = clock.getAsLong();
            Rest rest = issuedRest != null ? issuedRest : endRest(token, now);
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

    private @Nullable Rest endRest(TokenSupply<T> supply, T token) {
        lock.lock();
        try {
            retired.answeredLate(token); // first: its rest may be about to begin, see hasComeLate()
        } finally {
            lock.unlock();
        }
        return supply.endRest(token);
    }

    /**
     * Whether the answer to an issued token's last question has come since its box was closed. An answer that finds no rest to end is
     * noted before, so one that asks once the token rests learns of it.
     */
    boolean hasComeLate(T token) {
        lock.lock();
        try {
            return retired.isAnsweredLate(token);
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

    private @Nullable Rest endRest(T token, long now) {
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
