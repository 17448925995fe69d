package io.github.exitleft;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One wait for the answers to many questions, each of which has its own token, outcome and result.
 *
 * <p>The wait has a registration of its own, as that of {@link AnyCall}, and lasts until no question is open. A question that is
 * answered gives its token back at once. All requests that are open are sent again at the same times.
 */
final class AllCall<P, T, M> extends Call<T, M> {

    /** Stands for the end of all questions. */
    private static final Received<?> ENDED = new Received<>("ended", 0);

    /** One of the questions. */
    private static final class One<P, T, M> extends Grouped<T, M> {

        private final P peer;
        private final Question<T, M> question;
        private final CallOptions<? super M> options;

        /** Where its result belongs. */
        private final int index;

        private long start;
        private boolean sent;
        private @Nullable Observed observed;

        One(
                StageParts<T, M> parts,
                P peer,
                Question<T, M> question,
                CallOptions<? super M> options,
                @Nullable Predicate<? super M> check,
                int index) {
            super(parts, question.token, check, true);
            this.peer = peer;
            this.question = question;
            this.options = options;
            this.index = index;
        }

        @Override
        @Nullable
        Object attachment() {
            return options.attachment;
        }

        @Override
        @Nullable
        Observed observed() {
            return observed;
        }

        @Override
        void ended(Outcome outcome, long since) {
            exits(outcome);
            super.ended(outcome, since);
        }

        @Override
        void endUnsent(FailedSends failed, Throwable cause) {
            super.endUnsent(failed, cause);
            parts.bare.parts.role.signal(waiting());
        }

        /** Makes the wait look for what has ended; the other questions go on. */
        @Override
        void endTogether(Generation lost) {
            if (group != null) {
                parts.bare.parts.role.signal(waiting());
            }
        }
    }

    private final List<One<P, T, M>> open;
    private final List<@Nullable Answer<P, M>> answers;

    private AllCall(StageParts<T, M> parts, T token, List<One<P, T, M>> open, List<@Nullable Answer<P, M>> answers) {
        super(parts, token, null, false, null);
        this.open = open;
        this.answers = answers;
    }

    /** Takes the tokens, sends the requests, waits for the answers, and gives the tokens back. */
    static <P, T, M> List<Answer<P, M>> ask(
            StageParts<T, M> parts,
            Collection<? extends P> peers,
            Function<? super P, Question<T, M>> ask,
            CallOptions<? super M> options)
            throws InterruptedException {
        requireReady(parts);
        if (parts.gate.window != null) {
            throw new IllegalStateException(parts.bare
                    + " has a window, in whose line one thread can't wait for several places; use 'call' for each question,"
                    + " or a stage without a window (StageBuilder.window)");
        }
        List<@Nullable Answer<P, M>> answers = new ArrayList<>();
        List<One<P, T, M>> asked = new ArrayList<>();
        for (P peer : peers) {
            int place = answers.size();
            answers.add(null);
            try {
                Question<T, M> question =
                        Objects.requireNonNull(ask.apply(peer), "question for peer '" + peer + "' must not be null");
                asked.add(new One<>(parts, peer, question, options, check(question, options), place));
            } catch (RuntimeException e) { // of the caller's own: the others are asked nevertheless
                answers.set(place, new Answer<>(peer, null, e, Duration.ZERO));
            }
        }
        if (!asked.isEmpty()) {
            new AllCall<>(parts, asked.get(0).question.token, asked, answers).ask(options);
        }
        List<Answer<P, M>> all = new ArrayList<>();
        answers.forEach(answer -> all.add(Objects.requireNonNull(answer)));
        return List.copyOf(all);
    }

    private static <T, M> @Nullable Predicate<? super M> check(
            Question<T, M> question, CallOptions<? super M> options) {
        Predicate<? super M> one = question.check;
        Predicate<? super M> other = options.check;
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return message -> one.test(message) && other.test(message);
    }

    private void ask(CallOptions<? super M> options) throws InterruptedException {
        long start = parts.bare.nanoTime();
        long deadline = parts.bare.deadline(start, options.timeout == null ? parts.defaultTimeout : options.timeout);
        Object recorded = parts.listeners.recorder.beginWait();
        int received = (int) parts.stats.receivedSoFar();
        long unclaimed = parts.stats.unclaimedSoFar();
        Outcome outcome = Outcome.FAILED;
        @Nullable RuntimeException why = null;
        try {
            send(deadline);
            if (!open.isEmpty()) {
                join();
                untilMessageOrDeadline(start, deadline, options.resends, () -> {});
            }
            outcome = Outcome.TIMED_OUT;
        } catch (InterruptedException e) {
            outcome = Outcome.INTERRUPTED;
            if (lastLook() == null || answers.contains(null)) { // also if a question was not sent for it
                throw e;
            }
            Thread.currentThread().interrupt(); // the last answer came first
        } catch (StageClosedException | SourceFailedException e) {
            outcome = e instanceof StageClosedException ? Outcome.CLOSED : Outcome.FAILED;
            why = e;
            lastLook();
        } finally {
            open.removeIf(one -> answers.get(one.index) != null);
            if (isRegistered()) { // or nothing was sent that could be waited for
                boolean all = outcome == Outcome.TIMED_OUT && open.isEmpty();
                parts.listeners.recorder.endWait(recorded, all ? outcome() : outcome, headed, false);
            }
            open.forEach(this::release);
            for (One<P, T, M> one : open) {
                one.ended(outcome, one.start);
                if (outcome == Outcome.TIMED_OUT) {
                    one.headed = headed;
                    one.overshot = overshot;
                    why = one.timeout(one.start, deadline, received, unclaimed, "");
                }
                answers.set(one.index, new Answer<>(one.peer, null, why, Duration.ZERO));
                one.endObserved(why);
            }
            giveUp(outcome, options.onGiveUp);
        }
    }

    private void giveUp(Outcome outcome, @Nullable Consumer<? super GiveUp> hook) {
        if (hook != null) {
            for (int i = 0; i < open.size(); i++) {
                TrackedCall.giveUp(parts, hook, outcome);
            }
        }
    }

    /** Takes each token and sends each request; a question for which that fails is over. */
    private void send(long deadline) throws InterruptedException {
        try {
            for (One<P, T, M> one : open) {
                send(one, deadline);
            }
        } finally {
            open.removeIf(one -> !one.sent);
        }
    }

    private void send(One<P, T, M> one, long deadline) throws InterruptedException {
        one.awaiting = Thread.currentThread(); // no other thread will know its ticket
        one.start = parts.bare.nanoTime();
        one.observed = parts.listeners.observe(CallKind.ALL, one.question.token);
        try {
            parts.register(one.question.token, one);
        } catch (RuntimeException e) {
            end(one, null, e);
            return;
        }
        try {
            one.send(one.question.sender, one.start, deadline);
            one.sent = true;
        } catch (Exception e) {
            if (e instanceof InterruptedException interrupt) {
                throw interrupt;
            }
            end(one, null, new SendFailedException(one.toString(), e));
        } finally {
            if (!one.sent) {
                release(one);
                one.endObserved(null);
            }
        }
    }

    /** Makes all questions part of this wait. */
    private void join() {
        One<P, T, M> any = open.get(0);
        for (One<P, T, M> one : open) {
            // all are of the same generation, but for those that have failed, by themselves or with all others
            any = any.hasFailedInPart() || one.failure() != null && !one.hasFailedInPart() ? one : any;
        }
        parts.bare.registerBeside(any, this);
        registered();
        for (One<P, T, M> one : open) {
            one.group = this;
        }
        if (parts.carriers != null) {
            for (One<P, T, M> one : open) {
                parts.carriers.endIfLost(one.load);
            }
        }
    }

    // the answers

    @Override
    @Nullable
    Received<M> read(@Nullable Received<M> mark) {
        return take();
    }

    @Override
    @Nullable
    Received<M> take() {
        super.take(); // the mark, before the look
        return collect(false);
    }

    @Override
    @Nullable
    Received<M> lastLook() {
        return collect(true);
    }

    /**
     * Takes the answers that have been filed; returns null unless no question is open any more.
     *
     * @param last whether what comes from now on is late
     */
    @SuppressWarnings("unchecked") // what stands for a message is none
    private @Nullable Received<M> collect(boolean last) {
        for (One<P, T, M> one : open) {
            // before the look for its answer, which then wins over a failure to send that shows meanwhile
            boolean unsent = !one.isOpen();
            RuntimeException lost = one.hasFailedInPart() ? one.failure() : null;
            Received<M> got = last ? parts.mailroom.takeOrMiss(one) : parts.mailroom.take(one);
            if (got != null) {
                parts.stats.message(MessageOutcome.DELIVERED);
                one.received();
                one.ended(outcome(), one.start);
                M message = one.messageOf(got);
                end(one, new Received<>(message, one.timeOf(got)), parts.errorReplies.in(message));
            } else if (lost != null) {
                one.ended(Outcome.FAILED, one.start);
                end(one, null, lost);
            } else if (unsent) {
                one.ended(Outcome.NOT_SENT, one.start);
                end(
                        one,
                        null,
                        new SendFailedException(one.toString(), Objects.requireNonNull(one.failedSends().unsent)));
            }
        }
        open.removeIf(one -> answers.get(one.index) != null);
        return open.isEmpty() ? (Received<M>) ENDED : null;
    }

    /** Notes the result of a question, and gives its token back. */
    private void end(One<P, T, M> one, @Nullable Received<M> got, @Nullable Throwable failure) {
        Duration elapsed = got == null ? Duration.ZERO : Duration.ofNanos(got.receivedAt() - one.start);
        answers.set(one.index, new Answer<>(one.peer, got, failure, elapsed));
        release(one);
        one.endObserved(failure);
    }

    private void release(One<P, T, M> one) {
        try {
            one.group = null; // or this wait would end by that
            one.close();
        } catch (Throwable e) { // the token's own code, or no memory: the others are to be released too
            parts.bare.callbackFailed(e);
        }
    }

    @Override
    void sendAgain(Sender<?> nothing, long deadline) throws InterruptedException {
        for (One<P, T, M> one : open) {
            one.sendAgain(one.question.sender, deadline);
        }
    }

    @Override
    public String toString() {
        return answers.size() + " questions of " + parts.bare;
    }
}
