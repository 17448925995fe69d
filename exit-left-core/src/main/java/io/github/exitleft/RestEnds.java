package io.github.exitleft;

import java.util.function.Consumer;

/**
 * Ends the rests that are over without an answer (M11): the oldest by their time, or any whose question can't be answered any more.
 *
 * <p>It looks at all that rest only if the source has told something new. Guarded by its owner's lock.
 */
final class RestEnds<T> {

    private final RestRule rule;

    /** Is given each token whose rest has been ended. */
    private final Consumer<? super T> ended;

    private RestRule.Told seen;

    RestEnds(RestRule rule, Consumer<? super T> ended) {
        this.rule = rule;
        this.ended = ended;
        this.seen = rule.told();
    }

    /** Ends what is over. */
    void end(Rests<T> rests, long now) {
        if (rests.resting() == 0) {
            return;
        }
        if (!rule.tells(seen)) {
            // first, so that what is told meanwhile is seen by the next look
            RestRule.Told told = rule.told();
            rests.removeGone(rule, ended);
            seen = told;
        }
        while (rests.resting() > 0 && rule.isOver(rests.oldestSince(), now)) {
            ended.accept(rests.removeOldest());
        }
    }
}
