package io.github.exitleft;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Issues tokens by scope, such as a peer's address: the tokens of one scope don't exclude those of another, and a wait
 * is for the tokens of one scope only.
 *
 * <p>A scope begins with its first token. It ends when none of its tokens has been in use for a while, so that a scope
 * used now and then continues its sequence and does not issue the same token twice running. The number of scopes is
 * limited, and scopes without a token in use make room for new ones at once. One lock guards all scopes.
 *
 * @param <K> scopes; immutable, with {@code equals} and {@code hashCode}
 * @param <T> tokens
 */
final class ScopedIssuing<K, T> {

    /** How many scopes are checked for their end when a new one begins. */
    private static final int LOOKS = 4;

    private static final class Scope<T> {
        final Issuing<T> issuing;
        // threads that are in the scope or about to enter it
        int users;
        long touched;

        Scope(Issuing<T> issuing) {
            this.issuing = issuing;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();

    /** By scope, the least recently used first. The lock guards the map and everything in it. */
    private final Map<K, Scope<T>> scopes = new LinkedHashMap<>(16, 0.75f, true);

    private final Supplier<IssuedTokens<T>> tokens;
    private final long linger;
    private final int most;
    private final Parking parking;
    private final Timer timer;
    private final Supplier<? extends @Nullable RuntimeException> refusal;
    private @Nullable Supplier<? extends RuntimeException> closed;

    /**
     * Creates an issuer without scopes.
     *
     * @param tokens makes the tokens of a scope; called with the lock held
     * @param linger how long a scope stays after its last token was in use
     * @param most how many scopes there may be; at least 1
     */
    ScopedIssuing(Supplier<IssuedTokens<T>> tokens, Duration linger, int most, Parking parking, Timer timer) {
        this(tokens, linger, most, parking, timer, () -> null);
    }

    /**
     * Creates an issuer without scopes.
     *
     * @param refusal returns why no caller may wait now; null if callers may
     */
    ScopedIssuing(
            Supplier<IssuedTokens<T>> tokens,
            Duration linger,
            int most,
            Parking parking,
            Timer timer,
            Supplier<? extends @Nullable RuntimeException> refusal) {
        this.refusal = refusal;
        this.tokens = tokens;
        this.linger = linger.toNanos();
        this.most = most;
        this.parking = parking;
        this.timer = timer;
    }

    /**
     * Issues a token of a scope, as {@link Issuing#issue} does.
     *
     * @throws IllegalStateException if there are too many scopes
     */
    @Nullable
    T issue(K scope, long deadline) throws InterruptedException {
        Scope<T> entered = enter(scope);
        try {
            return entered.issuing.issue(deadline);
        } finally {
            leave(entered);
        }
    }

    /**
     * Issues a token of a scope to a taker, as {@link Issuing#join} does.
     *
     * @throws IllegalStateException if there are too many scopes
     */
    @Nullable
    Queued<T> join(K scope, Taker<T> taker, Executor executor, int mostWaiting) {
        Scope<T> entered = enter(scope);
        try {
            return entered.issuing.join(taker, executor, mostWaiting);
        } finally {
            leave(entered);
        }
    }

    /**
     * Takes a token of a scope that was not issued here, as {@link Issuing#take} does.
     *
     * @throws IllegalStateException if there are too many scopes
     */
    boolean take(K scope, T token) {
        Scope<T> entered = enter(scope);
        try {
            return entered.issuing.take(token);
        } finally {
            leave(entered);
        }
    }

    /**
     * Issues a token of a scope, as {@link Issuing#tryIssue} does.
     *
     * @throws IllegalStateException if there are too many scopes
     */
    @Nullable
    T tryIssue(K scope) {
        Scope<T> entered = enter(scope);
        try {
            return entered.issuing.tryIssue();
        } finally {
            leave(entered);
        }
    }

    /** Frees a token, as {@link Issuing#answered} does. */
    @Nullable
    Rest answered(K scope, T token) {
        Scope<T> entered = find(scope);
        if (entered == null) {
            return null;
        }
        try {
            return entered.issuing.answered(token);
        } finally {
            leave(entered);
        }
    }

    /** Lets a token rest, as {@link Issuing#gaveUp} does. */
    void gaveUp(K scope, T token, @Nullable Object attachment, Carriers.@Nullable Load asked, int owed) {
        Scope<T> entered = find(scope);
        if (entered == null) {
            return;
        }
        try {
            entered.issuing.gaveUp(token, attachment, asked, owed);
        } finally {
            leave(entered);
        }
    }

    /** Counts answers that have come late, as {@link Issuing#answeredLate} does. */
    @Nullable
    Rest answeredLate(K scope, T token, int came) {
        Scope<T> entered = find(scope);
        if (entered == null) {
            return null;
        }
        try {
            return entered.issuing.answeredLate(token, came);
        } finally {
            leave(entered);
        }
    }

    /** Ends a token's rest, as {@link Issuing#endRest} does. */
    @Nullable
    Rest endRest(K scope, T token) {
        Scope<T> entered = find(scope);
        if (entered == null) {
            return null;
        }
        try {
            return entered.issuing.endRest(token);
        } finally {
            leave(entered);
        }
    }

    /** Returns how a token rests; null if it does not. */
    @Nullable
    Rest resting(K scope, T token) {
        Scope<T> entered = find(scope);
        if (entered == null) {
            return null;
        }
        try {
            return entered.issuing.resting(token);
        } finally {
            leave(entered);
        }
    }

    /** Returns how many scopes there are. */
    int size() {
        lock.lock();
        try {
            return scopes.size();
        } finally {
            lock.unlock();
        }
    }

    /** Returns a sum over all scopes. */
    int sum(ToIntFunction<Issuing<T>> number) {
        return all().stream()
                .mapToInt(scope -> number.applyAsInt(scope.issuing))
                .sum();
    }

    /** Ends all present waits in all scopes; callers that come later wait again. */
    void end(Supplier<? extends RuntimeException> why) {
        all().forEach(scope -> scope.issuing.end(why));
    }

    /** Ends all waits, present and later ones. */
    void close(Supplier<? extends RuntimeException> why) {
        lock.lock();
        try {
            // from now on no scope begins
            closed = why;
        } finally {
            lock.unlock();
        }
        all().forEach(scope -> scope.issuing.close(why));
    }

    private List<Scope<T>> all() {
        lock.lock();
        try {
            return List.copyOf(scopes.values());
        } finally {
            lock.unlock();
        }
    }

    private Scope<T> enter(K key) {
        lock.lock();
        try {
            Scope<T> scope = scopes.get(key);
            if (scope == null) {
                if (closed != null) {
                    throw closed.get();
                }
                makeRoom();
                scope = new Scope<>(new Issuing<>(lock, tokens.get(), parking, timer, refusal));
                scopes.put(key, scope);
            }
            scope.users++;
            return scope;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Scope<T> find(K key) {
        lock.lock();
        try {
            Scope<T> scope = scopes.get(key);
            if (scope != null) {
                scope.users++;
            }
            return scope;
        } finally {
            lock.unlock();
        }
    }

    private void leave(Scope<T> scope) {
        lock.lock();
        try {
            scope.users--;
            scope.touched = parking.nanoTime();
        } finally {
            lock.unlock();
        }
    }

    /** Ends unused scopes: among the first few or, if there are too many scopes, the first unused one. */
    private void makeRoom() {
        long now = parking.nanoTime();
        boolean full = scopes.size() >= most;
        int looks = 0;
        for (Iterator<Scope<T>> all = scopes.values().iterator(); all.hasNext() && (full || looks < LOOKS); looks++) {
            Scope<T> scope = all.next();
            boolean unused = scope.users == 0 && scope.issuing.isIdle(now);
            if (unused && (full || now - scope.touched >= linger)) {
                all.remove();
                full = false;
            }
        }
        if (full) {
            throw new IllegalStateException("tokens of " + scopes.size()
                    + " peers are in use, which is as many as there may be; ask fewer at once, or shorten the rest");
        }
    }
}
