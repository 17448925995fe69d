package io.github.exitleft;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous call whose owner may have the future before its request is sent.
 *
 * <p>While it is in line, its owner has the future already. So it can end at any time, also while its request is being sent, which the
 * executor does then. A call that ends while it is being sent keeps token and place until that is done: what is sent last with a
 * token must not come after the token has another owner.
 *
 * <pre>
 * QUEUED --its turn--> SENDING, TOLD --sent--> OPEN --> OVER
 *    |                       |
 *    +--> OVER               +--> LEFT --sent--> OVER
 * </pre>
 */
abstract class EarlyCall<T, M> extends AsyncCall<T, M> {

    /** Whether it has been in line, so that its owner has the future before its request is sent. */
    volatile boolean queues;

    /** What is to run once the request has been sent of a call that has ended meanwhile. */
    private final AtomicReference<Runnable> leftWith = new AtomicReference<>(Timer.NOTHING);

    EarlyCall(StageParts<T, M> parts, CallOptions<? super M> options) {
        super(parts, null, options, null);
    }

    /** Ends a call also in line, or while its request is being sent. */
    @Override
    @Nullable
    Phase decide() {
        if (!queues) {
            return super.decide();
        }
        for (Phase now = phase.get(); now != Phase.OVER && now != Phase.LEFT; now = phase.get()) {
            boolean sending = now == Phase.SENDING || now == Phase.TOLD;
            if (phase.compareAndSet(now, sending ? Phase.LEFT : Phase.OVER)) {
                return now;
            }
        }
        return null;
    }

    /**
     * Returns what is to run for the end of a call that has been sent. If it is being sent now, the thread that sends has it to run
     * once it has, unless that was before this.
     */
    @Override
    Runnable givenUp(Outcome outcome, Phase before) {
        if (before == Phase.OPEN) {
            return super.givenUp(outcome, before);
        }
        if (before == Phase.QUEUED) {
            return Timer.NOTHING;
        }
        call.end(outcome);
        // nothing is prepared before, or the timer would run it in any case
        leftWith.set(() -> call.unanswered(context).run());
        return phase.get() == Phase.OVER && !call.unsent ? this::afterLeaving : Timer.NOTHING;
    }

    private void afterLeaving() {
        try {
            leftWith.getAndSet(Timer.NOTHING).run();
        } catch (Throwable e) { // no memory
            parts.bare.callbackFailed(e);
        }
    }

    @Override
    void sentInVain() {
        try {
            releaseAll();
        } finally {
            afterLeaving();
        }
    }

    @Override
    void release(Phase before) {
        switch (before) {
            case OPEN -> releaseAll();
            case QUEUED -> leaveLines();
            default -> {
                // by the thread that sends, once it has
            }
        }
    }

    /** Ends a call whose sender threw. If its owner has the future, that tells of it. */
    @Override
    void notSent(Throwable thrown) {
        if (!queues) {
            super.notSent(thrown);
            return;
        }
        call.unsent = true;
        if (phase.getAndSet(Phase.OVER) == Phase.LEFT) {
            releaseAll();
        } else {
            end(Outcome.NOT_SENT, Phase.OPEN);
            completeByItself(new SendFailedException(call.toString(), thrown));
        }
    }

    /** Leaves the lines that the call is in, and frees what it has got there. */
    abstract void leaveLines();
}
