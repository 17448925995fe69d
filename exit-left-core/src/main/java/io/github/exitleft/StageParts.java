package io.github.exitleft;

import io.github.exitleft.internal.Audience;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a stage of messages, and the steps that take several of them.
 *
 * <p>Each part knows only those above it in this list:
 *
 * <pre>
 * asyncWaits     calls and streams for which no thread waits
 * bare           the primitive: tickets, the role, the queue for it
 * gate           what questions wait for before their tickets: the window, issued tokens
 * stats, listeners, heartbeat
 * jobs           what the executor does
 * events         messages that are for no caller
 * memory         of tokens whose mailboxes are closed
 * mailroom       the mailboxes
 * bindings       calls whose tokens are not known yet
 * router         finds the mailbox that a message is for
 * readLoop       what a head does: reads, has each message routed, looks at its time
 * keeper         the thread that heads when no caller does
 * renewals       ask for another connection when too many tokens rest
 * callerHead     what a caller does when it heads
 * </pre>
 *
 * <p>Above them are {@link Call}, {@link AsyncCall} and {@link MessageStream}, one for each question, then {@link Ticket} and
 * {@link Stage}.
 */
final class StageParts<T, M> {

    final Duration defaultTimeout;
    final int maxTickets;
    private final RestRule rest;
    private final boolean allowsReuse;

    /** Whether senders want to know how much time their call has left. */
    final boolean timeLeft;

    /** What carries questions; null unless the source has several connections, or tokens rest until they are answered. */
    final @Nullable Carriers carriers;

    final AsyncWaits asyncWaits;
    final BareStage<T, Source<M>, Void> bare;
    final Gate<T> gate;
    final StageStats stats = new StageStats();
    final Listeners<T, M> listeners;
    final Heartbeat heartbeat;
    final AsyncJobs jobs;
    final Events<T, M> events;
    final TokenMemory<T, M> memory;
    final Mailroom<T, M> mailroom;
    private final Forgetting forgetting;
    final Bindings<T, M> bindings;
    final Router<T, M> router;
    final ReadLoop<T, M> readLoop;
    final KeeperThread<T, M> keeper;
    private final Renewals<T> renewals;

    /** One for all callers, since nothing is to be allocated for it. */
    final CallerHead<T, M> callerHead;

    private final Source<M> source;
    final ErrorReplies<M> errorReplies;
    final TimeoutReport timeoutReport;

    /** Tell which threads must not wait, in addition to those that are inside a callback. */
    final List<Predicate<? super Thread>> notBlocking = new CopyOnWriteArrayList<>();

    /** Puts the parts together; the keeper does not begin by that. */
    StageParts(StageSettings<T, M> settings) {
        this.defaultTimeout = settings.defaultTimeout;
        this.maxTickets = settings.maxTickets;
        this.rest = settings.restRule();
        this.timeLeft = settings.source.sendsTimeToLive();
        Carriers ofSource = settings.source.carriers();
        this.carriers = ofSource == null && rest.source() != null ? new Carriers() : ofSource;
        this.allowsReuse = settings.reuse() == Reuse.ALLOW;
        this.asyncWaits = new AsyncWaits(settings.timer);
        this.bare = bare(settings, asyncWaits);
        this.gate = new Gate<>(bare, settings);
        this.listeners = new Listeners<>(bare, stats);
        this.heartbeat = new Heartbeat(bare);
        this.jobs = new AsyncJobs(bare, settings);
        this.events = new Events<>(bare, jobs, stats, listeners, settings.events);
        this.memory = new TokenMemory<>(
                heartbeat::now,
                resting(settings),
                gate.tokens,
                settings.shared ? MessageOutcome.FOREIGN : MessageOutcome.UNKNOWN);
        this.mailroom = new Mailroom<>(memory, heartbeat::now, settings.mailboxCapacity, settings.overflow);
        this.forgetting = new Forgetting(settings.timer, memory::forgetOld);
        this.bindings = new Bindings<>(bare, listeners);
        this.router = new Router<>(bare, settings.reader, mailroom, listeners, events, bindings);
        this.readLoop = new ReadLoop<>(
                bare,
                settings.source,
                router,
                stats,
                heartbeat,
                mailroom,
                asyncWaits,
                new LostCarriers(bare, settings.source, asyncWaits, settings.timer, settings.reopenPauses),
                settings.drain);
        this.keeper = new KeeperThread<>(bare, settings, readLoop, heartbeat, asyncWaits);
        this.renewals = new Renewals<>(rest, carriers, bare, gate.tokens, memory, asyncWaits, keeper);
        this.callerHead = new CallerHead<>(readLoop, keeper);
        this.errorReplies = new ErrorReplies<>(bare, settings.source, settings.classifier);
        this.timeoutReport = new TimeoutReport(bare, heartbeat, stats);
        this.source = settings.source;
        source.attach(new ItsAudience());
    }

    private final class ItsAudience implements Audience {

        @Override
        public boolean getAsBoolean() {
            return isAwaited();
        }

        @Override
        public boolean isKept() {
            return keeper.headsElsewhere();
        }

        @Override
        public boolean mayBlock() {
            return StageParts.this.mayBlock();
        }
    }

    /** Returns whether any answer is awaited, or may be: that of a request whose token is not known yet. */
    private boolean isAwaited() {
        return bare.parts.registrations.count() > 0 || bindings.areUnderWay();
    }

    /** Refuses a thread that must not wait. */
    void requireMayWait() {
        bare.requireOutside();
        if (!mayBlock()) {
            throw wouldBlock("waiting on", "use 'callAsync', or wait");
        }
    }

    /** Refuses to let a thread pause the stage that must not block; a callback may pause it. */
    void requireMayPause() {
        if (!mayBlock()) {
            throw wouldBlock("pausing", "pause it");
        }
    }

    /** Returns whether the current thread may block. */
    private boolean mayBlock() {
        if (!notBlocking.isEmpty()) {
            Thread thread = Thread.currentThread();
            for (Predicate<? super Thread> refused : notBlocking) {
                if (refused.test(thread)) {
                    return false;
                }
            }
        }
        return true;
    }

    private IllegalStateException wouldBlock(String what, String instead) {
        return new IllegalStateException(what + " " + bare + " would block thread '"
                + Thread.currentThread().getName()
                + "', which must not block; " + instead + " on a thread that may block, with Reactor by"
                + " subscribeOn(Schedulers.boundedElastic())");
    }

    /** Lets the source look after its connection before the first of the tickets that are to come. */
    void beforeTicket() {
        if (!isAwaited()) {
            source.beforeTicket();
        }
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
                : new RestingTokens<>(
                        settings.restRule(), Math.max(RestingTokens.MOST, 2 * settings.restUntilAnswered));
    }

    /** Takes a token for a mailbox for whose messages a thread is to wait. */
    void register(T token, Mailbox<T, M> box) {
        take(token, box);
        keeper.admitted();
    }

    private void take(T token, Mailbox<T, M> box) {
        try {
            takeUncounted(token, box);
        } catch (RuntimeException e) {
            stats.refused(e);
            throw e;
        }
    }

    private void takeUncounted(T token, Mailbox<T, M> box) {
        TokenSupply<T> issuing = gate.tokens;
        if (issuing != null && issuing.covers(Objects.requireNonNull(token, "'token' must not be null"))) {
            takeFrom(issuing, token);
            registerIssued(issuing, token, box);
            return;
        }
        beforeTicket();
        if (memory.anyRests() && bare.parts.generations.isAttemptDue()) {
            // first, since a ticket that is refused must not be the one that was to try
            requireRested(token, memory.resting(token));
        }
        bare.register(token, box);
        box.registered();
        // not before: only now has the last question of this token been remembered
        if (memory.anyRests()) {
            takeIfRested(token, box);
        }
    }

    /** Takes a token that a caller brings, so that it is not issued meanwhile. */
    private void takeFrom(TokenSupply<T> issuing, T token) {
        if (issuing.take(token)) {
            return;
        }
        Rest rest = issuing.resting(token);
        if (rest == null || !allowsReuse) {
            requireRested(token, rest);
        } else {
            issuing.endRest(token);
            if (issuing.take(token)) {
                return;
            }
        }
        throw new TokenInUseException("token '" + Texts.of(token) + "' of " + bare
                + " has a live ticket, or has been issued for one; close that first, or use another token");
    }

    /** Takes a ticket for a token that has been issued; if that is refused, the token is free again. */
    private void registerIssued(TokenSupply<T> issuing, T token, Mailbox<T, M> box) {
        boolean registered = false;
        try {
            beforeTicket();
            box.lock = mailroom.lockFor(token);
            bare.register(token, box);
            box.registered();
            registered = true;
        } finally {
            if (!registered) {
                issuing.free(token);
            }
        }
    }

    /** Does what {@link #register(Object, Mailbox)} does, for a token that has been issued for this box. */
    void registerIssued(T token, Mailbox<T, M> box) {
        takeIssued(token, box);
        keeper.admitted();
    }

    /** Does what {@link #register(Object, Mailbox, Recipient)} does, for a token that has been issued for this box. */
    void registerIssued(T token, Mailbox<T, M> box, Recipient recipient) {
        takeIssued(token, box);
        add(box, recipient);
    }

    private void takeIssued(T token, Mailbox<T, M> box) {
        try {
            registerIssued(gate.issuing(), token, box);
        } catch (RuntimeException e) {
            stats.refused(e);
            throw e;
        }
    }

    private void takeIfRested(T token, Mailbox<T, M> box) {
        boolean taken = false;
        try {
            requireRested(token, memory.resting(token));
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
                box.giveBack();
            } finally {
                listeners.unclaimed(filed);
            }
        }
    }

    private void requireRested(T token, @Nullable Rest rest) {
        if (rest != null) {
            throw new TokenInUseException("token '" + Texts.of(token) + "' of " + bare
                    + " rests: its last question ended without an answer "
                    + Duration.ofNanos(bare.nanoTime() - rest.since()).toMillis()
                    + " ms ago, and that may still come; use another token, or change"
                    + " tokens.rest (StageBuilder.rest), which is " + this.rest
                    + ", or tokens.reuse (StageBuilder.reuse)");
        }
    }

    /** Takes a token for a mailbox of whose messages its recipient is told from then on. */
    void register(T token, Mailbox<T, M> box, Recipient recipient) {
        take(token, box);
        add(box, recipient);
    }

    private void add(Mailbox<T, M> box, Recipient recipient) {
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
        if (!leaves) { // or this thread has entered as deep as this
            StackProbe.forAnEntry();
        }
        List<Unclaimed<T, M>> left = List.of();
        try {
            // the mailbox first: a message that finds no ticket any more finds its token remembered
            left = mailroom.close(box.token(), box, leaves);
        } finally {
            forgetting.later(box.attachment());
            try {
                if (leaves) {
                    box.giveBackByItsThread();
                } else {
                    box.giveBack();
                }
            } finally {
                try {
                    free(box.token(), box);
                } finally {
                    unload(box);
                    listeners.unclaimed(left);
                }
                if (rest.source() != null && box.owed() != 0) {
                    renewals.renewIfTooManyRest(rest.source());
                }
            }
        }
    }

    /** Takes a question that has ended off what carries it. */
    void unload(Mailbox<T, M> box) {
        if (carriers != null) {
            carriers.unload(box.load);
        }
    }

    /**
     * Frees a token that could be issued, or lets it rest; not before its registration has gone, and once. It rests too where the request
     * was sent again and not all answers to that have come: the next question with that token would get them.
     */
    private void free(T token, Mailbox<T, M> box) {
        TokenSupply<T> issuing = gate.tokens;
        if (issuing == null || !issuing.covers(token) || !mailroom.leaves(box)) {
            return;
        }
        if (box.owed() != 0) {
            issuing.letRest(token, box.rests() ? box.attachment() : null, box.load, box.owed());
            memory.settle(issuing, token); // what came before the rest began, and so has not been counted for it
        } else {
            issuing.free(token);
        }
    }
}
