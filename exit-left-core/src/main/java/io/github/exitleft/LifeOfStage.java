package io.github.exitleft;

import io.github.exitleft.internal.StageLife;

/** The time and the state of a stage, as other packages of this module see them. */
final class LifeOfStage extends StageLife {

    private final StageParts<?, ?> parts;

    LifeOfStage(StageParts<?, ?> parts) {
        this.parts = parts;
    }

    @Override
    public long nanoTime() {
        return parts.bare.nanoTime();
    }

    @Override
    public Runnable after(long nanos, Runnable task) {
        return parts.jobs.after(nanos, task);
    }

    @Override
    public boolean isClosed() {
        return parts.bare.isClosed();
    }

    @Override
    public boolean hasFailed() {
        return parts.bare.snapshot(0).state() == BareSnapshot.State.FAILED;
    }

    @Override
    public boolean hasTokenLine() {
        StageSnapshot.IssuedState issued = parts.gate.issuedState();
        return issued != null && issued.waiting() > 0;
    }

    @Override
    public Runnable ahead(Runnable task, Runnable ended) {
        Window window = parts.gate.window;
        if (window == null) {
            task.run();
            return Timer.NOTHING;
        }
        Window.Place free = window.tryAcquire();
        if (free != null) {
            window.keep(free, task);
            return Timer.NOTHING;
        }
        // by the timer: the thread that frees a place has something else to do
        Queued<Window.Place> wait = window.joinAhead(new Ahead(window, task, ended), job -> parts.jobs.after(0, job));
        return wait::cancel;
    }

    /** Waits for a task's place. */
    private record Ahead(Window window, Runnable task, Runnable whenEnded) implements Taker<Window.Place> {

        @Override
        public boolean granted(Window.Place place) {
            window.keep(place, task);
            return true;
        }

        @Override
        public void ended(RuntimeException why) {
            whenEnded.run();
        }
    }
}
