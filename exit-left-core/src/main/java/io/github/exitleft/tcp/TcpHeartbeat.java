package io.github.exitleft.tcp;

import io.github.exitleft.Keeper;
import io.github.exitleft.Stage;
import io.github.exitleft.internal.StageLife;
import java.time.Duration;
import java.util.Objects;

/**
 * A heartbeat: asks the peer a question of its own every so often, and fails the connection if that is not answered in
 * time.
 *
 * <p>A peer that has died without a word would else be found out by each caller's timeout. The failure ends all waits at
 * once, says that the heartbeat was its reason, and makes the stage connect anew. Only silence counts: a question that
 * is answered by an error, or that can't be asked because the stage is full, is logged, once until it works again, and
 * fails nothing.
 *
 * <p>Where the stage has a window that is full, the question takes the next place that comes free, ahead of all callers in
 * line, and its time begins when it has the place. That is at the latest when one of the questions has timed out that have
 * one, or its ticket is closed. A heartbeat that waits longer than its timeout is logged and goes on waiting.
 *
 * <p>Of several connections each has a heartbeat of its own, and only the one is lost that is silent. For that the question
 * must be sent on the thread that asks it.
 *
 * <p>It needs a {@linkplain Stage#keeper(Keeper) keeper}, which reads the answers while no caller does, and has no thread
 * of its own. It ends with the stage.
 *
 * {@snippet file="io/github/exitleft/examples/HeartbeatClient.java" region="program"}
 *
 * @param <T> the stage's tokens
 */
public final class TcpHeartbeat<T> {

    private final Duration every;
    private final Duration timeout;
    private final HeartbeatQuestion<T> question;

    private TcpHeartbeat(Duration every, Duration timeout, HeartbeatQuestion<T> question) {
        this.every = every;
        this.timeout = timeout;
        this.question = question;
    }

    /**
     * Returns a heartbeat that has not begun.
     *
     * @param <T> the stage's tokens
     * @param every the time from one question to the next
     * @param timeout how long the peer has for its answer; shorter than that
     * @param question what to ask
     * @return the heartbeat
     * @throws IllegalArgumentException if the timeout is not positive, or not shorter than the time between questions
     */
    public static <T> TcpHeartbeat<T> of(Duration every, Duration timeout, HeartbeatQuestion<T> question) {
        Objects.requireNonNull(question, "'question' must not be null");
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("'timeout' of a heartbeat must be positive, but is " + timeout);
        }
        if (timeout.compareTo(every) >= 0) {
            throw new IllegalArgumentException("'timeout' of a heartbeat must be shorter than the " + every.toMillis()
                    + " ms between its questions, but is " + timeout.toMillis()
                    + " ms; lower 'timeout', or raise 'every'");
        }
        return new TcpHeartbeat<>(every, timeout, question);
    }

    /**
     * Begins; the first question comes after the time between two.
     *
     * @param stage the stage to ask by
     * @param source its source, which no other heartbeat watches
     * @throws IllegalStateException if the stage has no keeper, or the source has a heartbeat already
     */
    public void start(Stage<T, Frame> stage, TcpSource source) {
        if (stage.keeper() == Keeper.OFF) {
            throw new IllegalStateException("the heartbeat of " + stage
                    + " needs a keeper, which reads its answers while no caller does; set the keeper to idle or always"
                    + " (StageBuilder.keeper)");
        }
        for (Connections lane : source.lanes()) {
            new Pulse<>(stage, lane, StageLife.of(stage), every, timeout, question).begin();
        }
    }

    @Override
    public String toString() {
        return "heartbeat every " + every.toMillis() + " ms";
    }
}
