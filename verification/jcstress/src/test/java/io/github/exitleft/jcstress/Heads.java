package io.github.exitleft.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.github.exitleft.BareStage;
import io.github.exitleft.BareTicket;
import io.github.exitleft.Director;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** One head at a time, and each sees all that the heads before it did (S3, S4). */
public final class Heads {

    private static final int TWO_HEADS = -3;

    private Heads() {}

    /** What only heads touch. */
    private static final class Desk {
        boolean taken;
        int heads;

        /** How many heads were here before. */
        int sit() {
            if (taken) {
                return TWO_HEADS;
            }
            taken = true;
            int before = heads;
            heads = before + 1;
            taken = false;
            return before;
        }
    }

    /** Both come at once: the second thread finds the role free, or waits and is promoted. */
    @JCStressTest
    @Outcome(
            id = {"0, 1, 2", "1, 0, 2"},
            expect = ACCEPTABLE,
            desc = "one after the other")
    @Outcome(
            expect = FORBIDDEN,
            desc = "two heads, a head that did not see the one before, or a promotion without a waiter")
    @State
    public static class BothAtOnce {

        private final Desk desk = new Desk();
        private final BareStage<Integer, Desk, Object> stage = Waits.stage(desk, new Object());
        private final BareTicket<Integer> first = stage.ticket(1);
        private final BareTicket<Integer> second = stage.ticket(2);

        @Actor
        public void one(III_Result r) {
            r.r1 = Waits.heading(stage, first, head -> head.resource().sit());
        }

        @Actor
        public void other(III_Result r) {
            r.r2 = Waits.heading(stage, second, head -> head.resource().sit());
        }

        @Arbiter
        public void end(III_Result r) {
            r.r3 = desk.heads;
        }
    }

    /** The first head leaves when the other is in the queue, so that every second head is a promoted one. */
    @JCStressTest
    @Outcome(
            id = {"0, 1, 1", "1, 0, 1"},
            expect = ACCEPTABLE,
            desc = "promoted")
    @Outcome(
            expect = FORBIDDEN,
            desc = "two heads, a head that did not see the one before, or a promotion without a waiter")
    @State
    public static class Promoted {

        private final Desk desk = new Desk();
        private final BareStage<Integer, Desk, Object> stage = Waits.stage(desk, new Object());
        private final BareTicket<Integer> first = stage.ticket(1);
        private final BareTicket<Integer> second = stage.ticket(2);

        @Actor
        public void one(III_Result r) {
            r.r1 = Waits.heading(stage, first, this::head);
        }

        @Actor
        public void other(III_Result r) {
            r.r2 = Waits.heading(stage, second, this::head);
        }

        private int head(Director<Integer, Desk, Object> head) {
            if (head.resource().heads == 0 && !Waits.untilOtherWaits(stage, head)) {
                return Waits.TIMED_OUT;
            }
            return head.resource().sit();
        }

        @Arbiter
        public void end(III_Result r) {
            r.r3 = (int) stage.snapshot(0).promotions();
        }
    }

    /** A later head sees what a thread did before it entered, though the thread itself has long left. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "entered before, and all is seen")
    @Outcome(
            id = {"0, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "not known to have entered before")
    @Outcome(expect = FORBIDDEN, desc = "entered before, and what it did is not seen")
    @State
    public static class AfterAnEntry {

        private static final VarHandle LEFT;

        static {
            try {
                LEFT = MethodHandles.lookup().findVarHandle(AfterAnEntry.class, "left", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private final BareStage<Integer, Object, Object> stage = Waits.stage(new Object(), new Object());
        private final BareTicket<Integer> passes = stage.ticket(1);
        private final BareTicket<Integer> heads = stage.ticket(2);
        private int before;
        private int left; // opaque: tells that it happened, and orders nothing

        @Actor
        public void passer() {
            before = 1;
            Waits.pass(stage, passes);
            LEFT.setOpaque(this, 1);
        }

        @Actor
        public void head(II_Result r) {
            r.r1 = (int) LEFT.getOpaque(this);
            r.r2 = Waits.heading(stage, heads, head -> before);
        }
    }
}
