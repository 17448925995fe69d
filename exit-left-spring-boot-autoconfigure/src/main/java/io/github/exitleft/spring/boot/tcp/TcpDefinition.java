package io.github.exitleft.spring.boot.tcp;

import io.github.exitleft.Keeper;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.source.OpenSource;
import io.github.exitleft.spring.boot.source.SourceBeans;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import io.github.exitleft.spring.boot.source.StandIn;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.Opening;
import io.github.exitleft.tcp.TcpHeartbeat;
import io.github.exitleft.tcp.TcpSender;
import io.github.exitleft.tcp.TcpSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A TCP connection that has not been made yet. */
record TcpDefinition(
        SourceContext context,
        TcpProperties tcp,
        TcpRemotes remotes,
        TcpFraming framing,
        TcpTokens tokens,
        @Nullable TcpTls tls,
        TcpPulse pulse)
        implements SourceDefinition {

    private static final String OPENING = "opening";
    private static final int MOST_CONNECTIONS = 1_024;
    private static final Duration SHORTEST = Duration.ofMillis(1);

    static TcpDefinition of(SourceContext context, TcpProperties tcp) {
        TcpRemotes remotes = TcpRemotes.of(context, tcp);
        context.inRange("connections", tcp.connections(), 1, MOST_CONNECTIONS);
        context.atLeast("connect-timeout", tcp.connectTimeout(), SHORTEST);
        context.atLeast("send-timeout", tcp.sendTimeout(), SHORTEST);
        context.inRange("max-frame-size", tcp.maxFrameSize().toBytes(), 1, Integer.MAX_VALUE);
        if (tcp.opening() != null && tcp.opening().isBlank()) {
            throw context.problem(OPENING, "names no bean", "Set it to the name of an Opening bean, or remove it.");
        }
        TcpFraming framing = TcpFraming.of(context, tcp);
        return new TcpDefinition(
                context,
                tcp,
                remotes,
                framing,
                TcpTokens.of(context, tcp.token(), framing),
                TcpTls.of(context, tcp),
                TcpPulse.of(context, tcp.heartbeat()));
    }

    @Override
    public Class<?> messageType() {
        return Frame.class;
    }

    @Override
    public int tokenLength() {
        return this.tokens.length();
    }

    @Override
    public boolean tokensComeFromSending() {
        return this.tokens.order();
    }

    @Override
    public OpenSource open(SourceBeans beans) {
        TokenReader<?, ?> tokens = tokens(beans);
        TcpSource.Builder builder = TcpSource.builder()
                .framing(this.framing.framing(beans))
                .maxFrameSize((int) this.tcp.maxFrameSize().toBytes())
                .connections(this.tcp.connections())
                .pick(this.tcp.pick())
                .connectTimeout(this.tcp.connectTimeout())
                .sendTimeout(this.tcp.sendTimeout());
        this.remotes.addTo(builder);
        if (this.tcp.opening() != null) {
            builder.opening(beans.named(OPENING, this.tcp.opening(), Opening.class));
        }
        if (this.tls != null) {
            this.tls.addTo(builder, beans);
        }
        // the bean first, or a connection would be left open if there is none
        TcpHeartbeat<Object> heartbeat = this.pulse.heartbeat(beans);
        return this.pulse.open(connect(builder), tokens, heartbeat);
    }

    private TokenReader<?, ?> tokens(SourceBeans beans) {
        return beans.tokenReader(this.tokens.reader(), this.tcp.token().reader(), Frame.class);
    }

    /** Returns what has neither an opening nor a heartbeat, as these talk with the peer. */
    @Override
    public StandIn standIn(SourceBeans beans, StandIn.Peer peer) {
        InetSocketAddress remote = this.remotes.addresses().get(0);
        TcpSender sender = TcpSender.of(
                this.framing.framing(beans), (place, payload) -> peer.accept(Frame.of(remote, place, payload)));
        return new StandIn(tokens(beans), sender, Keeper.OFF);
    }

    private TcpSource connect(TcpSource.Builder builder) {
        try {
            return builder.open();
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof InterruptedIOException) {
                throw e;
            }
            throw refused(e);
        }
    }

    /** Reports why there is no connection: the failure of each remote, under the key of the last. */
    private RuntimeException refused(UncheckedIOException failure) {
        IOException last = Objects.requireNonNull(failure.getCause());
        StringBuilder reason = new StringBuilder("there is no connection");
        for (Throwable before : last.getSuppressed()) {
            reason.append("; ").append(before.getMessage());
        }
        reason.append("; ").append(last.getMessage());
        if (this.tls != null && TcpTls.isCauseOf(last)) {
            throw this.context.problem(
                    TcpTls.BUNDLE,
                    reason.toString(),
                    "Let SSL bundle '" + this.tls.bundle() + "' trust the peer, and "
                            + this.context.key(this.remotes.key())
                            + " have the host that is in the peer's certificate.",
                    failure);
        }
        boolean byOpening =
                this.tcp.opening() != null && String.valueOf(last.getMessage()).startsWith(OPENING);
        return this.context.problem(
                byOpening ? OPENING : this.remotes.key(),
                reason.toString(),
                byOpening
                        ? "Correct what bean '" + this.tcp.opening() + "' says to the peer, or "
                                + this.context.key(this.remotes.key()) + "."
                        : "Start the peer, or correct the host and the port.",
                failure);
    }
}
