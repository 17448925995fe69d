package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.sun.management.ThreadMXBean;
import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import jdk.jfr.EventSettings;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What JDK Flight Recorder is told of a stage. */
class FlightRecorderTests extends NoteFixture {

    private static final String PREFIX = "io.github.exitleft.";

    @TempDir
    private Path directory;

    private final Recording recording = new Recording();

    @AfterEach
    void recordingEnds() {
        recording.close();
    }

    private void record(String event, UnaryOperator<EventSettings> settings) {
        settings.apply(recording.enable(PREFIX + event));
        recording.start();
    }

    /** Has all waits recorded, however short. */
    private void recordWaits() {
        record("Wait", EventSettings::withoutThreshold);
    }

    /** Returns the events of a name that have been recorded of the test's own stages. */
    private List<RecordedEvent> recorded(String event) throws IOException {
        Path file = Files.createTempFile(directory, "recording", ".jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(recorded -> recorded.getEventType().getName().equals(PREFIX + event))
                .toList();
    }

    // heads

    @Test
    void s18_headChange_hasTheHeadsBeforeAndAfterAndWhetherTheRoleWasHandedOver() throws Exception {
        Stage<Integer, Note> stage = stage();
        stage.call(0, () -> add(0, "before the recording"));
        record("HeadChange", settings -> settings);
        Task<Note> first = startHead(stage, () -> stage.call(1, () -> {}));
        Task<Note> second = startWaiter(stage, () -> stage.call(2, () -> {}));
        add(1, "answer");
        first.get();
        add(2, "answer");
        second.get();

        stage.call(3, () -> add(3, "answer"));

        assertThat(recorded("HeadChange"))
                .extracting(
                        event -> event.getString("stage"),
                        event -> event.getString("before"),
                        event -> event.getString("after"),
                        event -> event.getBoolean("promoted"))
                .containsExactlyInAnyOrder(
                        tuple("post", null, first.thread.getName(), false),
                        tuple("post", first.thread.getName(), second.thread.getName(), true),
                        tuple(
                                "post",
                                second.thread.getName(),
                                Thread.currentThread().getName(),
                                false));
    }

    @Test
    void s18_keeperThatHeads_isRecordedAsAHead() throws Exception {
        record("HeadChange", settings -> settings);
        Stage<Integer, Note> stage = stage(builder -> builder.keeper(Keeper.ALWAYS));

        Patience.get(stage.callAsync(1, () -> add(1, "answer")));

        assertThat(recorded("HeadChange"))
                .extracting(event -> event.getString("after"))
                .containsExactly("exit-left keeper of stage 'post'");
    }

    // waits

    @Test
    void s18_wait_hasItsExitAndWhetherItsThreadHasHeaded() throws Exception {
        recordWaits();
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        Task<Note> waiter = startWaiter(stage, () -> stage.call(2, () -> {}));

        add(2, "answer");
        waiter.get();
        add(1, "answer");
        head.get();

        assertThat(recorded("Wait"))
                .extracting(
                        event -> event.getString("stage"),
                        event -> event.getString("exit"),
                        event -> event.getBoolean("headed"),
                        event -> event.getBoolean("future"),
                        event -> event.getThread().getJavaName())
                .containsExactlyInAnyOrder(
                        tuple("post", "finished", true, false, head.thread.getName()),
                        tuple("post", "signalled", false, false, waiter.thread.getName()));
    }

    @Test
    void s18_wait_lastsFromItsBeginningToItsEndAndShowsWhereItWasAsked() throws Exception {
        recordWaits();
        Stage<Integer, Note> stage = stage();
        long before = System.nanoTime();

        stage.call(1, () -> {
            long sending = System.nanoTime();
            while (System.nanoTime() == sending) {
                Thread.onSpinWait();
            }
            add(1, "answer");
        });

        RecordedEvent wait = recorded("Wait").get(0);
        assertThat(wait.getDuration()).isBetween(Duration.ofNanos(1), Duration.ofNanos(System.nanoTime() - before));
        assertThat(wait.getStackTrace().getFrames())
                .extracting(RecordedFrame::getMethod)
                .extracting(method -> method.getType().getName())
                .contains(Stage.class.getName(), FlightRecorderTests.class.getName());
    }

    /** The ways to wait on a thread. */
    private enum Way {
        CALL("finished"),
        TIMEOUT("timed-out"),
        RESENDS("timed-out"),
        TICKET("finished"),
        ANY("finished"),
        GATHER("finished"),
        ALL("finished"),
        ALL_UNANSWERED("timed-out"),
        BOUND("finished"),
        WINDOW("finished");

        private final String exit;

        Way(String exit) {
            this.exit = exit;
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void s18_eachWaitOfAThread_isOneEvent(Way way) throws Exception {
        recordWaits();
        Stage<Integer, Note> stage = stage(builder -> way == Way.WINDOW ? builder.window(1) : builder);

        ask(stage, way);

        assertThat(recorded("Wait"))
                .extracting(event -> event.getString("exit"), event -> event.getBoolean("future"))
                .containsExactly(tuple(way.exit, false));
    }

    private void ask(Stage<Integer, Note> stage, Way way) throws Exception {
        CallOptions<Note> noTime = CallOptions.<Note>defaults().timeout(Duration.ofMillis(1));
        switch (way) {
            case CALL, WINDOW -> stage.call(1, () -> add(1, "answer"));
            case TIMEOUT ->
                assertThatThrownBy(() -> stage.call(1, noTime, () -> {})).isInstanceOf(StageTimeoutException.class);
            case RESENDS ->
                assertThatThrownBy(
                                () -> stage.call(1, noTime.resend(Resends.every(Duration.ofNanos(100_000))), () -> {}))
                        .isInstanceOf(StageTimeoutException.class);
            case TICKET -> {
                try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
                    add(1, "answer");
                    ticket.await();
                }
            }
            case ANY -> {
                try (Ticket<Integer, Note> one = stage.ticket(1);
                        Ticket<Integer, Note> other = stage.ticket(2)) {
                    add(2, "answer");
                    Tickets.awaitAny(List.of(one, other), LONG);
                }
            }
            case GATHER ->
                stage.gather(1, Until.first(2), () -> {
                    add(1, "answer");
                    add(1, "another");
                });
            case ALL ->
                stage.callAll(
                        List.of(1, 2), token -> Question.of(token, () -> add(token, "answer")), CallOptions.defaults());
            case ALL_UNANSWERED -> stage.callAll(List.of(1, 2), token -> Question.of(token, () -> {}), noTime);
            case BOUND ->
                stage.call((BoundSender<Integer, RuntimeException>) () -> {
                    add(1, "answer");
                    return 1;
                });
        }
    }

    @Test
    void s18_waitOfTheBareStage_isRecordedToo() throws Exception {
        recordWaits();
        try (BareStage<Integer, String, String> stage = BareStage.<Integer, String, String>builder(
                                "bare", "resource", "buffer")
                        .build();
                BareTicket<Integer> ticket = stage.ticket(1)) {
            stage.enter(ticket, LONG, director -> "found");
            stage.enter(ticket, Duration.ZERO, Director::outOfTime);
        }

        assertThat(recorded("Wait"))
                .extracting(
                        event -> event.getString("stage"),
                        event -> event.getString("exit"),
                        event -> event.getBoolean("headed"))
                .containsExactlyInAnyOrder(tuple("bare", "finished", true), tuple("bare", "timed-out", true));
    }

    @Test
    void s18_future_isAWaitForWhichNoThreadWaited() throws Exception {
        recordWaits();
        Stage<Integer, Note> stage = stage(builder -> builder.keeper(Keeper.ALWAYS));
        CompletableFuture<Note> cancelled = stage.callAsync(1, () -> {});
        cancelled.cancel(false);

        Patience.get(stage.callAsync(2, () -> add(2, "answer")));

        assertThat(recorded("Wait"))
                .extracting(
                        event -> event.getString("exit"),
                        event -> event.getBoolean("headed"),
                        event -> event.getBoolean("future"))
                .containsExactlyInAnyOrder(tuple("cancelled", false, true), tuple("signalled", false, true));
    }

    @Test
    void s18_callThatIsRefusedAfterItWasSent_isAWait() throws Exception {
        recordWaits();
        Stage<Integer, Note> stage = stage(builder -> builder.keeper(Keeper.ALWAYS));
        BoundSender<Integer, RuntimeException> sender = () -> 1;
        try (Ticket<Integer, Note> other = stage.ticket(1)) {
            assertThatThrownBy(() -> stage.call(sender)).isInstanceOf(TokenInUseException.class);
            assertThatThrownBy(() -> stage.callAsync(sender)).isInstanceOf(TokenInUseException.class);
            assertThat(other.token()).isEqualTo(1);
        }

        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.FAILED, 2L);
        assertThat(recorded("Wait"))
                .extracting(
                        event -> event.getString("stage"),
                        event -> event.getString("exit"),
                        event -> event.getBoolean("headed"),
                        event -> event.getBoolean("future"))
                .containsExactlyInAnyOrder(tuple("post", "failed", false, false), tuple("post", "failed", false, true));
    }

    @Test
    void s18_boundCallThatWasNotSent_isNoWait() throws Exception {
        recordWaits();
        Stage<Integer, Note> stage = stage();
        BoundSender<Integer, IOException> sender = () -> {
            throw new IOException("no route");
        };

        assertThatThrownBy(() -> stage.call(sender)).hasMessage("no route");

        assertThat(recorded("Wait")).isEmpty();
    }

    @Test
    void s18_callThatWasNotSent_isNoWait() throws Exception {
        recordWaits();
        Stage<Integer, Note> stage = stage();

        assertThatThrownBy(() -> stage.call(1, () -> {
                    throw new IOException("no route");
                }))
                .hasMessage("no route");

        assertThat(recorded("Wait")).isEmpty();
    }

    @Test
    void s18_waitsBelowTheThreshold_areNotRecorded() throws Exception {
        record("Wait", settings -> settings.withThreshold(LONG));
        Stage<Integer, Note> stage = stage(builder -> builder.keeper(Keeper.ALWAYS));

        stage.call(1, () -> add(1, "answer"));
        Patience.get(stage.callAsync(2, () -> add(2, "answer")));

        assertThat(recorded("Wait")).isEmpty();
    }

    @Test
    void m13_waitInLine_isRecordedWithWhatItWasFor() throws Exception {
        record("LineWait", EventSettings::withoutThreshold);
        Stage<Integer, Note> stage = stage(builder -> builder.window(1));
        Task<Note> first = startHead(stage, () -> stage.call(1, () -> {}));
        CallOptions<Note> noTime = CallOptions.<Note>defaults().timeout(Duration.ofMillis(1));
        assertThatThrownBy(() -> stage.call(2, noTime, () -> {})).isInstanceOf(StageTimeoutException.class);
        Task<Note> third = start(() -> stage.call(3, () -> add(3, "answer")));
        await().until(() -> stage.snapshot(0).window().waiting() == 1);

        add(1, "answer");
        first.get();
        third.get();

        assertThat(recorded("LineWait"))
                .extracting(
                        event -> event.getString("stage"),
                        event -> event.getString("awaited"),
                        event -> event.getBoolean("granted"),
                        event -> event.getThread().getJavaName())
                .containsExactlyInAnyOrder(
                        tuple(
                                "post",
                                "a place in the window",
                                false,
                                Thread.currentThread().getName()),
                        tuple("post", "a place in the window", true, third.thread.getName()));
    }

    // the source

    @Test
    void m6_failure_isRecordedWithItsCauseAndSoIsTheReopening() throws Exception {
        recording.start();
        Stage<Integer, Note> stage = timed(builder -> builder);
        fail(stage, 1, new IOException("cable cut"));
        clock.advance(Duration.ofSeconds(1));
        fail(stage, 2, new IllegalStateException("still cut"));
        clock.advance(Duration.ofSeconds(1));

        stage.call(3, () -> add(3, "answer"));

        assertThat(recorded("SourceFailure"))
                .extracting(
                        event -> event.getString("stage"),
                        event -> event.getClass("cause").getName(),
                        event -> event.getString("message"),
                        event -> event.getBoolean("again"))
                .containsExactlyInAnyOrder(
                        tuple("post", "java.io.IOException", "cable cut", false),
                        tuple("post", "java.lang.IllegalStateException", "still cut", true));
        assertThat(recorded("SourceReopen"))
                .extracting(
                        event -> event.getString("stage"),
                        event -> event.getClass("cause").getName(),
                        event -> event.getString("message"))
                .containsExactly(tuple("post", "java.lang.IllegalStateException", "still cut"));
    }

    private void fail(Stage<Integer, Note> stage, int token, Exception with) {
        assertThatThrownBy(() -> stage.call(token, () -> queue.fail(with)))
                .isInstanceOf(SourceFailedException.class)
                .hasCause(with);
    }

    /** A cause whose own code is broken. */
    private static final class Mute extends IOException {

        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("mute");
        }
    }

    @Test
    void m6_causeThatThrowsWhenAskedForItsMessage_isRecordedWithoutOne() throws Exception {
        recording.start();
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));

        queue.fail(new Mute());

        assertThat(head.failure()).isInstanceOf(SourceFailedException.class);
        assertThat(recorded("SourceFailure"))
                .extracting(event -> event.getClass("cause").getName(), event -> event.getString("message"))
                .containsExactly(tuple(Mute.class.getName(), null));
    }

    // messages

    @Test
    void m3_unclaimedMessage_isRecordedWithItsOutcomeAndNothingOfItsContent() throws Exception {
        recording.start();
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Note> late = startHead(stage, () -> stage.call(4711, () -> {}));
        pass(LONG);
        assertThat(late.failure()).isInstanceOf(StageTimeoutException.class);
        clock.advance(Duration.ofSeconds(2));
        add(4711, "secret");
        add(4712, "secret");

        readAll(stage);

        List<RecordedEvent> events = recorded("UnclaimedMessage");
        assertThat(events)
                .extracting(
                        event -> event.getString("stage"),
                        event -> event.getString("outcome"),
                        event -> event.getDuration("lateBy").toSeconds())
                .containsExactlyInAnyOrder(tuple("post", "late", 2L), tuple("post", "unknown", -1L));
        assertThat(events)
                .allSatisfy(event ->
                        assertThat(event.toString()).doesNotContain("secret").doesNotContain("471"));
        assertThat(events.get(0).getFields())
                .extracting(ValueDescriptor::getName)
                .containsExactlyInAnyOrder(
                        "startTime", "duration", "eventThread", "stackTrace", "stage", "outcome", "lateBy");
    }

    // by default

    @Test
    void s18_withoutARecording_nothingIsRecorded() throws Exception {
        Stage<Integer, Note> stage = stage();
        stage.call(1, () -> add(1, "answer"));

        assertThat(types()).hasSize(6).noneMatch(EventType::isEnabled);
        recording.start();
        assertThat(recorded("Wait")).isEmpty();
        assertThat(recorded("HeadChange")).isEmpty();
    }

    @Test
    void s18_recordingWithoutSettings_hasAllEventsButHeadChangesAndShortWaits() throws Exception {
        Stage<Integer, Note> stage = stage();
        recording.start();

        stage.call(1, () -> add(1, "answer"));

        assertThat(types())
                .filteredOn(EventType::isEnabled)
                .extracting(EventType::getName)
                .containsExactlyInAnyOrder(
                        PREFIX + "Wait",
                        PREFIX + "LineWait",
                        PREFIX + "SourceFailure",
                        PREFIX + "SourceReopen",
                        PREFIX + "UnclaimedMessage");
        assertThat(recorded("HeadChange")).isEmpty();
        assertThat(types())
                .filteredOn(type -> type.getName().endsWith("Wait"))
                .flatExtracting(EventType::getSettingDescriptors)
                .filteredOn(setting -> setting.getName().equals("threshold"))
                .extracting(setting -> setting.getDefaultValue())
                .containsExactly("20 ms", "20 ms");
    }

    @Test
    void s18_events_sayWhatTheyAre() {
        stage();

        assertThat(types())
                .hasSize(6)
                .allSatisfy(type -> {
                    assertThat(type.getLabel()).isNotBlank();
                    assertThat(type.getDescription()).isNotBlank();
                    assertThat(type.getCategoryNames()).containsExactly("exit-left");
                })
                .flatExtracting(EventType::getFields)
                .allSatisfy(field -> assertThat(field.getLabel()).isNotBlank());
    }

    private static List<EventType> types() {
        return FlightRecorder.getFlightRecorder().getEventTypes().stream()
                .filter(type -> type.getName().startsWith(PREFIX))
                .toList();
    }

    @Test
    void s14_withoutARecording_recorderAllocatesNothing() {
        recording.start(); // events that have been recorded once are other code than before
        recording.stop();
        var recorder = new Recorder("quiet", thrown -> {
            throw new AssertionError(thrown);
        });
        var failure = new IOException("gone");
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        @SuppressWarnings("deprecation") // threadId() came with 19
        long me = Thread.currentThread().getId();
        tellAll(recorder, failure); // what is made once
        long before = threads.getThreadAllocatedBytes(me);

        for (int i = 0; i < 10_000; i++) {
            tellAll(recorder, failure);
        }

        assertThat((threads.getThreadAllocatedBytes(me) - before) / 10_000).isZero();
    }

    private static void tellAll(Recorder recorder, Exception failure) {
        recorder.headChanged(true);
        recorder.endWait(recorder.beginWait(), Outcome.FINISHED, true, false);
        recorder.endLine(recorder.beginLine(), "a token", true);
        recorder.sourceFailed(failure, false);
        recorder.sourceReopened(failure);
        recorder.unclaimed(MessageOutcome.LATE, Duration.ZERO);
    }

    // where there is no flight recorder

    @Test
    void b8_virtualMachineWithoutFlightRecorder_hasStagesAllTheSame() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--limit-modules",
                        "java.base",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WithoutFlightRecorder.class.getName())
                .redirectErrorStream(true)
                .start();
        try {
            String printed = new String(process.getInputStream().readAllBytes());

            assertThat(printed.lines())
                    .filteredOn(line -> line.startsWith("- "))
                    .as(printed)
                    .containsExactly(
                            "- flight recorder: false",
                            "- call: answer",
                            "- future: answer",
                            "- failure: java.io.IOException: gone",
                            "- reopened: again",
                            "- exits: 4",
                            "- unknown: 1",
                            "- failed callbacks: 0");
            assertThat(process.waitFor()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
