package io.github.exitleft;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A short memory of tokens whose tickets were closed, so that what comes for them can be explained (M3).
 *
 * <p>It holds keys and no messages, at most {@value #MOST} of them, and none counts for longer than a minute. Guarded by the
 * mailroom's lock.
 */
final class RetiredTokens<T> {

    static final int MOST = 8_192;
    static final long NANOS = Duration.ofSeconds(60).toNanos();

    /** How a token's ticket ended. */
    record Retired(long at, boolean answered) {}

    private final Map<T, Retired> retired = new LinkedHashMap<>();

    void add(T token, long now, boolean answered) {
        retired.remove(token); // so that it goes to the young end
        retired.put(token, new Retired(now, answered));
        Iterator<Retired> eldest = retired.values().iterator();
        while (eldest.hasNext() && (isOver(eldest.next(), now) || retired.size() > MOST)) {
            eldest.remove();
        }
    }

    @Nullable
    Retired find(T token, long now) {
        Retired found = retired.get(token);
        return found == null || isOver(found, now) ? null : found;
    }

    private static boolean isOver(Retired retired, long now) {
        return now - retired.at > NANOS;
    }

    int size() {
        return retired.size();
    }
}
