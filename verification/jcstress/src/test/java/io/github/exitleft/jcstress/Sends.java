package io.github.exitleft.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.github.exitleft.tcp.SendSeam;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Threads send over one TCP connection, and write each other's frames. */
public final class Sends {

    private static final int SENT = 1;
    private static final int A_FIRST = 1;
    private static final int B_FIRST = 2;

    private Sends() {}

    private static int send(SendSeam line, char letter) {
        try {
            return line.send(letter, Waits.PATIENCE) ? SENT : Waits.TIMED_OUT;
        } catch (RuntimeException e) {
            // two threads that write at once take the bytes from under each other; an error would count as no outcome
            return Waits.UNEXPECTED;
        }
    }

    /** Two threads send while there is room for a part of both frames: each is sent once and whole, and neither is left waiting. */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "one after the other")
    @Outcome(id = "1, 1, 2", expect = ACCEPTABLE, desc = "the other after the one")
    @Outcome(expect = FORBIDDEN, desc = "mixed, in part, twice, or left waiting")
    @State
    public static class TwoAtOnce {

        private final SendSeam line = new SendSeam();

        @Actor
        public void one(III_Result r) {
            r.r1 = send(line, 'a');
        }

        @Actor
        public void other(III_Result r) {
            r.r2 = send(line, 'b');
        }

        @Arbiter
        public void look(III_Result r) {
            r.r3 = switch (line.sent()) {
                case "aabb" -> A_FIRST;
                case "bbaa" -> B_FIRST;
                default -> Waits.UNEXPECTED;
            };
        }
    }
}
