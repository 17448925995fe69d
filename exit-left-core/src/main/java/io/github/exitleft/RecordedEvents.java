package io.github.exitleft;

import java.time.Duration;
import java.util.Locale;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * The events of JDK Flight Recorder; used by {@link Recorder} alone, and only where there is one.
 *
 * <p>Of each kind there is one event that is never recorded. It is asked whether its kind is, so that nothing is allocated if not.
 */
final class RecordedEvents {

    private static final String PREFIX = "io.github.exitleft.";
    private static final String CATEGORY = "exit-left";

    private static final HeadChange HEAD_CHANGE = new HeadChange();
    private static final Wait WAIT = new Wait();
    private static final LineWait LINE_WAIT = new LineWait();
    private static final SourceFailure SOURCE_FAILURE = new SourceFailure();
    private static final SourceReopen SOURCE_REOPEN = new SourceReopen();
    private static final UnclaimedMessage UNCLAIMED_MESSAGE = new UnclaimedMessage();

    private RecordedEvents() {}

    /** Does nothing but load the events. */
    static void prepare() {}

    @Name(PREFIX + "HeadChange")
    @Label("Head Change")
    @Description("A thread became the head of a stage: from now on it reads the source for all that wait."
            + " Off unless asked for, since there is one for each call of a lone caller")
    @Category(CATEGORY)
    @Enabled(false)
    @StackTrace(false)
    static final class HeadChange extends Event {

        @Label("Stage")
        @Nullable
        String stage;

        @Label("Head Before")
        @Description(
                "The name of the thread that headed before, or its number if it has none; nothing for the first event of a recording")
        @Nullable
        String before;

        @Label("Head After")
        @Nullable
        String after;

        @Label("Promoted")
        @Description("Whether a head that left has handed the role over; otherwise the role was free")
        boolean promoted;
    }

    @Name(PREFIX + "Wait")
    @Label("Wait")
    @Description("A thread waited for its answer, or a future was completed")
    @Category(CATEGORY)
    @Threshold("20 ms")
    static final class Wait extends Event {

        @Label("Stage")
        @Nullable
        String stage;

        @Label("Exit")
        @Description("How the wait ended, as in the tag of the meter exitleft.stage.exits")
        @Nullable
        String exit;

        @Label("Headed")
        @Description("Whether the thread headed for a part of its wait, and read the source meanwhile")
        boolean headed;

        @Label("Future")
        @Description("Whether no thread waited; the event's thread is then the one that completed the future")
        boolean future;
    }

    @Name(PREFIX + "LineWait")
    @Label("Wait in Line")
    @Description("A thread waited for a place in a stage's window or for a token, before it sent anything")
    @Category(CATEGORY)
    @Threshold("20 ms")
    static final class LineWait extends Event {

        @Label("Stage")
        @Nullable
        String stage;

        @Label("Awaited")
        @Description("What the thread waited for")
        @Nullable
        String awaited;

        @Label("Granted")
        @Description("Whether the thread got it")
        boolean granted;
    }

    @Name(PREFIX + "SourceFailure")
    @Label("Source Failure")
    @Description("A stage's source failed, which ended all waits")
    @Category(CATEGORY)
    static final class SourceFailure extends Event {

        @Label("Stage")
        @Nullable
        String stage;

        @Label("Cause")
        @Description("The class of the exception")
        @Nullable
        Class<?> cause;

        @Label("Message")
        @Description("The message of the exception")
        @Nullable
        String message;

        @Label("Again")
        @Description("Whether the source had failed before, and this was an attempt to reopen it")
        boolean again;
    }

    @Name(PREFIX + "SourceReopen")
    @Label("Source Reopened")
    @Description("A source that had failed works again")
    @Category(CATEGORY)
    @StackTrace(false)
    static final class SourceReopen extends Event {

        @Label("Stage")
        @Nullable
        String stage;

        @Label("Cause")
        @Description("The class of the exception that it had failed by last")
        @Nullable
        Class<?> cause;

        @Label("Message")
        @Description("The message of that exception")
        @Nullable
        String message;
    }

    @Name(PREFIX + "UnclaimedMessage")
    @Label("Unclaimed Message")
    @Description("A message was received and not delivered")
    @Category(CATEGORY)
    @StackTrace(false)
    static final class UnclaimedMessage extends Event {

        @Label("Stage")
        @Nullable
        String stage;

        @Label("Outcome")
        @Description("Why, as in the tag of the meter exitleft.stage.messages")
        @Nullable
        String outcome;

        @Label("Late By")
        @Description("How long after the end of its wait it came; negative if that is not why")
        @Timespan(Timespan.NANOSECONDS)
        long lateBy;
    }

    static boolean areHeadChangesOn() {
        return HEAD_CHANGE.isEnabled();
    }

    static void headChanged(String stage, @Nullable String before, String after, boolean promoted) {
        var event = new HeadChange();
        event.stage = stage;
        event.before = before;
        event.after = after;
        event.promoted = promoted;
        event.commit();
    }

    static @Nullable Object beginWait() {
        return WAIT.isEnabled() ? begun(new Wait()) : null;
    }

    static void endWait(Object begun, String stage, Outcome exit, boolean headed, boolean future) {
        var event = (Wait) begun;
        event.end();
        if (event.shouldCommit()) {
            event.stage = stage;
            event.exit = text(exit);
            event.headed = headed;
            event.future = future;
            event.commit();
        }
    }

    static @Nullable Object beginLine() {
        return LINE_WAIT.isEnabled() ? begun(new LineWait()) : null;
    }

    static void endLine(Object begun, String stage, String awaited, boolean granted) {
        var event = (LineWait) begun;
        event.end();
        if (event.shouldCommit()) {
            event.stage = stage;
            event.awaited = awaited;
            event.granted = granted;
            event.commit();
        }
    }

    private static Event begun(Event event) {
        event.begin();
        return event;
    }

    static void sourceFailed(String stage, Throwable cause, boolean again) {
        if (SOURCE_FAILURE.isEnabled()) {
            var event = new SourceFailure();
            event.stage = stage;
            event.cause = cause.getClass();
            event.message = Texts.messageOf(cause);
            event.again = again;
            event.commit();
        }
    }

    static void sourceReopened(String stage, Throwable cause) {
        if (SOURCE_REOPEN.isEnabled()) {
            var event = new SourceReopen();
            event.stage = stage;
            event.cause = cause.getClass();
            event.message = Texts.messageOf(cause);
            event.commit();
        }
    }

    static void unclaimed(String stage, Enum<?> outcome, @Nullable Duration late) {
        if (UNCLAIMED_MESSAGE.isEnabled()) {
            var event = new UnclaimedMessage();
            event.stage = stage;
            event.outcome = text(outcome);
            event.lateBy = late == null ? -1 : late.toNanos();
            event.commit();
        }
    }

    private static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
