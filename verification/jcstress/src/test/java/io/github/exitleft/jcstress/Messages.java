package io.github.exitleft.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.github.exitleft.BareSnapshot;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.Source;
import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.Ticket;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** A message that another thread read reaches the owner of its token whole, and at once (M1, M3, M5). */
public final class Messages {

    private Messages() {}

    private static final class Letter {
        int to;
        int text;
    }

    /** Two letters; only the head may touch the number of those that are read. */
    private static final class Post implements Source<Letter> {
        private final int[] recipients;
        private int read;

        Post(int... recipients) {
            this.recipients = recipients;
        }

        @Override
        public @Nullable Letter receive(Duration remaining) {
            if (read == recipients.length) {
                if (!remaining.isZero()) {
                    throw new IllegalStateException("a thread waits for a letter that was read already");
                }
                return null;
            }
            var letter = new Letter();
            letter.to = recipients[read];
            letter.text = 10 + letter.to;
            read++;
            return letter;
        }

        @Override
        public void close() {}
    }

    private static Stage<Integer, Letter> stage(int drain, int... recipients) {
        return Stage.builder("stress", Integer.class, new Post(recipients), letter -> letter.to)
                .drain(drain)
                .build();
    }

    private static int text(Ticket<Integer, Letter> ticket, Duration timeout) {
        try {
            return ticket.await(timeout).message().text;
        } catch (StageTimeoutException e) {
            return Waits.TIMED_OUT;
        } catch (RuntimeException | InterruptedException e) {
            return Waits.UNEXPECTED;
        }
    }

    /** Either heads first and reads both letters: the other's before its own, or on leaving. */
    @JCStressTest
    @Outcome(id = "11, 12, 0", expect = ACCEPTABLE, desc = "each has its own")
    @Outcome(expect = FORBIDDEN, desc = "lost, late, another's, not whole, or read for though it was filed")
    @State
    public static class Filed {

        private final Stage<Integer, Letter> stage = stage(32, 2, 1);
        private final Ticket<Integer, Letter> first = stage.ticket(1);
        private final Ticket<Integer, Letter> second = stage.ticket(2);

        @Actor
        public void one(III_Result r) {
            r.r1 = text(first, Waits.PATIENCE);
        }

        @Actor
        public void other(III_Result r) {
            r.r2 = text(second, Waits.PATIENCE);
        }

        @Arbiter
        public void end(III_Result r) {
            // the source fails if it is read for a letter that was filed, which is found nevertheless
            r.r3 = stage.snapshot(0).role().state() == BareSnapshot.State.OPEN ? 0 : 1;
        }
    }

    /** The thread that reads its own letter first leaves, and the other has to go on where it stopped. */
    @JCStressTest
    @Outcome(id = "11, 12", expect = ACCEPTABLE, desc = "each has its own")
    @Outcome(expect = FORBIDDEN, desc = "lost, late, another's, read twice, or not whole")
    @State
    public static class NotDrained {

        private final Stage<Integer, Letter> stage = stage(0, 2, 1);
        private final Ticket<Integer, Letter> first = stage.ticket(1);
        private final Ticket<Integer, Letter> second = stage.ticket(2);

        @Actor
        public void one(II_Result r) {
            r.r1 = text(first, Waits.PATIENCE);
        }

        @Actor
        public void other(II_Result r) {
            r.r2 = text(second, Waits.PATIENCE);
        }
    }

    /** A ticket is taken while the head reads a letter for it: the head finds all of the ticket or none of it. */
    @JCStressTest
    @Outcome(id = "11, 0, 0", expect = ACCEPTABLE, desc = "registered, and the letter filed")
    @Outcome(id = "-1, 1, 0", expect = ACCEPTABLE, desc = "not yet registered, and the letter counted as unknown")
    @Outcome(expect = FORBIDDEN, desc = "letter lost or counted twice, or the ticket's check not whole")
    @State
    public static class Registration {

        private final Stage<Integer, Letter> stage = stage(32, 1, 2);
        private final Ticket<Integer, Letter> second = stage.ticket(2);
        private @Nullable Ticket<Integer, Letter> first;

        @Actor
        public void owner() {
            int[] expected = {0};
            expected[0] = 11;
            first = stage.ticket(1, letter -> letter.text == expected[0]);
        }

        @Actor
        public void head() {
            text(second, Waits.PATIENCE);
        }

        @Arbiter
        public void end(III_Result r) {
            r.r1 = first == null ? Waits.UNEXPECTED : text(first, Duration.ZERO);
            Map<MessageOutcome, Long> messages = stage.snapshot(0).messages();
            r.r2 = messages.getOrDefault(MessageOutcome.UNKNOWN, 0L).intValue();
            r.r3 = messages.getOrDefault(MessageOutcome.FOREIGN, 0L).intValue();
        }
    }
}
