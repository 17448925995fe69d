package io.github.exitleft.spring.boot.tcp;

import io.github.exitleft.ForwardingSource;
import io.github.exitleft.Keeper;
import io.github.exitleft.Stage;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.source.OpenSource;
import io.github.exitleft.spring.boot.source.SourceBeans;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.HeartbeatQuestion;
import io.github.exitleft.tcp.TcpHeartbeat;
import io.github.exitleft.tcp.TcpSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A heartbeat as keys configure it. */
record TcpPulse(SourceContext context, @Nullable String question, Duration every, Duration timeout) {

    private static final String QUESTION = "heartbeat.question";
    private static final String EVERY = "heartbeat.every";
    private static final String TIMEOUT = "heartbeat.timeout";

    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration USUALLY_EVERY = Duration.ofSeconds(30);
    private static final Duration USUAL_TIMEOUT = Duration.ofSeconds(5);

    static TcpPulse of(SourceContext context, TcpProperties.Heartbeat keys) {
        boolean named = keys.question() != null && !keys.question().isBlank();
        if (!named && (keys.question() != null || keys.every() != null || keys.timeout() != null)) {
            throw context.problem(
                    QUESTION,
                    "names no bean, so there is nothing for the heartbeat to ask",
                    "Set it to the name of a HeartbeatQuestion bean, or remove what is below "
                            + context.key("heartbeat") + ".");
        }
        Duration every = keys.every() == null ? USUALLY_EVERY : keys.every();
        Duration timeout = keys.timeout() == null ? USUAL_TIMEOUT : keys.timeout();
        context.atLeast(EVERY, every, SHORTEST);
        context.atLeast(TIMEOUT, timeout, SHORTEST);
        if (named && timeout.compareTo(every) >= 0) {
            throw context.problem(
                    keys.timeout() == null ? EVERY : TIMEOUT,
                    "the timeout of a heartbeat must be shorter than the " + every.toMillis()
                            + " ms from one question to the next, but is " + timeout.toMillis() + " ms",
                    "Lower " + context.key(TIMEOUT) + ", or raise " + context.key(EVERY) + ".");
        }
        return new TcpPulse(context, named ? keys.question() : null, every, timeout);
    }

    /** Returns the heartbeat, with the bean that asks; null if there is to be none. */
    @SuppressWarnings("unchecked") // with tokens of another type the first question throws, which is logged
    @Nullable
    TcpHeartbeat<Object> heartbeat(SourceBeans beans) {
        if (this.question == null) {
            return null;
        }
        HeartbeatQuestion<Object> asked = beans.named(QUESTION, this.question, HeartbeatQuestion.class);
        return TcpHeartbeat.of(this.every, this.timeout, asked);
    }

    /** Returns a source whose heartbeat begins with the stage. */
    @SuppressWarnings("unchecked") // as for the question
    OpenSource open(TcpSource source, TokenReader<?, ?> tokens, @Nullable TcpHeartbeat<Object> heartbeat) {
        if (heartbeat == null) {
            return OpenSource.owned(source, tokens);
        }
        return OpenSource.owned(new Kept(source), tokens)
                .withStage(stage -> start(heartbeat, (Stage<Object, Frame>) stage, source));
    }

    private void start(TcpHeartbeat<Object> heartbeat, Stage<Object, Frame> stage, TcpSource source) {
        if (stage.keeper() == Keeper.OFF) {
            throw this.context.problem(
                    QUESTION,
                    "a heartbeat needs a keeper, which reads its answers while no caller does, but the keeper is off",
                    "Set the stage's keeper to idle or always, or remove what is below " + this.context.key("heartbeat")
                            + ".");
        }
        heartbeat.start(stage, source);
    }

    /** A source that is to be read although no caller waits. */
    @SuppressWarnings("try") // closing a source may throw anything
    private static final class Kept extends ForwardingSource<Frame> {

        Kept(TcpSource source) {
            super(source);
        }

        @Override
        public Keeper preferredKeeper() {
            return Keeper.IDLE;
        }
    }
}
