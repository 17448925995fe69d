package io.github.exitleft.tcp;

import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.internal.StageLife;
import java.lang.System.Logger.Level;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A heartbeat that has begun: one question after the other, on threads of the stage's timer. */
final class Pulse<T> implements Connections.Companion {

    /** How long a question outlives its time, so that a late answer can be found. */
    private static final Duration AFTERWARDS = Duration.ofSeconds(1);

    /** How long to look on, once the time is up, for an answer that is there already; longer after a pause of the process. */
    private static final long LOOK_NANOS = Duration.ofMillis(100).toNanos();

    private static final long LONGEST_LOOK_NANOS = AFTERWARDS.toNanos() - LOOK_NANOS;

    private static final System.Logger LOGGER = System.getLogger("io.github.exitleft.Stage");

    private static final Runnable NOTHING = () -> {};

    private final Stage<T, Frame> stage;
    private final Connections connections;
    private final StageLife life;
    private final Duration timeout;
    private final long everyNanos;
    private final long timeoutNanos;
    private final HeartbeatQuestion<T> question;

    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong unanswered = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    /** Whether the last question could not be asked; one line is logged for each change. */
    private final AtomicBoolean refusing = new AtomicBoolean();

    private volatile boolean over;
    private volatile Runnable cancelNext = NOTHING;
    private volatile Runnable cancelTurn = NOTHING;

    Pulse(
            Stage<T, Frame> stage,
            Connections connections,
            StageLife life,
            Duration every,
            Duration timeout,
            HeartbeatQuestion<T> question) {
        this.stage = stage;
        this.connections = connections;
        this.life = life;
        this.timeout = timeout;
        this.everyNanos = Nanos.of(every);
        this.timeoutNanos = Nanos.of(timeout);
        this.question = question;
    }

    void begin() {
        connections.accompany(this);
        later(everyNanos);
    }

    private void later(long nanos) {
        cancelNext = life.after(nanos, this::beat);
        if (over) {
            cancelNext.run();
        }
    }

    @Override
    public void closed() {
        over = true;
        cancelNext.run();
        cancelTurn.run();
    }

    @Override
    public void describe(Map<String, Object> details) {
        details.put("heartbeatsAnswered", answered.get());
        details.put("heartbeatsUnanswered", unanswered.get());
        details.put("heartbeatsRefused", refused.get());
    }

    private void beat() {
        if (mayAsk()) {
            new Turn().begin();
        }
    }

    /** Returns whether a question can be asked now; where only a failure is in the way, there is another beat later. */
    private boolean mayAsk() {
        if (over || life.isClosed()) {
            return false;
        }
        if (life.hasFailed()) {
            // the keeper tries it again, at its own pace
            later(everyNanos);
            return false;
        }
        return true;
    }

    /** Counts a question that can't be asked, and logs the first of several, unless the stage is closed or has failed. */
    private void refuse(Throwable cause) {
        if (over || life.isClosed() || life.hasFailed()) {
            return;
        }
        refused.incrementAndGet();
        if (!refusing.getAndSet(true)) {
            log(
                    Level.WARNING,
                    "heartbeat of {0} could not ask its question, which proves nothing about the peer; it goes on"
                            + " trying",
                    cause);
        }
    }

    /**
     * The wait for a place in the stage's window, which most often is free. However long it is, the time for the answer begins
     * after it.
     */
    private final class Turn {

        private final AtomicBoolean done = new AtomicBoolean();
        private volatile Runnable cancelAlarm = NOTHING;

        void begin() {
            try {
                Runnable leave = life.ahead(this::come, this::ended);
                cancelTurn = () -> {
                    leave.run();
                    end();
                };
            } catch (Throwable e) {
                // closed, failed just now, or no memory
                ended();
                return;
            }
            alarm(timeoutNanos);
            if (over) {
                cancelTurn.run();
            }
        }

        private void come() {
            if (end() && mayAsk()) {
                new Beat().ask();
            }
        }

        private void ended() {
            if (end()) {
                later(everyNanos);
            }
        }

        private void alarm(long nanos) {
            if (!done.get()) {
                cancelAlarm = life.after(nanos, this::takesLong);
                if (done.get()) {
                    cancelAlarm.run();
                }
            }
        }

        /** Counts the question as one that can't be asked yet; it stays in line. */
        private void takesLong() {
            if (!done.get()) {
                refuse(new IllegalStateException("it waits for a place in the window of " + stage
                        + ", all of which are held by tickets and questions that have not ended"));
                alarm(everyNanos);
            }
        }

        private boolean end() {
            boolean mine = done.compareAndSet(false, true);
            cancelAlarm.run();
            return mine;
        }
    }

    /** One question, from its asking to its end. */
    private final class Beat {

        private final long askedAt = life.nanoTime();
        private final AtomicBoolean ended = new AtomicBoolean();

        /** How many of two things have still to happen before the next question: the end of this one, and of its asking. */
        private final AtomicInteger awaited = new AtomicInteger(2);

        /** The connection that the question is sent on, as far as is known. */
        private volatile @Nullable Connection connection = connections.current();

        private volatile @Nullable CompletionStage<?> answer;
        private volatile Runnable cancelAlarm = NOTHING;

        void ask() {
            // first, since sending may block for longer than that
            alarm(timeoutNanos, this::timeIsUp);
            try {
                CompletionStage<?> asked = Objects.requireNonNull(
                        connections.<@Nullable CompletionStage<?>>pinned(
                                () -> question.ask(stage, timeout.plus(AFTERWARDS))),
                        "the question of a heartbeat returned null");
                Connection now = connections.current();
                if (now != null) {
                    // the question may have been what connected
                    connection = now;
                }
                answer = asked;
                asked.whenComplete((ignored, thrown) -> completed(thrown));
            } catch (Throwable e) {
                completed(e);
            } finally {
                goOn();
            }
        }

        private void alarm(long nanos, Runnable task) {
            cancelAlarm = life.after(nanos, task);
            if (ended.get()) {
                cancelAlarm.run();
            }
        }

        private void completed(@Nullable Throwable thrown) {
            Throwable cause =
                    thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
            if (cause == null) {
                answered();
            } else if (cause instanceof StageTimeoutException timedOut && timedOut.token() != null) {
                unanswered();
            } else {
                refused(cause);
            }
        }

        /** Looks on for a while, since the answer may be there already and only this process be late. */
        private void timeIsUp() {
            long late = life.nanoTime() - (askedAt + timeoutNanos);
            alarm(Math.max(LOOK_NANOS, Math.min(late, LONGEST_LOOK_NANOS)), this::lookedOn);
        }

        private void lookedOn() {
            if (life.hasTokenLine()) {
                // perhaps it has not been sent yet; how it ends will tell
                alarm(
                        2 * AFTERWARDS.toNanos(),
                        () -> refused(new IllegalStateException("it waits in line for a token")));
            } else {
                unanswered();
            }
        }

        private void answered() {
            if (end()) {
                answered.incrementAndGet();
                if (refusing.getAndSet(false)) {
                    log(Level.INFO, "heartbeat of {0} is answered again", null);
                }
                goOn();
            }
        }

        private void unanswered() {
            if (end()) {
                unanswered.incrementAndGet();
                // if it has been replaced since, that does nothing
                Connection asked = connection;
                if (asked != null) {
                    asked.fail(new SocketTimeoutException("the heartbeat's question was not answered in "
                            + timeout.toMillis() + " ms, which heartbeat.timeout (TcpHeartbeat.of) changes"));
                }
                goOn();
            }
        }

        private void refused(Throwable cause) {
            if (end()) {
                if (answer instanceof Future<?> future) {
                    future.cancel(false);
                }
                refuse(cause);
                goOn();
            }
        }

        private boolean end() {
            if (!ended.compareAndSet(false, true)) {
                return false;
            }
            cancelAlarm.run();
            return true;
        }

        /** Sees to the next question, once this one has ended and its asking has. */
        private void goOn() {
            if (awaited.decrementAndGet() == 0) {
                long rest = askedAt + everyNanos - life.nanoTime();
                later(rest > 0 ? rest : everyNanos);
            }
        }
    }

    private void log(Level level, String text, @Nullable Throwable thrown) {
        try {
            String message = text.replace("{0}", stage.toString());
            LOGGER.log(level, message, thrown);
        } catch (Throwable e) {
            // whatever a logger throws, the heartbeat goes on
        }
    }
}
