package io.github.exitleft;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A call for whose messages a thread may wait together with others, as one wait. */
abstract class Grouped<T, M> extends Call<T, M> {

    /** The wait of several calls that this one is part of now; null if it is part of none. */
    volatile @Nullable Mailbox<T, M> group;

    Grouped(StageParts<T, M> parts, T token, @Nullable Predicate<? super M> check, boolean single) {
        super(parts, token, check, single, null);
    }

    /** Begins a call whose token is not known yet, as {@link Call} does. */
    Grouped(StageParts<T, M> parts, @Nullable Predicate<? super M> check, boolean single) {
        super(parts, check, single, null);
    }

    @Override
    final Registration<T> waiting() {
        Mailbox<T, M> together = group;
        if (together == null) {
            return this;
        }
        together.mark();
        return together;
    }

    @Override
    void endTogether(Generation lost) {
        Mailbox<T, M> together = group;
        if (together != null) {
            together.fail(lost);
        }
    }

    /** Gives the token back, and ends the wait of several calls that this one is part of. */
    @Override
    public void close() {
        try {
            super.close();
        } finally {
            Mailbox<T, M> together = group;
            if (together != null) {
                together.giveBack();
            }
        }
    }
}
