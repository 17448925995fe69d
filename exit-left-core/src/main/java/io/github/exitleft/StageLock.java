package io.github.exitleft;

/** The one lock of a stage's protocol: an Error in taking or releasing it leaves it neither held nor a step half done (S19). */
final class StageLock {

    private final SureLock lock = new SureLock();
    private final Runnable wakeHead;
    private boolean wakesHead;

    /**
     * Creates the lock of a stage.
     *
     * @param wakeHead makes the head look up from its reading; called without the lock, throws nothing
     */
    StageLock(Runnable wakeHead) {
        this.wakeHead = wakeHead;
    }

    /** Takes the lock for a step that may be refused: an Error finds nothing decided yet. */
    void lock() {
        StackProbe.forAStep();
        lock.lock();
    }

    /** Takes the lock for a step that must be taken, also where there is no memory to queue for it. */
    void insist() {
        lock.insist();
    }

    void unlock() {
        boolean wakes = wakesHead;
        wakesHead = false;
        lock.unlock();
        if (wakes) {
            wakeHead.run();
        }
    }

    /** Makes the next {@link #unlock()} wake the head; with the lock held. */
    void wakeHeadAfterwards() {
        wakesHead = true;
    }
}
