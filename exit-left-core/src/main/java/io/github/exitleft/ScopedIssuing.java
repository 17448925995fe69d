package io.github.exitleft;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Issues tokens by scope, such as the peer's address: those of one scope don't exclude another's, and a wait for one is only a wait for
 * its own.
 *
 * <p>A scope begins with its first token. It ends once no token of it has been in use for a while, so that one which is used now and
 * then goes on where it was and does not issue the same token twice running. There are at most as many scopes as the limit says, and
 * scopes of which no token is in use make room for others at once. One lock decides, for all scopes.
 *
 * @param <K> scopes; immutable, with {@code equals} and {@code hashCode}
 * @param <T> tokens
 */
final class ScopedIssuing<K, T> {

    /** How many scopes are looked at, when one begins, whether they can end. */
    private static final int LOOKS = 4;

    private static final class Scope<T> {
        final Issuing<T> issuing;
        int users; // threads that are in it or about to be
        long touched;

        Scope(Issuing<T> issuing) {
            this.issuing = issuing;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();

    /** By scope; the one that was touched longest ago first. Guarded by the lock, as all that it holds. */
    private final Map<K, Scope<T>> scopes = new LinkedHashMap<>(16, 0.75f, true);

    private final Supplier<IssuedTokens<T>> tokens;
    private final long linger;
    private final int most;
    private final Parking parking;
    private final Timer timer;
    private @Nullable Supplier<? extends RuntimeException> closed;

    /**
     * Begins to issue.
     *
     * @param tokens makes the tokens of a scope; called with the lock held
     * @param linger for how long a scope stays after no token of it is in use
     * @param most how many scopes there may be; at least 1
     */
    ScopedIssuing(Supplier<IssuedTokens<T>> tokens, Duration linger, int most, Parking parking, Timer timer) {
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
    void gaveUp(K scope, T token, @Nullable Object attachment) {
        Scope<T> entered = find(scope);
        if (entered == null) {
            return;
        }
        try {
            entered.issuing.gaveUp(token, attachment);
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

    /** Ends the wait of all who wait now, in all scopes; those who come later wait again. */
    void end(Supplier<? extends RuntimeException> why) {
        all().forEach(scope -> scope.issuing.end(why));
    }

    /** Ends all waits, now and later. */
    void close(Supplier<? extends RuntimeException> why) {
        lock.lock();
        try {
            closed = why; // no scope begins any more
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
                scope = new Scope<>(new Issuing<>(lock, tokens.get(), parking, timer));
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

    /** Ends scopes that are not used any more: the first few, or as many as it takes to find one if there are too many. */
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
