package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/** What the benchmarks of the bare stage share. */
final class Stages {

    private Stages() {}

    @SuppressWarnings("NullAway") // nothing uses the buffer
    static BareStageBuilder<Long, Object, Void> builder() {
        return BareStage.builder("benchmark", new Object(), null);
    }

    /** Whether a thread waits, with or without a limit. */
    static boolean parked(@Nullable Thread thread) {
        Thread.State state = thread == null ? Thread.State.NEW : thread.getState();
        return state == Thread.State.TIMED_WAITING || state == Thread.State.WAITING;
    }

    /** The token with a number; spread over a map as random ones are. */
    static Long token(long number) {
        long z = (number ^ number >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
