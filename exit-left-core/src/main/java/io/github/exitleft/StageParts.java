package io.github.exitleft;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a stage of messages, and the steps that take several of them.
 *
 * <p>Each part knows only those above it in this list:
 *
 * <pre>
 * asyncWaits     calls and streams for which no thread waits
 * bare           the primitive: tickets, the role, the queue for it
 * stats, listeners, heartbeat
 * jobs           what the executor does
 * events         messages that are for no caller
 * mailroom       the mailboxes, and the memory of closed ones
 * bindings       calls whose tokens are not known yet
 * router         finds the mailbox that a message is for
 * readLoop       what a head does: reads, has each message routed, looks at its time
 * keeper         the thread that heads when no caller does
 * callerHead     what a caller does when it heads
 * </pre>
 *
 * <p>Above them are {@link Call}, {@link AsyncCall} and {@link MessageStream}, one for each question, then {@link Ticket} and
 * {@link Stage}.
 */
final class StageParts<T, M> {

    final Duration defaultTimeout;
    private final Duration rest;
    final AsyncWaits asyncWaits;
    final BareStage<T, Source<M>, Void> bare;
    final StageStats stats = new StageStats();
    final Listeners<T, M> listeners;
    final Heartbeat heartbeat;
    final AsyncJobs jobs;
    final Events<T, M> events;
    final Mailroom<T, M> mailroom;
    private final Forgetting forgetting;
    final Bindings<T, M> bindings;
    final Router<T, M> router;
    final ReadLoop<T, M> readLoop;
    final KeeperThread<T, M> keeper;

    /** One for all callers, since nothing is to be allocated for it. */
    final CallerHead<T, M> callerHead;

    final ErrorReplies<M> errorReplies;
    final TimeoutReport timeoutReport;

    /** Puts the parts together; the keeper does not begin by that. */
    StageParts(StageSettings<T, M> settings) {
        this.defaultTimeout = settings.defaultTimeout;
        this.rest = settings.rest;
        this.asyncWaits = new AsyncWaits(settings.timer);
        this.bare = bare(settings, asyncWaits);
        this.listeners = new Listeners<>(bare, stats);
        this.heartbeat = new Heartbeat(bare);
        this.jobs = new AsyncJobs(bare, settings);
        this.events = new Events<>(bare, jobs, stats, listeners, settings.events);
        this.mailroom = new Mailroom<>(
                heartbeat::now,
                resting(settings),
                settings.mailboxCapacity,
                settings.overflow,
                settings.shared ? MessageOutcome.FOREIGN : MessageOutcome.UNKNOWN);
        this.forgetting = new Forgetting(settings.timer, mailroom::forgetOld);
        this.bindings = new Bindings<>(bare, listeners);
        this.router = new Router<>(bare, settings.reader, mailroom, listeners, events, bindings);
        this.readLoop =
                new ReadLoop<>(bare, settings.source, router, stats, heartbeat, mailroom, asyncWaits, settings.drain);
        this.keeper = new KeeperThread<>(bare, settings, readLoop, heartbeat, asyncWaits);
        this.callerHead = new CallerHead<>(readLoop, keeper);
        this.errorReplies = new ErrorReplies<>(bare, settings.source, settings.classifier);
        this.timeoutReport = new TimeoutReport(bare, heartbeat, stats);
    }

    @SuppressWarnings("NullAway") // nothing uses the buffer, mailboxes hang on their registrations
    private static <T, M> BareStage<T, Source<M>, Void> bare(StageSettings<T, M> settings, AsyncWaits asyncWaits) {
        return settings.seam
                .apply(BareStage.<T, Source<M>, Void>builder(settings.name, settings.source, null)
                        .promotion(settings.promotion)
                        .maxTickets(settings.maxTickets)
                        .wakeup(reading -> wakeHead(reading, asyncWaits))
                        .closer(Source::close, settings.source.closesUnderReader()))
                .build();
    }

    /** Wakes the head because the stage or its ticket is closed. */
    private static void wakeHead(Source<?> reading, AsyncWaits asyncWaits) {
        try {
            asyncWaits.sweepIfClosed(); // now, since the head may take its time
        } finally {
            reading.wakeup();
        }
    }

    private static <T> @Nullable RestingTokens<T> resting(StageSettings<T, ?> settings) {
        return settings.reuse() == Reuse.ALLOW || settings.rest.isZero()
                ? null
                : new RestingTokens<>(Parker.nanos(settings.rest), RestingTokens.MOST);
    }

    /** Takes a token for a mailbox for whose messages a thread is to wait. */
    void register(T token, Mailbox<T, M> box) {
        take(token, box);
        keeper.admitted();
    }

    private void take(T token, Mailbox<T, M> box) {
        if (mailroom.anyRests() && bare.parts.generations.isAttemptDue()) {
            // first, since a ticket that is refused must not be the one that was to try
            requireRested(token, mailroom.resting(token));
        }
        box.register(bare.ticket(token, box));
        // not before: only now has the last question of this token been remembered
        if (mailroom.anyRests()) {
            takeIfRested(token, box);
        }
    }

    private void takeIfRested(T token, Mailbox<T, M> box) {
        boolean taken = false;
        try {
            requireRested(token, mailroom.resting(token));
            taken = true;
        } finally {
            if (!taken) {
                giveBack(token, box);
            }
        }
    }

    /** Gives back a token that may not be used yet. A late answer to its last question may have been filed in the box meanwhile. */
    private void giveBack(T token, Mailbox<T, M> box) {
        List<Unclaimed<T, M>> filed = List.of();
        try {
            filed = mailroom.refuse(token, box);
        } finally {
            try {
                box.bare().close();
            } finally {
                listeners.unclaimed(filed);
            }
        }
    }

    private void requireRested(T token, @Nullable Rest rest) {
        if (rest != null) {
            throw new TokenInUseException("token '" + Texts.of(token) + "' of " + bare + " rests, since "
                    + Duration.ofNanos(bare.nanoTime() - rest.since()).toMillis()
                    + " ms ago its last question ended without an answer, which may still come; use another token, or change"
                    + " tokens.rest (StageBuilder.rest), which is " + this.rest
                    + ", or tokens.reuse (StageBuilder.reuse)");
        }
    }

    /** Takes a token for a mailbox of whose messages its recipient is told from then on. */
    void register(T token, Mailbox<T, M> box, Recipient recipient) {
        take(token, box);
        boolean added = false;
        try {
            asyncWaits.add(recipient);
            keeper.attend();
            added = true;
        } finally {
            if (!added) { // an Error: the caller gets nothing that could give the token back
                release(box, recipient);
            }
        }
    }

    /** Gives back the token of a recipient that is over. */
    void release(Mailbox<T, M> box, Recipient recipient) {
        try {
            if (asyncWaits.remove(recipient)) {
                keeper.relieve();
            }
        } finally {
            release(box, false);
        }
    }

    /**
     * Gives a token back, and ends the wait for its messages.
     *
     * @param leaves whether the thread that waits for them is this one, and takes nothing any more
     */
    void release(Mailbox<T, M> box, boolean leaves) {
        BareTicket<T> ticket = box.bare();
        List<Unclaimed<T, M>> left = List.of();
        try {
            // the mailbox first: a message that finds no ticket any more finds its token remembered
            left = mailroom.close(ticket.token(), box, leaves);
        } finally {
            forgetting.later(box.attachment());
            try {
                ticket.close();
            } finally {
                listeners.unclaimed(left);
            }
        }
    }
}
