package io.github.exitleft;

import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells JDK Flight Recorder what happens on a stage, outside the stage's lock; throws nothing.
 *
 * <p>The recorder is in a module of the JDK that a run-time image or another virtual machine may lack, and whether it is there is known
 * here alone: only {@link RecordedEvents} names the module's classes, and it is used only if they are there. While nothing is recorded,
 * each method looks at a switch and allocates nothing.
 */
final class Recorder {

    private static final boolean PRESENT = isPresent();

    private final String stage;
    private final Consumer<Throwable> failed;

    /** The name of the thread that headed before; null while head changes are not recorded. Read and written by heads. */
    private @Nullable String lastHead;

    /**
     * Creates the recorder of a stage.
     *
     * @param failed is given what recording throws
     */
    Recorder(String stage, Consumer<Throwable> failed) {
        this.stage = stage;
        this.failed = failed;
    }

    private static boolean isPresent() {
        try {
            RecordedEvents.prepare(); // now, since there may be no memory for it when there is something to record
            return true;
        } catch (Throwable e) { // a NoClassDefFoundError, as a rule
            return false;
        }
    }

    /** Records that the current thread heads now; called by that thread. */
    void headChanged(boolean promoted) {
        try {
            if (PRESENT && RecordedEvents.areHeadChangesOn()) {
                String before = lastHead;
                String head = Texts.of(Thread.currentThread());
                lastHead = head;
                RecordedEvents.headChanged(stage, before, head, promoted);
            } else if (lastHead != null) {
                lastHead = null; // or it would be taken for the one before when recording begins again
            }
        } catch (Throwable e) { // no memory
            failed.accept(e);
        }
    }

    /** Begins a wait; returns what {@link #endWait} takes, which is null unless waits are recorded. */
    @Nullable
    Object beginWait() {
        try {
            return PRESENT ? RecordedEvents.beginWait() : null;
        } catch (Throwable e) { // no memory
            failed.accept(e);
            return null;
        }
    }

    /**
     * Records a wait that has ended, if it was long enough.
     *
     * @param begun what {@link #beginWait} has returned
     * @param headed whether the thread that waited has headed
     * @param future whether no thread waited
     */
    void endWait(@Nullable Object begun, Outcome exit, boolean headed, boolean future) {
        if (begun != null) {
            try {
                RecordedEvents.endWait(begun, stage, exit, headed, future);
            } catch (Throwable e) { // no memory
                failed.accept(e);
            }
        }
    }

    /** Begins a wait for what a question needs before its ticket; returns what {@link #endLine} takes. */
    @Nullable
    Object beginLine() {
        try {
            return PRESENT ? RecordedEvents.beginLine() : null;
        } catch (Throwable e) { // no memory
            failed.accept(e);
            return null;
        }
    }

    /** Records such a wait, if it was long enough. */
    void endLine(@Nullable Object begun, String awaited, boolean granted) {
        if (begun != null) {
            try {
                RecordedEvents.endLine(begun, stage, awaited, granted);
            } catch (Throwable e) { // no memory
                failed.accept(e);
            }
        }
    }

    /** Records that the resource has failed, for the first time or again. */
    void sourceFailed(Throwable cause, boolean again) {
        try {
            if (PRESENT) {
                RecordedEvents.sourceFailed(stage, cause, again);
            }
        } catch (Throwable e) { // no memory
            failed.accept(e);
        }
    }

    /** Records that the resource works again, which had failed for a cause. */
    void sourceReopened(Throwable cause) {
        try {
            if (PRESENT) {
                RecordedEvents.sourceReopened(stage, cause);
            }
        } catch (Throwable e) { // no memory
            failed.accept(e);
        }
    }

    /**
     * Records that a message was not delivered.
     *
     * @param late how late it came; null if that was not why
     */
    void unclaimed(Enum<?> outcome, @Nullable Duration late) {
        try {
            if (PRESENT) {
                RecordedEvents.unclaimed(stage, outcome, late);
            }
        } catch (Throwable e) { // no memory
            failed.accept(e);
        }
    }
}
