package io.github.exitleft.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.github.exitleft.BareStage;
import io.github.exitleft.BareTicket;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.StageClosedException;
import java.util.concurrent.CancellationException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** A stage that closes or fails meets threads that enter and wait (S16, M6). */
public final class Endings {

    private static final int CLOSED = 0;
    private static final int HEADED = 1;
    private static final int CANCELLED = 3;
    private static final int REFUSED = 4;
    private static final int HEADED_A_CLOSED_ONE = -4;

    private Endings() {}

    private static final class Door {
        boolean shut;
        int heads;
        int closings;
        int headsSeenByCloser = Waits.UNEXPECTED;

        int pass() {
            if (shut) {
                return HEADED_A_CLOSED_ONE;
            }
            heads++;
            return HEADED;
        }

        void shut() {
            headsSeenByCloser = heads;
            closings++;
            shut = true;
        }
    }

    private static BareStage<Integer, Door, Object> stage(Door door) {
        return BareStage.<Integer, Door, Object>builder("stress", door, new Object())
                .closer(Door::shut, false)
                .build();
    }

    private static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;
        int detail;

        Failure() {
            super("stressed", null, false, false);
        }
    }

    /** A thread enters while another closes: the resource is closed once, after the head, and before close returns. */
    @JCStressTest
    @Outcome(id = "1, 11", expect = ACCEPTABLE, desc = "headed, and then the resource was closed")
    @Outcome(id = "0, 10", expect = ACCEPTABLE, desc = "closed before it could head")
    @Outcome(expect = FORBIDDEN, desc = "closed under the head, not at all, twice, or blind to what the head did")
    @State
    public static class CloseAgainstEntry {

        private final Door door = new Door();
        private final BareStage<Integer, Door, Object> stage = stage(door);
        private final BareTicket<Integer> ticket = stage.ticket(1);

        @Actor
        public void enters(II_Result r) {
            try {
                r.r1 = Waits.heading(stage, ticket, head -> head.resource().pass());
            } catch (StageClosedException e) {
                r.r1 = CLOSED;
            }
        }

        @Actor
        public void closes(II_Result r) {
            stage.close();
            r.r2 = 10 * door.closings + door.headsSeenByCloser;
        }
    }

    /** A head closes its stage while another enters or waits. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "ended by the closing, and all before it is seen")
    @Outcome(expect = FORBIDDEN, desc = "not ended, or something before the closing not seen")
    @State
    public static class CloseAgainstWait {

        private final BareStage<Integer, Door, Object> stage = stage(new Door());
        private final BareTicket<Integer> heads = stage.ticket(1);
        private final BareTicket<Integer> waits = stage.ticket(2);
        private int before;

        @Actor
        public void head() {
            Waits.heading(stage, heads, head -> {
                before = 1;
                stage.close();
                return 0;
            });
        }

        @Actor
        public void waiter(I_Result r) {
            try {
                Waits.untilSignalled(stage, waits);
                r.r1 = Waits.TIMED_OUT;
            } catch (StageClosedException e) {
                r.r1 = before;
            }
        }
    }

    /** A head reports that its resource failed while another enters or waits. */
    @JCStressTest
    @Outcome(id = "7, 1", expect = ACCEPTABLE, desc = "ended by the failure, with its cause")
    @Outcome(expect = FORBIDDEN, desc = "not ended, without the cause, or something before it not seen")
    @State
    public static class FailureAgainstWait {

        private final BareStage<Integer, Object, Object> stage = Waits.stage(new Object(), new Object());
        private final BareTicket<Integer> heads = stage.ticket(1);
        private final BareTicket<Integer> waits = stage.ticket(2);
        private int before;

        @Actor
        public void head() {
            Waits.heading(stage, heads, head -> {
                before = 1;
                var failure = new Failure();
                failure.detail = 7;
                head.fail(failure);
                return 0;
            });
        }

        @Actor
        public void waiter(II_Result r) {
            try {
                Waits.untilSignalled(stage, waits);
                r.r1 = Waits.TIMED_OUT;
            } catch (SourceFailedException e) {
                r.r1 = e.getCause() instanceof Failure failure ? failure.detail : Waits.UNEXPECTED;
                r.r2 = before;
            } catch (RuntimeException e) {
                r.r1 = Waits.UNEXPECTED;
            }
        }
    }

    /** A ticket is closed while its thread enters, heads and reads on until it has no time left. */
    @JCStressTest
    @Outcome(id = "3, 1", expect = ACCEPTABLE, desc = "cancelled, and all before the closing is seen")
    @Outcome(id = "4, 1", expect = ACCEPTABLE, desc = "closed before it was entered")
    @Outcome(expect = FORBIDDEN, desc = "reads on, or something before the closing not seen")
    @State
    public static class CancelAgainstHead {

        private final BareStage<Integer, Object, Object> stage = Waits.stage(new Object(), new Object());
        private final BareTicket<Integer> ticket = stage.ticket(1);
        private int before;

        @Actor
        public void reader(II_Result r) {
            r.r2 = 1; // nothing is missed where it does not come to read
            try {
                r.r1 = Waits.heading(stage, ticket, head -> {
                    long soon = stage.deadline(Waits.PATIENCE.dividedBy(2));
                    while (!head.remaining().isZero()) {
                        Thread.onSpinWait();
                    }
                    r.r2 = stage.nanoTime() - soon < 0 ? before : Waits.TIMED_OUT;
                    return head.outOfTime();
                });
            } catch (CancellationException e) {
                r.r1 = CANCELLED;
            } catch (IllegalStateException e) {
                r.r1 = REFUSED;
            }
        }

        @Actor
        public void stranger() {
            before = 1;
            ticket.close();
        }
    }
}
