package io.github.exitleft.lincheck;

import io.github.exitleft.Carriers;
import io.github.exitleft.Simulation;
import io.github.exitleft.Source;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A source of numbers that a scenario posts; it notices two readers, and being closed under one. */
final class Letters implements Source<Integer> {

    /** What makes the read fail that comes to it. */
    static final int BOMB = -1;

    private static final int MOST = 8;

    private final Simulation time;

    // guarded by this
    private final int[] posted = new int[MOST];
    private int end;
    private int next;
    private boolean reading;
    private boolean woken;
    private @Nullable Thread reader;
    private int closed;
    private long since;
    private int renewals;
    private int needless;
    private @Nullable String violation;

    Letters(Simulation time) {
        this.time = time;
    }

    synchronized void post(int letter) {
        posted[end++] = letter;
        wake();
    }

    @Override
    public @Nullable Integer receive(Duration remaining) {
        try {
            Integer letter = begin();
            if (letter == null && mayPark(remaining)) {
                time.park(this, remaining.toNanos());
                letter = look(); // null for no reason is allowed
            }
            return letter;
        } finally {
            end();
        }
    }

    private synchronized @Nullable Integer begin() {
        check(!reading, "two readers at once");
        check(closed == 0, "read after it was closed");
        reading = true;
        reader = Thread.currentThread();
        return look();
    }

    private synchronized @Nullable Integer look() {
        if (next == end) {
            return null;
        }
        int letter = posted[next++];
        if (letter == BOMB) {
            throw new UnsupportedOperationException("bomb");
        }
        return letter;
    }

    private synchronized boolean mayPark(Duration remaining) {
        return !woken && !remaining.isZero();
    }

    private synchronized void end() {
        reading = false;
        woken = false;
    }

    @Override
    public synchronized void wakeup() {
        woken = true;
        wake();
    }

    private void wake() {
        if (reader != null) {
            time.unpark(reader);
        }
    }

    @Override
    public boolean tellsAnswerable() {
        return true;
    }

    @Override
    public synchronized long answerableSince() {
        return since;
    }

    /** Makes what was asked before a time unanswerable. */
    synchronized void reconnect(long inUseSince) {
        since = inUseSince;
    }

    @Override
    public synchronized void renew(Carriers.@Nullable Carrier carrier, long of, String why) {
        if (of == since && since == 0) {
            renewals++;
        } else if (of == since) {
            needless++;
        }
    }

    /** How often the first connection was to be renewed while it was there. */
    int renewals() {
        return renewals;
    }

    /** How often another one was. */
    int needlessRenewals() {
        return needless;
    }

    @Override
    public synchronized void close() {
        check(!reading, "closed under a reader");
        closed++;
    }

    /** Notes it, for the stage catches what a source throws. */
    private void check(boolean condition, String otherwise) {
        if (!condition) {
            violation = otherwise;
        }
    }

    /** How many letters were read. */
    int read() {
        int read = 0;
        for (int i = 0; i < next; i++) {
            read += posted[i] == BOMB ? 0 : 1;
        }
        return read;
    }

    int closed() {
        return closed;
    }

    @Nullable
    String violation() {
        return violation;
    }
}
