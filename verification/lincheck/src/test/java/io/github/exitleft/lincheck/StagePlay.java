package io.github.exitleft.lincheck;

import io.github.exitleft.BareSnapshot;
import io.github.exitleft.CallOptions;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.OnFailure;
import io.github.exitleft.Simulation;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.StageBuilder;
import io.github.exitleft.StageClosedException;
import io.github.exitleft.StageSeam;
import io.github.exitleft.StageSnapshot;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.Ticket;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One run of a scenario of stages of messages, whose tokens are the messages themselves. */
final class StagePlay {

    private static final int MOST = 4;

    final Simulation time;
    final Letters letters;
    final StageSeam.ManualTimer timer;
    final Stage<Integer, Integer> stage;
    private final Ticket<?, ?>[] tickets;
    private int taken;
    private @Nullable Runnable whenFirstRead;

    /** Creates one whose heads drain that many messages before they leave. */
    StagePlay(int drain) {
        this(drain, false);
    }

    /** Creates one that takes asynchronous calls and streams. */
    static StagePlay inTheBackground() {
        return new StagePlay(0, true);
    }

    /** Creates one with other settings. */
    static StagePlay with(UnaryOperator<StageBuilder<Integer, Integer>> settings) {
        return new StagePlay(0, false, settings);
    }

    /** Creates one whose tokens rest until they are answered, and whose timer fires when a scenario says so. */
    static StagePlay untilAnswered(int most, int bits) {
        return new StagePlay(0, true, stage -> stage.issueSequence(bits).restUntilAnswered(most));
    }

    private StagePlay(int drain, boolean background) {
        this(drain, background, UnaryOperator.identity());
    }

    private StagePlay(int drain, boolean background, UnaryOperator<StageBuilder<Integer, Integer>> settings) {
        Exploration.begin(); // first: what Lincheck saw made it takes for the thread's own until it sees it handed over
        this.time = new Simulation(false);
        this.letters = new Letters(time);
        this.tickets = new Ticket<?, ?>[MOST];
        this.timer = new StageSeam.ManualTimer();
        StageBuilder<Integer, Integer> builder =
                settings.apply(Stage.builder("stage", Integer.class, letters, this::token)
                        .drain(drain)
                        .onFailure(OnFailure.FAIL_ALL)); // a thread that it does not know of would confuse Lincheck
        this.stage = background ? StageSeam.build(builder, time, timer) : StageSeam.build(builder, time);
    }

    private Integer token(Integer letter) {
        Runnable hook = whenFirstRead;
        if (hook != null) {
            whenFirstRead = null;
            hook.run();
        }
        return letter;
    }

    /** Does something in the head before the first letter is filed, and explores from there on. */
    void whenFirstRead(Runnable hook) {
        whenFirstRead = () -> {
            Exploration.resume();
            hook.run();
        };
    }

    Ticket<Integer, Integer> ticket(int token) {
        Ticket<Integer, Integer> ticket = stage.ticket(token);
        tickets[taken++] = ticket;
        return ticket;
    }

    /** Takes a ticket for a token that the stage issues. */
    Ticket<Integer, Integer> issuedTicket() {
        try {
            Ticket<Integer, Integer> ticket = stage.ticket();
            tickets[taken++] = ticket;
            return ticket;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    Actor actor(Supplier<End> task) {
        return new Actor(time, task);
    }

    void advance(long nanos) {
        time.advance(Duration.ofNanos(nanos));
    }

    End await(Ticket<Integer, Integer> ticket, long nanos) {
        return end(ticket.token(), () -> ticket.await(Duration.ofNanos(nanos)).message());
    }

    /** Asks for a letter by posting it. */
    End call(int token) {
        return end(token, () -> stage.call(token, () -> letters.post(token)));
    }

    /** As {@link #call(int)}, within some time. */
    End call(int token, long nanos) {
        return end(token, () -> stage.call(token, within(nanos), () -> letters.post(token)));
    }

    /** Asks with a token that the stage issues, by posting it. */
    End callIssued(long nanos) {
        var issued = new AtomicInteger();
        return end(null, () -> {
            Integer letter = stage.call(within(nanos), id -> {
                issued.set(id);
                letters.post(id);
            });
            if (letter != issued.get()) {
                throw new AssertionError("the letter of another token: " + letter);
            }
            return letter;
        });
    }

    private static CallOptions<Integer> within(long nanos) {
        return CallOptions.<Integer>defaults().timeout(Duration.ofNanos(nanos));
    }

    private interface Wait {
        Integer run() throws InterruptedException;
    }

    private static End end(@Nullable Integer token, Wait wait) {
        try {
            Integer letter = wait.run();
            if (token != null && !letter.equals(token)) {
                throw new AssertionError("another thread's letter: " + letter);
            }
            return End.DELIVERED;
        } catch (StageTimeoutException e) {
            return End.TIMED_OUT;
        } catch (InterruptedException e) {
            return End.INTERRUPTED;
        } catch (StageClosedException e) {
            return End.CLOSED;
        } catch (SourceFailedException e) {
            return End.FAILED;
        } catch (CancellationException e) {
            return End.CANCELLED;
        }
    }

    /** Checks that nothing is left when all threads have gone and that every letter has one end, and notes the outcome. */
    void end(Object... outcome) {
        Exploration.pause();
        try {
            for (int i = 0; i < taken; i++) {
                tickets[i].close();
            }
            StageSnapshot left = stage.snapshot(0);
            if (left.role().head() != null
                    || left.role().waiters() != 0
                    || left.role().tickets() != 0) {
                throw new AssertionError("something is left: " + left);
            }
            StageSnapshot.WindowState window = left.window();
            if (window != null && (window.used() != 0 || window.waiting() != 0)) {
                throw new AssertionError("places are lost: " + left);
            }
            StageSnapshot.IssuedState issued = left.issued();
            if (issued != null && (issued.live() != 0 || issued.waiting() != 0)) {
                throw new AssertionError("tokens are lost: " + left);
            }
            if (letters.violation() != null) {
                throw new AssertionError(letters.violation());
            }
            long ends =
                    left.messages().values().stream().mapToLong(Long::longValue).sum();
            if (ends != letters.read()) {
                throw new AssertionError(letters.read() + " letters were read: " + left);
            }
            if (letters.closed() != (left.role().state() == BareSnapshot.State.CLOSED ? 1 : 0)) {
                throw new AssertionError("the source was closed " + letters.closed() + " times: " + left);
            }
            Exploration.outcome(outcome);
        } finally {
            Exploration.resume();
        }
    }

    /** How many waits ended, and how, as the stage counts them; the names of the outcomes that occurred. */
    String exits() {
        Exploration.pause();
        try {
            StringBuilder names = new StringBuilder();
            stage.snapshot(0).exits().forEach((outcome, count) -> {
                for (long i = 0; i < count; i++) {
                    names.append(names.isEmpty() ? "" : " ").append(outcome);
                }
            });
            return names.toString();
        } finally {
            Exploration.resume();
        }
    }

    /** How many issued tokens rest. */
    int resting() {
        Exploration.pause();
        try {
            return Objects.requireNonNull(stage.snapshot(0).issued()).resting();
        } finally {
            Exploration.resume();
        }
    }

    /** Checks that no caller waits for a token. */
    void requireServed() {
        Exploration.pause();
        try {
            if (Objects.requireNonNull(stage.snapshot(0).issued()).waiting() > 0) {
                throw new AssertionError("a caller waits for a token though one is free");
            }
        } finally {
            Exploration.resume();
        }
    }

    /** What became of the letters that were not delivered. */
    String unclaimed() {
        Exploration.pause();
        try {
            StringBuilder names = new StringBuilder();
            for (Map.Entry<MessageOutcome, Long> count :
                    stage.snapshot(0).messages().entrySet()) {
                if (count.getKey() != MessageOutcome.DELIVERED && count.getValue() > 0) {
                    names.append(count.getKey());
                }
            }
            return names.toString();
        } finally {
            Exploration.resume();
        }
    }
}
