package io.github.exitleft.lincheck;

import io.github.exitleft.BareSnapshot;
import io.github.exitleft.BareStage;
import io.github.exitleft.BareTicket;
import io.github.exitleft.Director;
import io.github.exitleft.Exit;
import io.github.exitleft.Simulation;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.StageClosedException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One run of a scenario of the primitive: its stage, its threads, and what must hold in the end. */
final class Play {

    static final long LONG = Duration.ofHours(1).toNanos();

    /** What only the head may read; it notices two heads, and being closed under one. */
    static final class Resource {
        private final boolean closesUnderHead;
        private boolean reading;
        private boolean woken;
        private int closed;
        private @Nullable String violation;

        Resource(boolean closesUnderHead) {
            this.closesUnderHead = closesUnderHead;
        }

        void begin() {
            check(!reading, "two heads at once");
            check(closed == 0, "read after it was closed");
            reading = true;
        }

        void end() {
            reading = false;
        }

        /** Reads until it is woken, or was before. */
        synchronized void awaitWakeUp() {
            while (!woken) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            woken = false;
        }

        synchronized void wakeUp() {
            woken = true;
            notifyAll();
        }

        void close() {
            check(closesUnderHead || !reading, "closed under a head");
            closed++;
        }

        /** Notes it, for the stage catches what a closer throws. */
        private void check(boolean condition, String otherwise) {
            if (!condition) {
                violation = otherwise;
            }
        }
    }

    /** What a thread does as the head. */
    @FunctionalInterface
    interface Head {
        void run(Director<Integer, Resource, Object> director);
    }

    private static final int MOST = 8;

    final Simulation time;
    final Resource resource;
    final BareStage<Integer, Resource, Object> stage;
    private final long start;
    private final BareTicket<?>[] tickets;
    private int taken;

    Play() {
        this(false);
    }

    Play(boolean closesUnderHead) {
        this(closesUnderHead, false);
    }

    /** A play of virtual threads, whose deadlines a timer keeps. */
    static Play virtual() {
        return new Play(false, true);
    }

    private Play(boolean closesUnderHead, boolean virtual) {
        Exploration.begin(); // first: what Lincheck saw made it takes for the thread's own until it sees it handed over
        this.time = new Simulation(virtual);
        this.tickets = new BareTicket<?>[MOST];
        this.resource = new Resource(closesUnderHead);
        this.stage = time.under(BareStage.<Integer, Resource, Object>builder("stage", resource, this))
                .wakeup(Resource::wakeUp)
                .closer(Resource::close, closesUnderHead)
                .build();
        this.start = stage.nanoTime();
    }

    BareTicket<Integer> ticket() {
        BareTicket<Integer> ticket = stage.ticket(taken);
        tickets[taken++] = ticket;
        return ticket;
    }

    /** A thread that enters, and heads for a moment if it gets to. */
    Actor waiter(BareTicket<Integer> ticket, long nanos) {
        return actor(() -> enter(ticket, nanos));
    }

    /**
     * A thread that heads for a moment as the keeper, if it gets to.
     *
     * @param queues whether it waits for the role if another thread has it
     */
    Actor keeper(boolean queues) {
        return keeper(queues, () -> {});
    }

    /**
     * A thread that heads for a moment as the keeper, if it gets to, and then does something else.
     *
     * @param queues whether it waits for the role if another thread has it
     * @param then what it does then
     */
    Actor keeper(boolean queues, Runnable then) {
        return actor(() -> {
            try {
                boolean headed = stage.keeper().<RuntimeException>head(queues, false, director -> {
                    read(director, unused -> {});
                    return null;
                });
                then.run();
                return headed ? End.FINISHED : End.TIMED_OUT;
            } catch (InterruptedException e) {
                return End.INTERRUPTED;
            } catch (StageClosedException e) {
                return End.CLOSED;
            }
        });
    }

    private void read(Director<Integer, Resource, Object> director, Head head) {
        resource.begin();
        try {
            head.run(director);
            boolean unused = stage.isClosed(); // reads what is shared, so that another thread can come between
        } finally {
            resource.end();
        }
    }

    Actor actor(Supplier<End> task) {
        return new Actor(time, task);
    }

    Actor closer() {
        return actor(() -> {
            stage.close();
            return End.FINISHED;
        });
    }

    void advance(long nanos) {
        time.advance(Duration.ofNanos(nanos));
        for (Runnable due = time.due(); due != null; due = time.due()) {
            due.run();
        }
    }

    /** As a head: reads until it is out of time, which only a wake-up lets it see. */
    static void readToTheEnd(Director<Integer, Resource, Object> director) {
        while (director.remainingNanos() > 0) {
            director.resource().awaitWakeUp();
        }
        director.outOfTime();
    }

    /** Enters, heads for a moment if it gets to, and says how it ended. */
    End enter(BareTicket<Integer> ticket, long nanos) {
        return enter(ticket, nanos, director -> {});
    }

    /** Enters, and says how it ended. */
    End enter(BareTicket<Integer> ticket, long nanos, Head head) {
        try {
            Exit<String> exit = stage.<String, RuntimeException>enterUntil(ticket, start + nanos, director -> {
                read(director, head);
                return "headed";
            });
            return exit instanceof Exit.Finished<String>
                    ? End.FINISHED
                    : exit instanceof Exit.Signalled<String> ? End.SIGNALLED : End.TIMED_OUT;
        } catch (InterruptedException e) {
            return End.INTERRUPTED;
        } catch (StageClosedException e) {
            return End.CLOSED;
        } catch (SourceFailedException e) {
            return End.FAILED;
        } catch (CancellationException e) {
            return End.CANCELLED;
        } catch (IllegalStateException e) {
            return End.REFUSED;
        }
    }

    /** Heads, and explores from the beginning of the routine on; the others are to be started there. */
    End head(BareTicket<Integer> ticket, Head routine) {
        return enter(ticket, LONG, director -> {
            Exploration.resume();
            routine.run(director);
        });
    }

    void head(Head routine) {
        End end = head(ticket(), routine);
        if (end != End.FINISHED) {
            throw new AssertionError("the head's end is " + end);
        }
    }

    /** Checks that nothing is left when all threads have gone, and notes the outcome. */
    void end(Object... outcome) {
        Exploration.pause();
        try {
            for (int i = 0; i < taken; i++) {
                tickets[i].close();
            }
            BareSnapshot left = stage.snapshot(0);
            if (left.head() != null || left.waiters() != 0 || left.tickets() != 0) {
                throw new AssertionError("something is left: " + left);
            }
            if (resource.violation != null) {
                throw new AssertionError(resource.violation);
            }
            if (resource.closed != (stage.isClosed() ? 1 : 0)) {
                throw new AssertionError("the resource was closed " + resource.closed + " times: " + left);
            }
            Exploration.outcome(outcome);
        } finally {
            Exploration.resume();
        }
    }
}
