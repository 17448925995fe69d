package io.github.exitleft;

import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tokens that are issued for a stage as a whole, from a space of its own or by a user's issuer. */
final class StageTokens<T> implements TokenSupply<T> {

    private final Issuing<T> issuing;

    /** The space of the tokens; null if a user's issuer makes them. */
    private final @Nullable TokenSpace<T> space;

    private final @Nullable OwnIssuer<T> own;

    private StageTokens(Issuing<T> issuing, @Nullable TokenSpace<T> space, @Nullable OwnIssuer<T> own) {
        this.issuing = issuing;
        this.space = space;
        this.own = own;
    }

    static <T> StageTokens<T> of(Issuing<T> issuing, TokenSpace<T> space) {
        return new StageTokens<>(issuing, space, null);
    }

    static <T> StageTokens<T> by(OwnIssuer<T> own, Issuing<T> issuing) {
        return new StageTokens<>(issuing, null, own);
    }

    @Override
    public void requirePeer(@Nullable InetSocketAddress peer) {
        if (peer != null) {
            throw new IllegalArgumentException("'peer' must not be given, but is " + peer
                    + "; the stage does not issue ids for each peer, which it does for tokens of type PeerToken");
        }
    }

    @Override
    public @Nullable T issue(@Nullable InetSocketAddress peer, long deadline) throws InterruptedException {
        return own != null ? own.issue(issuing::take) : issuing.issue(deadline);
    }

    @Override
    public @Nullable T tryIssue(@Nullable InetSocketAddress peer) {
        return own != null ? own.issue(issuing::take) : issuing.tryIssue();
    }

    @Override
    public @Nullable Queued<?> join(@Nullable InetSocketAddress peer, Taker<T> taker, Executor executor, int most) {
        return issuing.join(taker, executor, most);
    }

    @Override
    public boolean covers(T token) {
        return space == null || space.covers(token);
    }

    @Override
    public boolean take(T token) {
        return issuing.take(token);
    }

    @Override
    public @Nullable Rest resting(T token) {
        return issuing.resting(token);
    }

    @Override
    public void free(T token) {
        issuing.answered(token);
    }

    @Override
    public void letRest(T token, @Nullable Object attachment, Carriers.@Nullable Load asked, int owed) {
        issuing.gaveUp(token, attachment, asked, owed);
    }

    @Override
    public @Nullable Rest answeredLate(T token, int came) {
        return issuing.answeredLate(token, came);
    }

    @Override
    public @Nullable Rest endRest(T token) {
        return issuing.endRest(token);
    }

    @Override
    public int live() {
        return issuing.live();
    }

    @Override
    public int resting() {
        return issuing.resting();
    }

    @Override
    public int mostResting(int limit) {
        return space == null ? limit : space.halfOrAtMost(limit);
    }

    @Override
    public int waiting() {
        return issuing.waiting();
    }

    @Override
    public void end(Supplier<? extends RuntimeException> why) {
        issuing.end(why);
    }

    @Override
    public void close(Supplier<? extends RuntimeException> why) {
        issuing.close(why);
    }
}
