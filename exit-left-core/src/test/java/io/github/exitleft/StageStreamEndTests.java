package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Streams that complete by an end of their own (M16). */
class StageStreamEndTests extends NoteFixture {

    private static final Until<Note> LAST = Until.matches(note -> note.text().equals("last"));
    private static final Duration QUIET = Duration.ofMillis(300);

    private final ManualTimer timer = new ManualTimer();

    /** Notes how the stream ended. */
    private static final class Ended extends Heard {
        private final AtomicInteger completed = new AtomicInteger();

        Ended(long first) {
            super(first);
        }

        @Override
        public void onComplete() {
            completed.incrementAndGet();
        }
    }

    /** A stage that hands on wherever that is asked for, on the clock of the test. */
    private Stage<Integer, Note> kept(UnaryOperator<StageBuilder<Integer, Note>> settings) {
        return timed(builder -> settings.apply(
                builder.keeper(Keeper.ALWAYS).executor(Runnable::run).timer(timer)));
    }

    private Stage<Integer, Note> kept() {
        return kept(builder -> builder);
    }

    private static Ended subscribe(Stage<Integer, Note> stage, Until<Note> until, long first) {
        var heard = new Ended(first);
        stage.messages(2, until).subscribe(heard);
        return heard;
    }

    private static CallOptions<Note> within(Duration timeout) {
        return CallOptions.<Note>defaults().timeout(timeout);
    }

    private void letPass(Duration time) {
        clock.advance(time);
        timer.advance(time);
        timer.settle();
    }

    private void addAndWait(String text) {
        long before = source.received.get();
        add(2, text);
        await().untilAsserted(() -> assertThat(source.received.get()).isGreaterThan(before));
        untilHeadReadsAnew(); // so that it has been handed on, if it was requested
    }

    private static void assertCompleted(Stage<?, ?> stage, Ended heard) {
        await().untilAsserted(() -> assertThat(heard.completed).hasValue(1));
        assertThat(heard.errors).isEmpty();
        assertThat(stage.snapshot(0).role().tickets()).isZero();
    }

    @Test
    void m16_stream_completesAfterTheMessageThatMatches() {
        Stage<Integer, Note> stage = kept();
        Ended heard = subscribe(stage, LAST, Long.MAX_VALUE);
        addAndWait("a");
        assertThat(heard.completed).hasValue(0);
        addAndWait("last");

        assertCompleted(stage, heard);
        assertThat(heard.texts).containsExactly("a", "last");
        addAndWait("one too many");
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.LATE);
        assertThat(timer.pending()).isZero();
    }

    @Test
    void m16_lastMessageThatIsNotRequested_doesNotCompleteTheStreamBefore() {
        Stage<Integer, Note> stage = kept();
        Ended heard = subscribe(stage, LAST.atMost(2), 1);
        addAndWait("a");
        addAndWait("b");
        assertThat(heard.completed).hasValue(0);
        heard.subscription.request(1);

        assertCompleted(stage, heard);
        assertThat(heard.texts).containsExactly("a", "b");
    }

    @Test
    void m16_silence_completesTheStreamAndIsCountedFromTheLastMessage() {
        Stage<Integer, Note> stage = kept();
        Ended heard = subscribe(stage, Until.silence(QUIET), Long.MAX_VALUE);
        letPass(Duration.ofMillis(250));
        addAndWait("a");
        letPass(Duration.ofMillis(250));
        assertThat(heard.completed).hasValue(0);
        letPass(Duration.ofMillis(50));

        assertCompleted(stage, heard);
        assertThat(timer.pending()).isZero();
    }

    @Test
    void m16_messagesThatAreNotRequested_areNoSilence() {
        Stage<Integer, Note> stage = kept();
        Ended heard = subscribe(stage, Until.silence(QUIET), 0);
        addAndWait("a");
        letPass(QUIET);
        letPass(QUIET);
        assertThat(heard.completed).hasValue(0);
        heard.subscription.request(2);
        letPass(QUIET);

        assertCompleted(stage, heard);
        assertThat(heard.texts).containsExactly("a");
    }

    @Test
    void m16_deadlineWithMessages_completesTheStream() {
        Stage<Integer, Note> stage = kept();
        var heard = new Ended(Long.MAX_VALUE);
        stage.messages(2, within(Duration.ofSeconds(1)), LAST).subscribe(heard);
        addAndWait("a");
        letPass(Duration.ofSeconds(1));

        assertCompleted(stage, heard);
    }

    @Test
    void m16_deadlineWithoutAMessage_isATimeout() {
        Stage<Integer, Note> stage = kept();
        var heard = new Ended(Long.MAX_VALUE);
        stage.messages(2, within(Duration.ofSeconds(1)), LAST).subscribe(heard);
        letPass(Duration.ofSeconds(1));

        assertThat(heard.errors).hasSize(1);
        assertThat(heard.errors.get(0))
                .isInstanceOf(StageTimeoutException.class)
                .hasMessage(
                        "no message in 1000 ms for the ticket for token '2' of stage 'post'; 0 were handed on before");
        assertThat(heard.completed).hasValue(0);
        assertThat(stage.snapshot(0).role().tickets()).isZero();
    }

    @Test
    void m16_deadlineWithMessagesThatWereNotRequested_isNoCompletion() {
        Stage<Integer, Note> stage = kept();
        var heard = new Ended(1);
        stage.messages(2, within(Duration.ofSeconds(1)), LAST).subscribe(heard);
        addAndWait("a");
        addAndWait("b");
        letPass(Duration.ofSeconds(1));

        assertThat(heard.texts).containsExactly("a");
        assertThat(heard.errors).hasSize(1);
        assertThat(heard.errors.get(0))
                .hasMessageContaining("1 were handed on before, and some that came have not been requested");
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.ABANDONED);
    }

    @Test
    void m20_endThatAStarvedExecutorDoesNotComeTo_isThereInTime() {
        Queue<Runnable> jobs = new ArrayDeque<>();
        Stage<Integer, Note> stage = kept(builder -> builder.executor(jobs::add));
        Ended heard = subscribe(stage, Until.silence(QUIET), Long.MAX_VALUE);
        letPass(QUIET);
        assertThat(heard.completed).hasValue(0);
        letPass(Duration.ofNanos(AsyncWaits.GRACE_NANOS));

        assertCompleted(stage, heard);
        jobs.forEach(Runnable::run);
        assertThat(heard.completed).hasValue(1);
    }

    @Test
    void m16_silenceThatAPauseOfTheProcessSeemsToBe_isLookedIntoFirst() {
        Stage<Integer, Note> stage = kept();
        Ended heard = subscribe(stage, LAST.quiet(QUIET), Long.MAX_VALUE);
        letPass(Duration.ofSeconds(1));
        assertThat(heard.completed).hasValue(0);
        addAndWait("last"); // which the source has had all the time

        assertCompleted(stage, heard);
        assertThat(heard.texts).containsExactly("last");
    }

    @Test
    void m16_predicateThatThrows_endsThatStreamByAnErrorThatNamesIt() {
        Stage<Integer, Note> stage = kept();
        var fault = new IllegalStateException("a fault");
        Ended heard = subscribe(
                stage,
                Until.matches(note -> {
                    throw fault;
                }),
                Long.MAX_VALUE);
        addAndWait("a");

        await().untilAsserted(() -> assertThat(heard.errors).hasSize(1));
        assertThat(heard.errors.get(0))
                .isInstanceOf(GatherFailedException.class)
                .hasCause(fault)
                .hasMessage("predicate of the stream with the ticket for token '2' of stage 'post' threw"
                        + " java.lang.IllegalStateException: a fault; look at the cause");
        assertThat(heard.texts).containsExactly("a");
        assertThat(stage.snapshot(0).role().callbackFailures()).isEqualTo(1);
    }

    @Test
    void m16_cancelledStream_leavesNoTimer() {
        Stage<Integer, Note> stage = kept();
        Ended heard = subscribe(stage, Until.silence(QUIET), Long.MAX_VALUE);
        heard.subscription.cancel();

        assertThat(timer.pending()).isZero();
        letPass(QUIET);
        assertThat(heard.completed).hasValue(0);
        assertThat(heard.errors).isEmpty();
    }

    @Test
    void m6_failedStage_endsTheStreamByItsError() {
        Stage<Integer, Note> stage = kept();
        Ended heard = subscribe(stage, LAST, Long.MAX_VALUE);
        stage.close();

        await().untilAsserted(() -> assertThat(heard.errors).hasSize(1));
        assertThat(heard.errors.get(0)).isInstanceOf(StageClosedException.class);
        assertThat(heard.completed).hasValue(0);
    }

    @Test
    void m16_badInput_isRefused() {
        Stage<Integer, Note> stage = kept();

        assertThatThrownBy(() -> stage.messages(2, (Until<Note>) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageStartingWith("'until' must not be null");
        assertThatThrownBy(() -> stage.messages(2, CallOptions.<Note>defaults().attachment("x"), LAST))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("options for a stream of stage 'post' may have a check and a timeout only, since a stream"
                        + " does not send");
    }
}
