package io.github.exitleft;

import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The heartbeat of a stage's source: when a read last ended, and for how long the head has ended none.
 *
 * <p>Heads read for a second at most, so the ends of their reads tell a quiet source from a head that hangs (B5).
 */
final class Heartbeat {

    /** The longest single read. */
    static final Duration LONGEST = Duration.ofSeconds(1);

    static final long LONGEST_NANOS = LONGEST.toNanos();

    private static final System.Logger LOGGER = System.getLogger("io.github.exitleft.Stage");
    private static final Duration UNATTENDED = Duration.ofSeconds(5);

    /** A head that has not ended a read for longer does not read; half of it is room for a machine that is busy. */
    private static final Duration SILENT = LONGEST.multipliedBy(2);

    /** A silent head: when it last ended a read, and when its silence was seen first. */
    private record Sighting(long lastRead, long at) {}

    private final BareStage<?, ?, ?> bare;
    private volatile long lastRead;

    /** What was seen first of the present silence. */
    private volatile @Nullable Sighting sighting;

    /** Whether a warning was logged since the last read. */
    private volatile boolean warned;

    Heartbeat(BareStage<?, ?, ?> bare) {
        this.bare = bare;
        this.lastRead = bare.parts.parker.nanoTime();
    }

    /** Returns the time, or that of the last read if Errors come of looking at the clock: for steps that have to be finished (S19). */
    long now() {
        for (int attempt = 0; attempt < 3; attempt++) {
            try {
                return bare.parts.parker.nanoTime();
            } catch (Throwable e) {
                Thread.yield();
            }
        }
        return lastRead;
    }

    /** Notes that a read has ended, and returns when. */
    long readEnded() {
        long now = now();
        lastRead = now;
        if (warned) {
            warned = false;
        }
        return now;
    }

    /** Returns when a read last ended, on the scale of the stage's clock; the next begins at once. */
    long lastRead() {
        return lastRead;
    }

    /** Logs once that the head has not read for long, if that is so. */
    void warnIfUnattended(BareSnapshot role) {
        Duration since = unattendedFor(role);
        if (since.compareTo(UNATTENDED) > 0 && !warned) {
            warned = true;
            try {
                LOGGER.log(
                        Level.WARNING,
                        "source of stage ''{0}'' is unattended: its head, thread ''{1}'', has not read for {2}; look for a"
                                + " token reader, check or listener that hangs",
                        bare.name(),
                        role.head() == null ? "none" : role.head().thread(),
                        since);
            } catch (Throwable e) {
                // whatever a logger throws, the caller gets its timeout
            }
        }
    }

    /** Returns for how long the present head has not ended a read, as the clock has it. */
    Duration silence(BareSnapshot role) {
        if (role.head() == null) {
            return Duration.ZERO;
        }
        long nanos = Math.min(now() - lastRead, role.head().heading().toNanos());
        return Duration.ofNanos(Math.max(0, nanos));
    }

    /** Returns whether the present head has not ended a read for longer than one lasts. */
    boolean isSilent(BareSnapshot role) {
        return silence(role).compareTo(SILENT) > 0;
    }

    /**
     * Returns for how long there has been a head that did not read. A silence is believed when it is seen a second time, a heartbeat or
     * more after the first: a process that was stopped finds every head silent for that time when it goes on, and a head that is well has
     * read by then.
     */
    Duration unattendedFor(BareSnapshot role) {
        Duration silence = silence(role);
        if (silence.compareTo(SILENT) <= 0) {
            return silence;
        }
        long read = lastRead;
        long now = now();
        Sighting first = sighting;
        if (first == null || first.lastRead != read) {
            sighting = new Sighting(read, now);
            return SILENT;
        }
        return now - first.at < LONGEST_NANOS ? SILENT : silence;
    }
}
