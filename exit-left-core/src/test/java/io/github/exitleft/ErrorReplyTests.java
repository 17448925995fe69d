package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

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
}
