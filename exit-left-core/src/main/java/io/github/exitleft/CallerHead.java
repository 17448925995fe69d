package io.github.exitleft;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a caller does as the head: it reads until its own message has come, or its time is up, and drains before it leaves. */
final class CallerHead<T, M> implements HeadRoutine<T, Source<M>, Void, @Nullable Received<M>, InterruptedException> {

    private final ReadLoop<T, M> readLoop;
    private final KeeperThread<T, M> keeper;

    CallerHead(ReadLoop<T, M> readLoop, KeeperThread<T, M> keeper) {
        this.readLoop = readLoop;
        this.keeper = keeper;
    }

    @Override
    public @Nullable Received<M> head(Director<T, Source<M>, Void> director) throws InterruptedException {
        @SuppressWarnings("unchecked") // only mailboxes are registered
        Mailbox<T, M> mine = (Mailbox<T, M>) Objects.requireNonNull(director.registration());
        mine.headed = true;
        Received<M> own = null;
        try {
            own = readLoop.head(director, mine);
            if (own != null) {
                readLoop.drain(director, mine);
            }
        } catch (SourceFailedException e) {
            keeper.sourceFailed();
            if (own == null) {
                throw e;
            }
        }
        return own;
    }
}
