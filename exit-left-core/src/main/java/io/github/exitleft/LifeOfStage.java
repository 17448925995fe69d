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
    public boolean hasLine() {
        StageSnapshot.WindowState window = parts.gate.windowState();
        StageSnapshot.IssuedState issued = parts.gate.issuedState();
        return window != null && window.waiting() > 0 || issued != null && issued.waiting() > 0;
    }
}
