package io.github.exitleft.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.github.exitleft.BareStage;
import io.github.exitleft.BareTicket;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A head files and signals; the signalled thread sees what was filed, and all else that the head had done (S4, S5). */
public final class Signals {

    private static final int FILED = 42;

    private Signals() {}

    private static final class Box {
        int content;
    }

    /** The head's signal meets a ticket before, during and after its entry. */
    @JCStressTest
    @Outcome(id = "42, 1", expect = ACCEPTABLE, desc = "signalled, and all is seen")
    @Outcome(expect = FORBIDDEN, desc = "signal lost, or something before it not seen")
    @State
    public static class AgainstEntry {

        private final BareStage<Integer, Object, Box> stage = Waits.stage(new Object(), new Box());
        private final BareTicket<Integer> heads = stage.ticket(1);
        private final BareTicket<Integer> waits = stage.ticket(2);
        private int outside;

        @Actor
        public void head() {
            Waits.heading(stage, heads, head -> {
                outside = 1;
                head.route(2, box -> box.content = FILED);
                return 0;
            });
        }

        @Actor
        public void waiter(II_Result r) {
            boolean signalled = Waits.untilSignalled(stage, waits, () -> outside == 1);
            r.r2 = signalled ? outside : Waits.TIMED_OUT;
            r.r1 = signalled ? stage.buffer(box -> box.content) : Waits.TIMED_OUT;
        }
    }

    /** The head signals without filing, so that no lock but the stage's own is used by both. */
    @JCStressTest
    @Outcome(id = "42, 1", expect = ACCEPTABLE, desc = "signalled, and all is seen")
    @Outcome(expect = FORBIDDEN, desc = "signal lost, or something before it not seen")
    @State
    public static class WithoutBuffer {

        private final Box box = new Box();
        private final BareStage<Integer, Box, Object> stage = Waits.stage(box, new Object());
        private final BareTicket<Integer> heads = stage.ticket(1);
        private final BareTicket<Integer> waits = stage.ticket(2);
        private int outside;

        @Actor
        public void head() {
            Waits.heading(stage, heads, head -> {
                outside = 1;
                head.resource().content = FILED;
                head.signal(2);
                return 0;
            });
        }

        @Actor
        public void waiter(II_Result r) {
            boolean signalled = Waits.untilSignalled(stage, waits, () -> outside == 1);
            r.r2 = signalled ? outside : Waits.TIMED_OUT;
            r.r1 = signalled ? box.content : Waits.TIMED_OUT;
        }
    }

    /** The head's signal meets a thread that is in the queue, parked or about to park. */
    @JCStressTest
    @Outcome(id = "42, 1", expect = ACCEPTABLE, desc = "signalled, and all is seen")
    @Outcome(expect = FORBIDDEN, desc = "signal lost, or something before it not seen")
    @State
    public static class AgainstWait {

        private final BareStage<Integer, Object, Box> stage = Waits.stage(new Object(), new Box());
        private final BareTicket<Integer> heads = stage.ticket(1);
        private final BareTicket<Integer> waits = stage.ticket(2);
        private int outside;

        @Actor
        public void head() {
            Waits.heading(stage, heads, head -> {
                if (Waits.untilOtherWaits(stage, head)) {
                    outside = 1;
                    head.route(2, box -> box.content = FILED);
                }
                return 0;
            });
        }

        @Actor
        public void waiter(II_Result r) {
            boolean signalled = Waits.untilSignalled(stage, waits, () -> outside == 1);
            r.r2 = signalled ? outside : Waits.TIMED_OUT;
            r.r1 = signalled ? stage.buffer(box -> box.content) : Waits.TIMED_OUT;
        }
    }
}
