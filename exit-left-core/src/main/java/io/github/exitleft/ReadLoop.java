package io.github.exitleft;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a thread does while it heads a stage of messages: it reads, files, signals, and looks at the clock. */
final class ReadLoop<T, M> {

    private static final System.Logger LOGGER = System.getLogger(Stage.class.getName());
    private static final Duration UNATTENDED = Duration.ofSeconds(5);

    /** The longest single read; its end shows that somebody attends to the source (B5). */
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);

    private static final long HEARTBEAT_NANOS = HEARTBEAT.toNanos();

    /** A head that has not ended a read for longer does not read; half of it is room for a machine that is busy. */
    private static final Duration SILENT = HEARTBEAT.multipliedBy(2);

    /** How long a source that fails for the moment is left alone, so that it does not spin. */
    private static final Duration PAUSE = Duration.ofMillis(1);

    /** That the head was silent since a time, and when that was seen first. */
    private record Sighting(long activity, long at) {}

    private final Stage<T, M> stage;
    private final TokenReader<? extends T, ? super M> reader;
    private final Mailroom<T, M> mailroom;
    private final StageStats stats;
    private final int drain;
    private volatile long lastActivity;
    private volatile @Nullable Sighting sighting; // of a silent head; what was seen first, as long as that lasts
    private volatile boolean unattended; // for so long that a warning was logged
    private long filed; // messages for callers; written and read by heads

    ReadLoop(Stage<T, M> stage, StageBuilder<T, M> settings, Mailroom<T, M> mailroom, StageStats stats) {
        this.stage = stage;
        this.reader = settings.reader;
        this.mailroom = mailroom;
        this.stats = stats;
        this.drain = settings.drain;
        this.lastActivity = stage.nanoTime();
    }

    /** When a read last ended, on the scale of the stage's clock; the next begins at once. */
    long lastActivity() {
        return lastActivity;
    }

    /** As {@link Stage#nanoTimeOr}. */
    long nanoTimeOr(long otherwise) {
        return stage.nanoTimeOr(otherwise);
    }

    /** Logs once that the head has not read for long, if that is so. */
    void warnIfUnattended(BareSnapshot role) {
        Duration since = unattendedFor(role);
        if (since.compareTo(UNATTENDED) > 0 && !unattended) {
            unattended = true;
            try {
                LOGGER.log(
                        Level.WARNING,
                        "source of stage ''{0}'' is unattended: its head, thread ''{1}'', has not read for {2}; look for a"
                                + " token reader, check or listener that hangs",
                        stage.name(),
                        role.head() == null ? "none" : role.head().thread(),
                        since);
            } catch (Throwable e) {
                // whatever a logger throws, the caller gets its timeout
            }
        }
    }

    /** For how long the present head has not ended a read, as the clock has it. */
    Duration silence(BareSnapshot role) {
        if (role.head() == null) {
            return Duration.ZERO;
        }
        long nanos = Math.min(
                nanoTimeOr(lastActivity) - lastActivity, role.head().heading().toNanos());
        return Duration.ofNanos(Math.max(0, nanos));
    }

    /** Whether the present head has not ended a read for longer than one lasts. */
    boolean isSilent(BareSnapshot role) {
        return silence(role).compareTo(SILENT) > 0;
    }

    /**
     * For how long there has been a head that did not read. A silence is believed in when it is seen a second time, a heartbeat or more
     * after the first: a process that was stopped finds every head silent for that time when it goes on, and a head that is well has
     * read by then.
     */
    Duration unattendedFor(BareSnapshot role) {
        Duration silence = silence(role);
        if (silence.compareTo(SILENT) <= 0) {
            return silence;
        }
        long activity = lastActivity;
        long now = nanoTimeOr(activity);
        Sighting first = sighting;
        if (first == null || first.activity != activity) {
            sighting = new Sighting(activity, now);
            return SILENT;
        }
        return now - first.at < HEARTBEAT_NANOS ? SILENT : silence;
    }

    /** Reads until a message for the head's own ticket has come, or its time is up. */
    @Nullable
    Received<M> head(Director<T, Source<M>, Void> director) throws InterruptedException {
        Ticket<T, M> mine = ticketOf(director.attachment());
        mine.headed = true;
        int looks = Math.max(1, drain);
        long rest = mine.overshot ? 0 : director.remainingNanos();
        while (true) {
            boolean something = step(director, mine, rest);
            Received<M> own = something ? mailroom.take(mine) : null;
            if (own != null) {
                drain(director, mine);
                return own;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while heading with " + mine);
            }
            if (rest == 0) {
                // a head without time looks through what is there already, but not for ever
                looks--;
                if (!something || looks == 0) {
                    return director.outOfTime();
                }
            } else {
                rest = director.remainingNanos();
                if (rest == 0) {
                    return director.outOfTime();
                }
            }
        }
    }

    /** Reads for others, as the keeper, until that is to step down. */
    @Nullable
    Void keep(Director<T, Source<M>, Void> director, KeeperThread<T, M> keeperThread) throws InterruptedException {
        long before = filed;
        long rest = 0; // first a mere look, which shows at once whether a source that failed works again
        do {
            try {
                step(director, null, rest);
            } catch (InterruptedException e) { // nobody has a right to, so it is perhaps a source that says so for ever
                stats.transientFailure();
                throw e;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while heading as the keeper of " + stage);
            }
            rest = HEARTBEAT_NANOS;
        } while (!director.isClosed() && !keeperThread.stepsDown(filed != before, director::isAnybodyWaiting));
        drain(director, null);
        return null;
    }

    /** Routes what is there already before leaving, so that others need not be promoted for it (M5). */
    private void drain(Director<T, Source<M>, Void> director, @Nullable Ticket<T, M> mine) {
        try {
            for (int i = 0; i < drain && !director.isAlone() && !director.isClosed(); i++) {
                if (!step(director, mine, 0)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the head has its message, the interrupt is for its caller to see
        } catch (Throwable e) {
            // whatever it is, the head has its message; the others have been told that the source failed
        }
    }

    /** Reads and routes one message; false if there was none. */
    private boolean step(Director<T, Source<M>, Void> director, @Nullable Ticket<T, M> mine, long rest)
            throws InterruptedException {
        M message = null;
        Throwable unreadable = null;
        if (unattended) {
            unattended = false;
        }
        try {
            message = director.resource().receive(atMostAHeartbeat(rest));
        } catch (InterruptedException e) {
            throw e;
        } catch (UnreadableMessageException e) {
            unreadable = e;
        } catch (TransientSourceException e) {
            if (Source.isInterrupt(e)) {
                throw failure(director, e); // or the interrupt would be lost
            }
            stats.transientFailure();
            director.pause(PAUSE);
            return false;
        } catch (Throwable e) {
            throw failure(director, e);
        } finally {
            lastActivity = nanoTimeOr(lastActivity); // an Error here would lose what has been read
        }
        director.recovered();
        if (unreadable != null) {
            stats.received();
            unclaimed(new Unclaimed<>(MessageOutcome.UNREADABLE, null, null, null, unreadable));
            return true;
        }
        if (message == null) {
            return false;
        }
        stats.received();
        route(director, mine, new Received<>(message, lastActivity));
        return true;
    }

    private static Duration atMostAHeartbeat(long nanos) {
        return nanos == 0 ? Duration.ZERO : nanos >= HEARTBEAT_NANOS ? HEARTBEAT : Duration.ofNanos(nanos);
    }

    /** Tells an interrupt, which libraries like to wrap, and the end of a closed stage from a failure. */
    private RuntimeException failure(Director<T, Source<M>, Void> director, Throwable thrown)
            throws InterruptedException {
        if (Thread.interrupted() || Source.isInterrupt(thrown)) {
            var interrupt = new InterruptedException("interrupted while reading the source of " + stage);
            interrupt.initCause(thrown);
            throw interrupt;
        }
        if (director.isClosed()) {
            return director.closed();
        }
        RuntimeException failed = director.fail(thrown);
        stage.sourceFailed();
        return failed;
    }

    private void route(Director<T, Source<M>, Void> director, @Nullable Ticket<T, M> mine, Received<M> received) {
        M message = received.message();
        T token;
        BareTicket<T> holder;
        Unclaimed<T, M> explained;
        try {
            token = reader.read(message);
            holder = token == null ? null : director.find(token);
            explained = token == null || holder != null ? null : mailroom.explain(token, message);
        } catch (Throwable e) { // reader, or the token's hashCode and equals: a stranger's message can bring that about
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt(); // a reader that blocks; the head sees the flag after this message
            }
            unclaimed(new Unclaimed<>(MessageOutcome.UNREADABLE, null, message, null, e));
            return;
        }
        if (token == null) {
            unclaimed(new Unclaimed<>(MessageOutcome.UNREADABLE, null, message, null, null));
            return;
        }
        if (holder == null) {
            unclaimed(Objects.requireNonNull(explained));
            return;
        }
        Ticket<T, M> ticket = ticketOf(holder.attachment());
        if (!passes(ticket, message)) {
            return;
        }
        Unclaimed<T, M> left = mailroom.offer(token, ticket, received);
        if (ticket != mine && (left == null || left.message() != message)) {
            Recipient<T, M> recipient = ticket.recipient;
            if (recipient == null) {
                filed++;
                director.signal(holder);
            } else {
                stage.tell(recipient);
            }
        }
        if (left != null) {
            unclaimed(left);
        }
    }

    @SuppressWarnings("unchecked") // only the stage attaches, and always its ticket
    private Ticket<T, M> ticketOf(@Nullable Object attachment) {
        return (Ticket<T, M>) Objects.requireNonNull(attachment);
    }

    private boolean passes(Ticket<T, M> ticket, M message) {
        Predicate<? super M> check = ticket.check;
        if (check == null) {
            return true;
        }
        Throwable thrown = null;
        try {
            if (check.test(message)) {
                return true;
            }
        } catch (Throwable e) { // a user's code
            stage.callbackFailed(e);
            thrown = e;
        }
        ticket.countForeign();
        unclaimed(new Unclaimed<>(MessageOutcome.FOREIGN, ticket.token(), message, null, thrown));
        return false;
    }

    private void unclaimed(Unclaimed<T, M> unclaimed) {
        stage.unclaimed(unclaimed);
    }
}
