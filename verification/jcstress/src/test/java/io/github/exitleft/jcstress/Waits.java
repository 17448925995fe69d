package io.github.exitleft.jcstress;

import io.github.exitleft.BareStage;
import io.github.exitleft.BareTicket;
import io.github.exitleft.Director;
import io.github.exitleft.Exit;
import io.github.exitleft.HeadRoutine;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** How the actors of these tests wait: never for ever. */
final class Waits {

    /** What a wait that ended by its clock, or in a way that no test expects, is reported as. */
    static final int TIMED_OUT = -1;

    static final int UNEXPECTED = -2;

    /** Long enough for a loaded machine, and short for mutants, whose waits do run out. */
    static final Duration PATIENCE = Duration.ofMillis(Integer.getInteger("jcstress.patience", 10_000));

    /** Held, or the level would be forgotten: failing a stage is logged, and these tests do it all the time. */
    private static final Logger LOGGER = Logger.getLogger("io.github.exitleft");

    static {
        LOGGER.setLevel(Level.OFF);
    }

    private Waits() {}

    static <R, B> BareStage<Integer, R, B> stage(R resource, B buffer) {
        return BareStage.<Integer, R, B>builder("stress", resource, buffer).build();
    }

    /** Waits until told by the other thread; gives the role back at once whenever it gets it. */
    static <R, B> boolean untilSignalled(BareStage<Integer, R, B> stage, BareTicket<Integer> ticket) {
        return untilSignalled(stage, ticket, () -> false);
    }

    /** The same; false if it gets the role although the signal has been sent, as a head can tell for sure. */
    static <R, B> boolean untilSignalled(
            BareStage<Integer, R, B> stage, BareTicket<Integer> ticket, BooleanSupplier sent) {
        long deadline = stage.deadline(PATIENCE);
        while (true) {
            Exit<@Nullable Object> exit =
                    enter(stage, ticket, deadline, head -> sent.getAsBoolean() ? head.outOfTime() : leave(head));
            if (!(exit instanceof Exit.Finished<?>)) {
                return exit instanceof Exit.Signalled<?>;
            }
        }
    }

    private static <R, B> @Nullable Object leave(Director<Integer, R, B> head) {
        return head.remaining().isZero() ? head.outOfTime() : null;
    }

    /** Heads, sooner or later; what the routine returns, or a number that no test accepts. */
    static <R, B> int heading(
            BareStage<Integer, R, B> stage,
            BareTicket<Integer> ticket,
            HeadRoutine<Integer, R, B, Integer, RuntimeException> routine) {
        Exit<Integer> exit = enter(stage, ticket, stage.deadline(PATIENCE), routine);
        if (exit instanceof Exit.Finished<Integer> finished) {
            return finished.value();
        }
        return exit instanceof Exit.TimedOut<?> ? TIMED_OUT : UNEXPECTED;
    }

    /** Enters without waiting. */
    static <R, B> void pass(BareStage<Integer, R, B> stage, BareTicket<Integer> ticket) {
        Exit<@Nullable Object> unused = enter(stage, ticket, stage.deadline(Duration.ZERO), Waits::leave);
    }

    private static <R, B, V extends @Nullable Object> Exit<V> enter(
            BareStage<Integer, R, B> stage,
            BareTicket<Integer> ticket,
            long deadline,
            HeadRoutine<Integer, R, B, V, RuntimeException> routine) {
        try {
            return stage.enterUntil(ticket, deadline, routine);
        } catch (InterruptedException e) {
            throw new IllegalStateException("no thread is interrupted in these tests", e);
        }
    }

    /** As a head: lets the other thread get into the queue; false if it did not come. */
    static <R, B> boolean untilOtherWaits(BareStage<Integer, R, B> stage, Director<Integer, R, B> head) {
        while (stage.snapshot(0).waiters() == 0) {
            if (head.remaining().isZero()) {
                return false;
            }
            Thread.yield();
        }
        return true;
    }
}
