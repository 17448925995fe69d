package io.github.exitleft.test;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a peer does when a question is sent: first the first thing, when it is sent again the second, and so on. The last one is
 * repeated.
 *
 * @param <M> messages
 */
public final class PeerScript<M> {

    final Predicate<? super M> questions;
    private final Consumer<? super M> check;
    private final ReentrantLock lock = new ReentrantLock();

    // all guarded by lock
    private final List<Step<M>> steps = new ArrayList<>();
    private int done;
    private Duration delay = Duration.ZERO;

    PeerScript(Predicate<? super M> questions, Consumer<? super M> check) {
        this.questions = questions;
        this.check = check;
    }

    /**
     * Says that the next thing happens after a while, by the stage's clock if that is steered.
     *
     * @param delay how long after the question
     * @return this script
     * @throws IllegalArgumentException if that is negative
     */
    public PeerScript<M> after(Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("'delay' must not be negative, but is " + delay);
        }
        lock.lock();
        try {
            this.delay = delay;
            return this;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Answers. Several answers are sent at once: the same one again for a duplicate, or all parts of a long answer.
     *
     * @param answer the answer
     * @param more further ones
     * @return this script
     * @throws IllegalArgumentException if the token of an answer is another than the script's
     */
    @SafeVarargs
    public final PeerScript<M> reply(M answer, M... more) {
        List<M> answers = new ArrayList<>();
        answers.add(Objects.requireNonNull(answer, "'answer' must not be null"));
        for (M each : more) {
            answers.add(Objects.requireNonNull(each, "'more' must not contain null"));
        }
        answers.forEach(check);
        return add(question -> answers, null, null);
    }

    /**
     * Answers by what a function makes of the question, on the thread that sends the question.
     *
     * @param answer makes the answer
     * @return this script
     */
    public PeerScript<M> answer(Function<? super M, ? extends M> answer) {
        Objects.requireNonNull(answer, "'answer' must not be null");
        return add(
                question -> List.of(Objects.requireNonNull(answer.apply(question), "the answer must not be null")),
                null,
                null);
    }

    /**
     * Loses the question, or its answer.
     *
     * @return this script
     */
    public PeerScript<M> lose() {
        return add(question -> List.of(), null, null);
    }

    /**
     * Refuses to take the question: sending it throws.
     *
     * @param cause what it throws
     * @return this script
     * @throws IllegalArgumentException if that is neither an {@code IOException} nor unchecked, so that no sender could throw it
     */
    public PeerScript<M> refuse(Exception cause) {
        Objects.requireNonNull(cause, "'cause' must not be null");
        if (!(cause instanceof IOException || cause instanceof RuntimeException)) {
            throw new IllegalArgumentException("'cause' must be an IOException or a RuntimeException, but is " + cause);
        }
        return add(question -> List.of(), cause, null);
    }

    /**
     * Breaks the source, as by {@link ScriptedPeer#fail}.
     *
     * @param cause what reading the source throws
     * @return this script
     */
    public PeerScript<M> fail(Exception cause) {
        Objects.requireNonNull(cause, "'cause' must not be null");
        return add(question -> List.of(), null, cause);
    }

    private PeerScript<M> add(Function<M, List<M>> answers, @Nullable Exception refusal, @Nullable Exception failure) {
        lock.lock();
        try {
            steps.add(new Step<>(answers, refusal, failure, delay));
            delay = Duration.ZERO;
            return this;
        } finally {
            lock.unlock();
        }
    }

    Step<M> next() {
        lock.lock();
        try {
            return steps.isEmpty() ? Step.lost() : steps.get(Math.min(done++, steps.size() - 1));
        } finally {
            lock.unlock();
        }
    }

    /** What happens when a question is sent once. */
    record Step<M>(
            Function<M, List<M>> answers,
            @Nullable Exception refusal,
            @Nullable Exception failure,
            Duration delay) {

        static <M> Step<M> lost() {
            return new Step<>(question -> List.of(), null, null, Duration.ZERO);
        }
    }
}
