package io.github.exitleft;

import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of peers, whose ids are issued for each peer apart.
 *
 * @param <I> ids
 */
final class PeerTokens<I> implements TokenSupply<PeerToken<I>> {

    private final ScopedIssuing<InetSocketAddress, I> issuing;
    private final TokenSpace<I> space;

    PeerTokens(ScopedIssuing<InetSocketAddress, I> issuing, TokenSpace<I> space) {
        this.issuing = issuing;
        this.space = space;
    }

    @Override
    public void requirePeer(@Nullable InetSocketAddress peer) {
        required(peer);
    }

    private static InetSocketAddress required(@Nullable InetSocketAddress peer) {
        if (peer == null) {
            throw new IllegalArgumentException(
                    "'peer' must be given, since the stage issues ids for each peer; use CallOptions.peer");
        }
        return peer;
    }

    private @Nullable PeerToken<I> of(InetSocketAddress peer, @Nullable I id) {
        if (id == null) {
            return null;
        }
        PeerToken<I> token = null;
        try {
            token = new PeerToken<>(peer, id);
            return token;
        } finally {
            if (token == null) {
                // no memory, and nothing has been sent with it
                issuing.answered(peer, id);
            }
        }
    }

    @Override
    public @Nullable PeerToken<I> issue(@Nullable InetSocketAddress peer, long deadline) throws InterruptedException {
        InetSocketAddress scope = required(peer);
        return of(scope, issuing.issue(scope, deadline));
    }

    @Override
    public @Nullable PeerToken<I> tryIssue(@Nullable InetSocketAddress peer) {
        InetSocketAddress scope = required(peer);
        return of(scope, issuing.tryIssue(scope));
    }

    @Override
    public @Nullable Queued<?> join(
            @Nullable InetSocketAddress peer, Taker<PeerToken<I>> taker, Executor executor, int most) {
        InetSocketAddress scope = required(peer);
        Taker<I> forId = new Taker<>() {
            @Override
            public boolean granted(I id) {
                return taker.granted(new PeerToken<>(scope, id));
            }

            @Override
            public void ended(RuntimeException why) {
                taker.ended(why);
            }
        };
        return issuing.join(scope, forId, executor, most);
    }

    @Override
    public boolean covers(PeerToken<I> token) {
        return space.covers(token.id());
    }

    @Override
    public boolean take(PeerToken<I> token) {
        return issuing.take(token.sender(), token.id());
    }

    @Override
    public @Nullable Rest resting(PeerToken<I> token) {
        return issuing.resting(token.sender(), token.id());
    }

    @Override
    public void free(PeerToken<I> token) {
        issuing.answered(token.sender(), token.id());
    }

    @Override
    public void letRest(PeerToken<I> token, @Nullable Object attachment, Carriers.@Nullable Load asked, int owed) {
        issuing.gaveUp(token.sender(), token.id(), attachment, asked, owed);
    }

    @Override
    public @Nullable Rest answeredLate(PeerToken<I> token, int came) {
        return issuing.answeredLate(token.sender(), token.id(), came);
    }

    @Override
    public @Nullable Rest endRest(PeerToken<I> token) {
        return issuing.endRest(token.sender(), token.id());
    }

    @Override
    public int live() {
        return issuing.sum(Issuing::live);
    }

    @Override
    public int resting() {
        return issuing.sum(Issuing::resting);
    }

    @Override
    public int mostResting(int limit) {
        // of one peer, so that no peer's tokens can all rest
        return space.halfOrAtMost(limit);
    }

    @Override
    public int waiting() {
        return issuing.sum(Issuing::waiting);
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
