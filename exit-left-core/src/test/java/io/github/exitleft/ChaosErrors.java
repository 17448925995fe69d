package io.github.exitleft;

import java.util.Set;
import java.util.SplittableRandom;

/** When a thread's calls of the parker throw an Error, which hits that thread's wait and no other (S19). */
final class ChaosErrors {

    /** An Error of the chaos tests' own. */
    static final class Memory extends OutOfMemoryError {
        private static final long serialVersionUID = 1L;

        Memory(String place) {
            super("drawn, in " + place);
        }
    }

    /** Another one. */
    static final class Stack extends StackOverflowError {
        private static final long serialVersionUID = 1L;

        Stack(String place) {
            super("drawn, in " + place);
        }
    }

    private static final StackWalker WALKER = StackWalker.getInstance();

    /** What futures and streams do beside a wait: it is not that thread's wait that an Error would end there. */
    private static final Set<String> SPARED = Set.of(
            AsyncWaits.class.getName(),
            AsyncCall.class.getName(),
            MessageStream.class.getName(),
            ChaosAsyncWaits.class.getName());

    private static final int RARE = 600; // calls between two Errors of a thread, on average

    private final boolean thrown;
    private final SplittableRandom random;
    private int left;

    ChaosErrors(boolean thrown, SplittableRandom random) {
        this.thrown = thrown;
        this.random = random;
        this.left = draw();
    }

    private int draw() {
        return 8 + random.nextInt(2 * RARE); // so that a wake-up that is tried again comes about
    }

    boolean areThrown() {
        return thrown;
    }

    /** Whether this call is to throw; asked by the thread itself. */
    boolean isDue(String call) {
        // parks and timers are few among looks at the clock
        left -= call.equals("nanoTime") ? 1 : 4;
        if (!thrown || left > 0) {
            return false;
        }
        boolean spared = WALKER.walk(frames -> frames.anyMatch(
                frame -> SPARED.stream().anyMatch(name -> frame.getClassName().startsWith(name))));
        if (!spared) {
            left = draw();
        }
        return !spared;
    }

    static boolean isIn(Class<?> type, String method) {
        return WALKER.walk(frames -> frames.limit(8)
                .anyMatch(frame -> frame.getClassName().equals(type.getName())
                        && frame.getMethodName().equals(method)));
    }

    /** Whether it is a future that has ended, and not a wait of this thread. */
    static boolean isOfAFuture() {
        return WALKER.walk(frames ->
                frames.limit(16).anyMatch(frame -> frame.getClassName().equals(AsyncCall.class.getName())));
    }

    static boolean isOurs(Throwable thrown) {
        return thrown instanceof Memory || thrown instanceof Stack;
    }

    static Error of(String place, SplittableRandom random) {
        return random.nextBoolean() ? new Memory(place) : new Stack(place);
    }
}
