package io.github.exitleft;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What came of one of the questions of {@link Stage#callAll}: a message, or an exception.
 *
 * @param <P> peers
 * @param <M> messages
 */
public final class Answer<P, M> {

    private final P peer;
    private final @Nullable Received<M> received;
    private final @Nullable Throwable failure;
    private final Duration elapsed;

    Answer(P peer, @Nullable Received<M> received, @Nullable Throwable failure, Duration elapsed) {
        this.peer = peer;
        this.received = received;
        this.failure = failure;
        this.elapsed = elapsed;
    }

    /** {@return what was asked} */
    public P peer() {
        return peer;
    }

    /**
     * Returns why there is no answer: what {@link Stage#call(Object, CallOptions, Sender) call} throws, a {@link
     * SendFailedException} if the sender threw, or what making the question threw.
     *
     * @return the exception; null if there is an answer
     */
    public @Nullable Throwable failure() {
        return failure;
    }

    /**
     * Returns the answer, or throws its {@link #failure()}.
     *
     * @return the message, and when it was received
     */
    public Received<M> received() {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw (RuntimeException) failure;
        }
        return Objects.requireNonNull(received);
    }

    /**
     * Returns the answer, or throws its {@link #failure()}.
     *
     * @return the message
     */
    public M message() {
        return received().message();
    }

    /** {@return the time from the first request until the answer was received; zero if there is none} */
    public Duration elapsed() {
        return elapsed;
    }

    @Override
    public String toString() {
        return peer + ": " + (failure == null ? received : failure);
    }
}
