package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Answers that are errors: they are delivered, as their caller's exception. */
class ErrorReplyTests extends NoteFixture {

    private final IllegalArgumentException unchecked = new IllegalArgumentException("no such account");
    private final IOException checked = new FileNotFoundException("no such file");
    private final AssertionError fatal = new AssertionError("no such luck");
    private final List<String> asked = new CopyOnWriteArrayList<>();

    private Throwable classify(Note note) throws Exception {
        asked.add(note.text());
        return switch (note.text()) {
            case "unchecked" -> unchecked;
            case "checked" -> checked;
            case "fatal" -> fatal;
            case "thrown" -> throw checked;
            default -> null;
        };
    }

    private Stage<Integer, Note> classifying() {
        return stage(builder -> builder.classifier(this::classify));
    }

    @Test
    void m18_replyThatIsAnUncheckedError_isThrownAsItIsAndCountsAsDelivered() throws Exception {
        Stage<Integer, Note> stage = classifying();

        assertThatThrownBy(() -> stage.call(1, () -> add(1, "unchecked"))).isSameAs(unchecked);
        assertThatThrownBy(() -> stage.call(1, () -> add(1, "fatal"))).isSameAs(fatal);
        assertThat(stage.call(1, () -> add(1, "fine")).text()).isEqualTo("fine");
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(3);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.FAILED, 0L);
        assertThat(stage.snapshot(0).role().tickets()).isZero();
    }

    @Test
    void m18_replyThatIsACheckedError_isTheCauseOfTheException() {
        Stage<Integer, Note> stage = classifying();

        for (String text : List.of("checked", "thrown")) {
            assertThatThrownBy(() -> stage.call(1, () -> add(1, text)))
                    .isInstanceOf(ErrorReplyException.class)
                    .hasMessageContaining("no such file")
                    .cause()
                    .isSameAs(checked);
        }
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(2);
        assertThat(stage.snapshot(0).role().callbackFailures()).isZero();
    }

    @Test
    void m18_ticketWithAnError_canBeAwaitedAgain() throws Exception {
        Stage<Integer, Note> stage = classifying();
        try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
            add(1, "unchecked");
            add(1, "fine");

            assertThatThrownBy(ticket::await).isSameAs(unchecked);
            assertThat(ticket.await().message().text()).isEqualTo("fine");
        }
    }

    @Test
    void m18_futureOfAnError_isCompletedWithIt() throws Exception {
        Stage<Integer, Note> stage =
                stage(builder -> builder.classifier(this::classify).keeper(Keeper.ALWAYS));
        CompletableFuture<Note> one = stage.callAsync(1, () -> add(1, "unchecked"));
        CompletableFuture<Note> other = stage.callAsync(2, () -> add(2, "checked"));

        assertThatThrownBy(() -> Patience.get(one))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isSameAs(unchecked);
        assertThatThrownBy(() -> Patience.get(other))
                .cause()
                .isInstanceOf(ErrorReplyException.class)
                .hasCause(checked);
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(2);
    }

    @Test
    void m18_streamWithAnError_endsWithIt() {
        Stage<Integer, Note> stage =
                stage(builder -> builder.classifier(this::classify).keeper(Keeper.ALWAYS));
        var heard = new Heard();
        stage.messages(1).subscribe(heard);
        add(1, "fine");
        add(1, "unchecked");

        await().untilAsserted(() -> assertThat(heard.errors).containsExactly(unchecked));
        assertThat(heard.texts).containsExactly("fine");
        await().untilAsserted(
                        () -> assertThat(stage.snapshot(0).role().tickets()).isZero());
    }

    @Test
    void m18_whatNoWaitGets_isNeverClassified() throws Exception {
        Stage<Integer, Note> stage = classifying();
        add(7, "unchecked");
        stage.call(1, note -> !note.text().equals("checked"), () -> {
            add(1, "checked");
            add(1, "fine");
        });
        readAll(stage);

        assertThat(asked).containsExactly("fine");
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.UNKNOWN, MessageOutcome.FOREIGN);
    }

    @Test
    void m18_errorThatTheSourceFinds_comesBeforeTheClassifiers() {
        Source<Note> telling = new OverQueue() {
            @Override
            public Throwable errorOf(Note message) {
                return message.text().equals("garbled") ? checked : null;
            }
        };
        Stage<Integer, Note> stage =
                build(Stage.<Integer, Note>builder("telling", Integer.class, hooked(telling), Note::token)
                        .defaultTimeout(LONG)
                        .classifier(this::classify));

        assertThatThrownBy(() -> stage.call(1, () -> add(1, "garbled"))).hasCause(checked);
        assertThat(asked).isEmpty();
        assertThatThrownBy(() -> stage.call(1, () -> add(1, "unchecked"))).isSameAs(unchecked);
    }

    // classifiers that do odd things

    /** An exception that can't even be named. */
    private static final class Nameless extends IOException {

        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("of the exception");
        }
    }

    private enum Form {
        CALL,
        CALL_ASYNC,
        TICKET,
        STREAM
    }

    /** Returns what the owner of a message gets in its place. */
    private Throwable errorOf(Stage<Integer, Note> stage, Form form, int token) throws Exception {
        try {
            switch (form) {
                case CALL -> stage.call(token, () -> add(token, "odd"));
                case CALL_ASYNC -> Patience.get(stage.callAsync(token, () -> add(token, "odd")));
                case TICKET -> {
                    try (Ticket<Integer, Note> ticket = stage.ticket(token)) {
                        add(token, "odd");
                        ticket.await();
                    }
                }
                case STREAM -> {
                    var heard = new Heard();
                    stage.messages(token).subscribe(heard);
                    add(token, "odd");
                    await().untilAsserted(() -> assertThat(heard.errors).hasSize(1));
                    return heard.errors.get(0);
                }
            }
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (Throwable e) {
            return e;
        }
        throw new AssertionError("no error");
    }

    private Stage<Integer, Note> classifyingBy(ReplyClassifier<Note> classifier) {
        return stage(builder -> builder.classifier(classifier).keeper(Keeper.ALWAYS));
    }

    private void areDeliveredAndLeaveNothing(Stage<Integer, Note> stage, int messages) {
        await().untilAsserted(
                        () -> assertThat(stage.snapshot(0).role().tickets()).isZero());
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(messages);
        assertThat(unclaimed).isEmpty();
        assertThat(stage.snapshot(0).exits())
                .containsEntry(Outcome.FAILED, 0L)
                .containsEntry(Outcome.INTERRUPTED, 0L)
                .containsEntry(Outcome.TIMED_OUT, 0L)
                .containsEntry(Outcome.CANCELLED, 0L);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void m18_classifierThatFails_isCountedAndItsExceptionIsTheCallers(Form form) throws Exception {
        Stage<Integer, Note> stage = classifyingBy(note -> {
            throw unchecked;
        });

        assertThat(errorOf(stage, form, 1)).isSameAs(unchecked);

        assertThat(stage.snapshot(0).role().callbackFailures()).isEqualTo(1);
        areDeliveredAndLeaveNothing(stage, 1);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void m18_errorThatCantBeNamed_reachesItsCaller(Form form) throws Exception {
        var nameless = new Nameless();
        Stage<Integer, Note> stage = classifyingBy(note -> nameless);

        Throwable error = errorOf(stage, form, 1);

        assertThat(error).isInstanceOf(ErrorReplyException.class);
        assertThat(error.getMessage()).isEqualTo("the answer is an error: " + Nameless.class.getName());
        assertThat(error.getCause()).isSameAs(nameless);
        areDeliveredAndLeaveNothing(stage, 1);
    }

    /** What a stage itself throws when a wait ends otherwise, as the answer of a peer that is a stage's user too. */
    @ParameterizedTest
    @EnumSource(Form.class)
    void m18_errorsThatAStageThrowsItself_areAnswersAllTheSame(Form form) throws Exception {
        List<Throwable> answers = List.of(
                new CancellationException("of the peer"),
                new StageClosedException("peer", null),
                new SourceFailedException("peer", checked),
                new TimeoutException("of the peer"),
                new StackOverflowError("of the peer"));
        Stage<Integer, Note> stage = classifyingBy(note -> answers.get(note.token()));

        for (int token = 0; token < answers.size(); token++) {
            Throwable error = errorOf(stage, form, token);
            // from JDK 23 on a future wraps what it was cancelled by
            boolean wrapped = error instanceof ErrorReplyException
                    || error instanceof CancellationException && error.getCause() != null;
            assertThat(wrapped ? error.getCause() : error).isSameAs(answers.get(token));
        }

        areDeliveredAndLeaveNothing(stage, answers.size());
    }

    @Test
    void m18_interruptAsAnAnswer_isNoInterruptUnlessItIsThrown() throws Exception {
        var interrupt = new InterruptedException("of the peer");
        Stage<Integer, Note> returning = stage(builder -> builder.classifier(note -> interrupt));
        assertThatThrownBy(() -> returning.call(1, () -> add(1, "odd"))).hasCause(interrupt);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void m18_classifierThatIsInterrupted_doesNotSwallowTheInterrupt() {
        var interrupt = new InterruptedException("while it blocked");
        Stage<Integer, Note> throwing = stage(builder -> builder.classifier(note -> {
            throw interrupt;
        }));
        assertThatThrownBy(() -> throwing.call(1, () -> add(1, "odd"))).hasCause(interrupt);
        assertThat(Thread.interrupted()).isTrue();
    }
}
