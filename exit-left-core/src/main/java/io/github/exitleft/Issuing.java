package io.github.exitleft;

import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Issues tokens to threads, which wait in order when all are in use (M12): {@link IssuedTokens} behind a {@link Line}.
 *
 * @param <T> tokens
 */
final class Issuing<T> implements LineSupply<T> {

    private final IssuedTokens<T> tokens;
    private final Line<T> line;
    private final Supplier<? extends @Nullable RuntimeException> refusal;

    /**
     * Creates an issuer.
     *
     * @param lock guards the tokens and the line, and may guard more
     */
    Issuing(ReentrantLock lock, IssuedTokens<T> tokens, Parking parking, Timer timer) {
        this(lock, tokens, parking, timer, () -> null);
    }

    /**
     * Creates an issuer.
     *
     * @param refusal returns why no caller may wait now; null if callers may
     */
    Issuing(
            ReentrantLock lock,
            IssuedTokens<T> tokens,
            Parking parking,
            Timer timer,
            Supplier<? extends @Nullable RuntimeException> refusal) {
        this.tokens = tokens;
        this.refusal = refusal;
        this.line = new Line<>(lock, this, parking, timer);
    }

    /** Issues a token, as {@link Line#acquire} does; returns null if all were in use until the deadline. */
    @Nullable
    T issue(long deadline) throws InterruptedException {
        return line.acquire(deadline);
    }

    /** Issues a token if one is free and no caller waits for it; returns null otherwise. */
    @Nullable
    T tryIssue() {
        return line.tryAcquire();
    }

    /** Issues a token to a taker, as {@link Line#join} does. */
    @Nullable
    Queued<T> join(Taker<T> taker, Executor executor, int most) {
        return line.join(taker, executor, most);
    }

    /** Takes a token that was not issued here, as {@link IssuedTokens#take} does. */
    boolean take(T token) {
        line.lock();
        try {
            return tokens.take(token, line.nanoTime());
        } finally {
            line.unlock();
        }
    }

    /** Frees a token, as {@link IssuedTokens#answered} does. */
    @Nullable
    Rest answered(T token) {
        line.lock();
        try {
            return tokens.answered(token, line.nanoTime());
        } finally {
            line.unlock();
        }
    }

    /** Lets a token rest, as {@link IssuedTokens#gaveUp} does. */
    void gaveUp(T token, @Nullable Object attachment, Carriers.@Nullable Load asked, int owed) {
        line.lock();
        try {
            tokens.gaveUp(token, line.nanoTime(), attachment, asked, owed);
        } finally {
            line.unlock();
        }
    }

    /** Counts answers that have come late, as {@link IssuedTokens#answeredLate} does. */
    @Nullable
    Rest answeredLate(T token, int came) {
        line.lock();
        try {
            return tokens.answeredLate(token, line.nanoTime(), came);
        } finally {
            line.unlock();
        }
    }

    /** Ends a token's rest, whatever may still come; returns how it rested, or null if it did not. */
    @Nullable
    Rest endRest(T token) {
        line.lock();
        try {
            long now = line.nanoTime();
            // a token that is live again is not its last owner's any more
            return tokens.resting(token, now) == null ? null : tokens.answered(token, now);
        } finally {
            line.unlock();
        }
    }

    /** Returns how a token rests; null if it does not. */
    @Nullable
    Rest resting(T token) {
        line.lock();
        try {
            return tokens.resting(token, line.nanoTime());
        } finally {
            line.unlock();
        }
    }

    int live() {
        line.lock();
        try {
            return tokens.live();
        } finally {
            line.unlock();
        }
    }

    int resting() {
        line.lock();
        try {
            return tokens.resting(line.nanoTime());
        } finally {
            line.unlock();
        }
    }

    int waiting() {
        return line.waiting();
    }

    /** Returns whether no token is in use and no caller waits for one; called with the lock held. */
    boolean isIdle(long now) {
        return line.waiting() == 0 && tokens.resting(now) == 0 && tokens.live() == 0;
    }

    /** Ends all present waits; callers that come later wait again. */
    void end(Supplier<? extends RuntimeException> why) {
        line.end(why);
    }

    /** Ends all waits, present and later ones. */
    void close(Supplier<? extends RuntimeException> why) {
        line.close(why);
    }

    @Override
    public @Nullable T poll(long now) {
        return tokens.issue(now);
    }

    @Override
    public void giveBack(T token, long now) {
        // nothing was sent with it
        tokens.answered(token, now);
    }

    @Override
    public @Nullable RuntimeException refusal() {
        return refusal.get();
    }

    @Override
    public long freeAt(long now) {
        return tokens.nextFreeAt(now);
    }
}
