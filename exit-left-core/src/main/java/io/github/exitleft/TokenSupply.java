package io.github.exitleft;

import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that a stage issues, and those that its callers bring beside them: which are in use, and which rest (M11, M12).
 *
 * <p>A peer is given where tokens are issued for each peer; elsewhere it must be null.
 *
 * @param <T> tokens
 */
interface TokenSupply<T> {

    /**
     * Refuses a peer where tokens are not issued for each, and its absence where they are.
     *
     * @throws IllegalArgumentException if it is refused
     */
    void requirePeer(@Nullable InetSocketAddress peer);

    /** Issues a token, for which this thread waits if need be; returns null if all were in use until the deadline. */
    @Nullable
    T issue(@Nullable InetSocketAddress peer, long deadline) throws InterruptedException;

    /** Issues a token if one is free and no caller waits for it; returns null otherwise. */
    @Nullable
    T tryIssue(@Nullable InetSocketAddress peer);

    /** Issues a token to a taker, as {@link Line#join} does. */
    @Nullable
    Queued<?> join(@Nullable InetSocketAddress peer, Taker<T> taker, Executor executor, int most);

    /** Returns whether a token could be issued here, so that its use is known here. */
    boolean covers(T token);

    /** Takes a covered token that a caller brings; returns false if it is live or resting. */
    boolean take(T token);

    /** Returns how a covered token rests; null if it does not. */
    @Nullable
    Rest resting(T token);

    /** Frees a covered token that is live. */
    void free(T token);

    /**
     * Lets a covered token rest that is live, or frees it if its answer can't come any more.
     *
     * @param attachment what its question was given to be found again by; null for nothing
     * @param asked what knows when that was sent, and by what; null if nothing does
     * @param owed how many answers may still come; at least 1
     */
    void letRest(T token, @Nullable Object attachment, Carriers.@Nullable Load asked, int owed);

    /**
     * Counts answers to a covered token's last question, the last of which ends its rest.
     *
     * @return how it rests or rested; null if it did not
     */
    @Nullable
    Rest answeredLate(T token, int came);

    /** Ends the rest of a covered token, whatever may still come; returns how it rested, or null if it did not. */
    @Nullable
    Rest endRest(T token);

    int live();

    int resting();

    /** Returns how many tokens may rest until they are answered: half of all, if that is less than the limit that is given. */
    int mostResting(int limit);

    /** Returns how many callers wait for a token. */
    int waiting();

    /** Ends all present waits. */
    void end(Supplier<? extends RuntimeException> why);

    /** Ends all waits, present and later ones. */
    void close(Supplier<? extends RuntimeException> why);
}
