package io.github.exitleft;

import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A call that has an attachment, or a hook that runs when it is given up (M14), or is observed; only calls that ask for that are such. */
class TrackedCall<T, M> extends Call<T, M> {

    private final @Nullable Object attachment;
    private final @Nullable Consumer<? super GiveUp> onGiveUp;
    private final @Nullable Observed observed;

    /** How the wait has ended; null as long as the request has not been sent. */
    private volatile @Nullable Outcome ended;

    TrackedCall(
            StageParts<T, M> parts,
            T token,
            CallOptions<? super M> options,
            boolean single,
            @Nullable Recipient recipient) {
        super(parts, token, options.check, single, recipient);
        this.attachment = options.attachment;
        this.onGiveUp = options.onGiveUp;
        this.observed = options.observed;
    }

    /** Creates a call whose token is not known yet. */
    TrackedCall(StageParts<T, M> parts, CallOptions<? super M> options, boolean single, @Nullable Recipient recipient) {
        super(parts, options.check, single, recipient);
        this.attachment = options.attachment;
        this.onGiveUp = options.onGiveUp;
        this.observed = options.observed;
    }

    /** Returns a call for these options, which is no tracked one unless it has to be. */
    static <T, M> Call<T, M> of(
            StageParts<T, M> parts, T token, CallOptions<? super M> options, @Nullable Recipient recipient) {
        return options.areTracked()
                ? new TrackedCall<>(parts, token, options, true, recipient)
                : new Call<>(parts, token, options.check, true, recipient);
    }

    @Override
    @Nullable
    Object attachment() {
        return attachment;
    }

    @Override
    @Nullable
    final Observed observed() {
        return observed;
    }

    @Override
    final void end(Outcome outcome) {
        ended = outcome;
        exits(outcome);
    }

    @Override
    Outcome delivered() {
        received();
        return super.delivered();
    }

    @Override
    void ended(Outcome outcome, long since) {
        end(outcome);
        super.ended(outcome, since);
    }

    @Override
    void unanswered() {
        Outcome outcome = ended;
        if (onGiveUp != null && outcome != null && outcome != Outcome.NOT_SENT) {
            giveUp(parts, onGiveUp, outcome);
        }
    }

    @Override
    Runnable unanswered(UnaryOperator<Runnable> context) {
        Outcome outcome = ended;
        return onGiveUp == null || outcome == null || outcome == Outcome.NOT_SENT
                ? Timer.NOTHING
                : parts.jobs.prepare(context, () -> giveUp(parts, onGiveUp, outcome));
    }

    /** Runs the hook of a question that was sent and has no answer; throws nothing. */
    static void giveUp(StageParts<?, ?> parts, Consumer<? super GiveUp> hook, Outcome outcome) {
        try {
            hook.accept(reason(outcome));
        } catch (Throwable e) {
            // a user's code, which must not replace what the caller is told
            parts.bare.callbackFailed(e);
        }
    }

    private static GiveUp reason(Outcome outcome) {
        return switch (outcome) {
            case TIMED_OUT -> GiveUp.TIMED_OUT;
            case INTERRUPTED -> GiveUp.INTERRUPTED;
            case CANCELLED -> GiveUp.CANCELLED;
            case CLOSED -> GiveUp.CLOSED;
            // also an answer that an Error kept from the caller
            default -> GiveUp.FAILED;
        };
    }
}
