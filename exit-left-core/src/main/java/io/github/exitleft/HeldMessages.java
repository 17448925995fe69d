package io.github.exitleft;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages that are held until their tokens may be bound, found by token, or from the oldest on; neither takes longer if
 * many are held. Guarded by the lock of {@link Bindings}.
 */
final class HeldMessages<T, M> {

    /** A message that is held. It equals no other. */
    static final class Held<T, M> {

        private final T token;

        /** Its token's hash, since an entry can be removed without the token's own code. */
        private final Integer hash;

        private final Received<M> received;

        /** What becomes of it if no binding takes it. */
        final Unclaimed<T, M> explained;

        /** The number of the youngest binding that was under way when it came. */
        final long youngest;

        Held(T token, Received<M> received, Unclaimed<T, M> explained, long youngest) {
            this.token = token;
            this.hash = token.hashCode();
            this.received = received;
            this.explained = explained;
            this.youngest = youngest;
        }
    }

    private final LinkedHashSet<Held<T, M>> all = new LinkedHashSet<>();

    /** All of them by their tokens' hashes, each list from the oldest on. */
    private final Map<Integer, ArrayDeque<Held<T, M>>> byHash = new HashMap<>();

    int size() {
        return all.size();
    }

    void add(Held<T, M> held) {
        boolean added = false;
        try {
            ArrayDeque<Held<T, M>> same = byHash.get(held.hash);
            if (same == null) {
                same = new ArrayDeque<>(2);
                byHash.put(held.hash, same);
            }
            same.add(held);
            all.add(held);
            added = true;
        } finally {
            // no memory
            if (!added) {
                remove(held);
            }
        }
    }

    @Nullable
    Held<T, M> oldest() {
        return all.isEmpty() ? null : all.iterator().next();
    }

    void remove(Held<T, M> held) {
        all.remove(held);
        ArrayDeque<Held<T, M>> same = byHash.get(held.hash);
        if (same != null) {
            same.remove(held);
            if (same.isEmpty()) {
                byHash.remove(held.hash);
            }
        }
    }

    /** Takes the oldest message with this token that a binding may take, given its number; null if there is none. */
    @Nullable
    Received<M> take(T token, long binding) {
        ArrayDeque<Held<T, M>> same = byHash.get(token.hashCode());
        if (same == null) {
            return null;
        }
        for (Iterator<Held<T, M>> next = same.iterator(); next.hasNext(); ) {
            Held<T, M> held = next.next();
            if (held.youngest >= binding && token.equals(held.token)) {
                remove(held);
                return held.received;
            }
        }
        return null;
    }
}
