package io.github.exitleft.test;

import io.github.exitleft.Source;
import io.github.exitleft.TokenReader;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The peer of a stage, in memory: a test says what it answers.
 *
 * <p>The stage reads the peer's {@linkplain #source source}, and what sends its questions gives them to {@link #accept}. A question is
 * a message that looks as if the peer had sent it back unchanged: a datagram whose sender is the address that it was sent to, or a frame
 * of the remote's. So the stage's own token reader finds the token of a question, wherever questions and answers have it in the same
 * place.
 *
 * {@snippet file = "io/github/exitleft/test/ScriptedPeerTests.java" region = "example"}
 *
 * <p>In a Spring application {@code @AutoConfigureStages} of {@code exit-left-spring-boot-test} makes a peer for each stage.
 *
 * <p>A peer never answers a question that was not asked: an answer with another token than its question's is refused with an exception.
 * A message that answers nothing is sent by {@link #send}. Questions without a script are not answered, which is logged.
 *
 * @param <T> tokens
 * @param <M> messages
 */
public final class ScriptedPeer<T, M> {

    private static final System.Logger LOGGER = System.getLogger(ScriptedPeer.class.getName());

    private final String name;
    private final TokenReader<? extends T, ? super M> reader;
    private final @Nullable SteerableClock clock;
    private final QueueSource<M> queue = new QueueSource<>();
    private final ReentrantLock lock = new ReentrantLock();

    // all guarded by lock

    /** The newest first. */
    private final Deque<PeerScript<M>> scripts = new ArrayDeque<>();

    private final List<M> questions = new ArrayList<>();
    private @Nullable RuntimeException mistake;
    private boolean hasSource;
    private boolean closed;

    /** Counts resets, so that what was delayed before one is dropped. */
    private int resets;

    /**
     * Creates a peer whose delays take real time.
     *
     * @param stage the name of the stage, for messages
     * @param reader finds the token of a message, as for the stage
     */
    public ScriptedPeer(String stage, TokenReader<? extends T, ? super M> reader) {
        this(stage, reader, null);
    }

    /**
     * Creates a peer.
     *
     * @param stage the name of the stage, for messages
     * @param reader finds the token of a message, as for the stage
     * @param clock the clock of the stage, by which the peer delays answers; null for real time
     */
    public ScriptedPeer(String stage, TokenReader<? extends T, ? super M> reader, @Nullable SteerableClock clock) {
        this.name = Objects.requireNonNull(stage, "'stage' must not be null");
        this.reader = Objects.requireNonNull(reader, "'reader' must not be null");
        this.clock = clock;
    }

    /**
     * Returns what the stage reads. Closing it ends the use of this peer.
     *
     * @param backdoor the source's backdoor, which gives what it sends to {@link #accept}; null for none
     * @return the source
     * @throws IllegalStateException if this peer has one already, since one stage has one peer
     */
    public Source<M> source(@Nullable Object backdoor) {
        lock.lock();
        try {
            if (hasSource) {
                throw new IllegalStateException(this + " has a source already; create another peer for another stage");
            }
            hasSource = true;
            return new PeerSource<>(queue, backdoor, this::deliver, this::close);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Begins a script for questions with a token. Where several scripts match a question, the newest one is followed.
     *
     * @param token the token
     * @return the script; until it says more, such questions are not answered
     * @throws IllegalStateException if the stage is closed
     */
    public PeerScript<M> whenSent(T token) {
        Objects.requireNonNull(token, "'token' must not be null");
        return add(
                new PeerScript<>(question -> token.equals(tokenOf(question)), answer -> requireToken(token, answer)));
    }

    /**
     * Begins a script for all questions, for where the token is not known before it is sent.
     *
     * @return the script
     * @throws IllegalStateException if the stage is closed
     */
    public PeerScript<M> whenSent() {
        return whenSentMatching(question -> true);
    }

    /**
     * Begins a script for some questions.
     *
     * @param questions which ones
     * @return the script
     * @throws IllegalStateException if the stage is closed
     */
    public PeerScript<M> whenSentMatching(Predicate<? super M> questions) {
        Objects.requireNonNull(questions, "'questions' must not be null");
        return add(new PeerScript<>(questions, answer -> {}));
    }

    private PeerScript<M> add(PeerScript<M> script) {
        lock.lock();
        try {
            requireOpen();
            scripts.addFirst(script);
            return script;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends a message that answers no question: an event, a late answer, or one that makes no sense.
     *
     * @param message the message
     * @throws IllegalStateException if the stage is closed
     */
    public void send(M message) {
        Objects.requireNonNull(message, "'message' must not be null");
        lock.lock();
        try {
            requireOpen();
        } finally {
            lock.unlock();
        }
        deliver(() -> queue.add(message));
    }

    /**
     * Breaks the source, as the loss of a connection would: every wait of the stage ends with that cause. The source works again when
     * it is read the next time.
     *
     * @param cause what reading it throws
     * @throws IllegalStateException if the stage is closed
     */
    public void fail(Exception cause) {
        Objects.requireNonNull(cause, "'cause' must not be null");
        lock.lock();
        try {
            requireOpen();
        } finally {
            lock.unlock();
        }
        deliver(() -> queue.fail(cause));
    }

    /** {@return a copy of the questions that were sent since the last {@link #reset}, in their order} */
    public List<M> questions() {
        lock.lock();
        try {
            return List.copyOf(questions);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a question, on the thread that sends it, and follows the script for it.
     *
     * @param question what was sent, as if the peer had sent it back
     * @throws IOException if the script refuses the question
     * @throws IllegalArgumentException if the script answers another question than this one
     * @throws IllegalStateException if the stage is closed
     */
    public void accept(M question) throws IOException {
        PeerScript.Step<M> step = step(Objects.requireNonNull(question, "'question' must not be null"));
        if (step.refusal() instanceof IOException refusal) {
            throw refusal;
        }
        if (step.refusal() instanceof RuntimeException refusal) {
            throw refusal;
        }
        List<M> answers = answers(step, question);
        Exception failure = step.failure();
        if (answers.isEmpty() && failure == null) {
            return;
        }
        Runnable delivery = () -> {
            answers.forEach(queue::add);
            if (failure != null) {
                queue.fail(failure);
            }
        };
        if (step.delay().isZero()) {
            deliver(delivery);
        } else {
            after(step.delay(), unlessReset(delivery));
        }
    }

    private List<M> answers(PeerScript.Step<M> step, M question) {
        try {
            List<M> answers = step.answers().apply(question);
            T token = tokenOf(question);
            if (token != null) {
                answers.forEach(answer -> requireToken(token, answer));
            }
            return answers;
        } catch (RuntimeException e) {
            note(e);
            throw e;
        }
    }

    private void note(RuntimeException made) {
        lock.lock();
        try {
            if (mistake == null) {
                mistake = made;
            }
        } finally {
            lock.unlock();
        }
    }

    private PeerScript.Step<M> step(M question) {
        lock.lock();
        try {
            requireOpen();
            questions.add(question);
            for (PeerScript<M> script : scripts) {
                if (script.questions.test(question)) {
                    return script.next();
                }
            }
        } finally {
            lock.unlock();
        }
        LOGGER.log(
                Level.INFO,
                this + " does not answer: no script matches the question for token '" + tokenOf(question) + "'");
        return PeerScript.Step.lost();
    }

    private Runnable unlessReset(Runnable delivery) {
        int before = resets();
        return () -> {
            if (before == resets()) {
                deliver(delivery);
            }
        };
    }

    private int resets() {
        lock.lock();
        try {
            return resets;
        } finally {
            lock.unlock();
        }
    }

    private void deliver(Runnable delivery) {
        if (clock == null) {
            delivery.run();
        } else {
            clock.deliver(delivery);
        }
    }

    private void after(Duration delay, Runnable delivery) {
        if (clock == null) {
            Executor later = CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS);
            later.execute(delivery);
        } else {
            clock.after(delay, delivery);
        }
    }

    /** Reads the token of a message; returns null if there is none to be read. */
    private @Nullable T tokenOf(M message) {
        try {
            return reader.read(message);
        } catch (Exception e) {
            return null;
        }
    }

    private void requireToken(T token, M answer) {
        T its = tokenOf(answer);
        if (!token.equals(its)) {
            boolean sameType = its == null || its.getClass() == token.getClass();
            throw new IllegalArgumentException(this + " can't answer a question with token " + text(token, sameType)
                    + " by a message with " + (its == null ? "no token" : "token " + text(its, sameType))
                    + "; let the answer have the question's token, or send what answers no question by send()");
        }
    }

    private static String text(Object token, boolean plain) {
        return plain ? token.toString() : token + " (" + token.getClass().getName() + ")";
    }

    /**
     * Forgets scripts, questions, and what has not been read yet, delayed answers included.
     *
     * @throws IllegalStateException if a script could not be followed, such as one that answers what was not asked; code under test
     *     may have hidden that
     */
    public void reset() {
        RuntimeException made;
        lock.lock();
        try {
            scripts.clear();
            questions.clear();
            queue.clear();
            resets++;
            made = mistake;
            mistake = null;
        } finally {
            lock.unlock();
        }
        if (made != null) {
            throw new IllegalStateException("a script could not be followed: " + made.getMessage(), made);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(
                    this + " is used after its stage was closed; use the peer of the present stage or context");
        }
    }

    private void close() {
        lock.lock();
        try {
            closed = true;
            resets++;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return "peer of stage '" + name + "'";
    }
}
