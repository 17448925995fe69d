package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** M14: a late answer comes with the attachment of the question that it answers. */
class StageAttachmentTests extends NoteFixture {

    private static final CallOptions<Note> AT_ONCE =
            CallOptions.<Note>defaults().timeout(Duration.ZERO);

    private final ManualTimer timer = new ManualTimer();

    private Stage<Integer, Note> kept() {
        return stage(builder -> builder.keeper(Keeper.ALWAYS).timer(timer));
    }

    private void lateOnesComeWith(Object... attachments) {
        assertThat(unclaimedOutcomes()).isNotEmpty().containsOnly(MessageOutcome.LATE);
        assertThat(unclaimed).extracting(Unclaimed::attachment).containsExactly(attachments);
    }

    @Test
    void m14_answerAfterATimeout_comesWithItsQuestion() throws Exception {
        Stage<Integer, Note> stage = stage();
        var question = new Object();
        assertThatThrownBy(() -> stage.call(1, AT_ONCE.attachment(question), () -> {}))
                .isInstanceOf(StageTimeoutException.class);
        assertThatThrownBy(() -> stage.call(2, AT_ONCE, () -> {})).isInstanceOf(StageTimeoutException.class);
        add(1, "late");
        add(2, "late, and without an attachment");
        readAll(stage);

        lateOnesComeWith(question, null);
    }

    @Test
    void m14_answerToAReusedToken_comesWithTheLastQuestion() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.reuse(Reuse.ALLOW));
        for (Object question : new Object[] {"first", "second"}) {
            assertThatThrownBy(() -> stage.call(1, AT_ONCE.attachment(question), () -> {}))
                    .isInstanceOf(StageTimeoutException.class);
        }
        add(1, "late");
        readAll(stage);

        lateOnesComeWith("second");
    }

    @Test
    void m14_answerAfterAnAsynchronousTimeout_comesWithItsQuestion() {
        Stage<Integer, Note> stage = kept();
        CompletableFuture<Note> future = stage.callAsync(
                1, CallOptions.<Note>defaults().timeout(Duration.ofSeconds(1)).attachment("question"), () -> {});
        timer.advance(Duration.ofSeconds(1));
        assertThatThrownBy(() -> Patience.get(future)).hasCauseInstanceOf(StageTimeoutException.class);
        add(1, "late");
        await().untilAsserted(() -> lateOnesComeWith("question"));
    }

    @Test
    void m14_answerAfterACancelledFuture_comesWithItsQuestion() {
        Stage<Integer, Note> stage = kept();
        stage.callAsync(1, CallOptions.<Note>defaults().attachment("question"), () -> {})
                .cancel(true);
        add(1, "late");
        await().untilAsserted(() -> lateOnesComeWith("question"));
    }

    @Test
    void m14_messageAfterATicket_comesWithItsAttachment() throws Exception {
        Stage<Integer, Note> stage = stage();
        try (Ticket<Integer, Note> ticket = stage.ticket(1, AT_ONCE.attachment("question"))) {
            assertThatThrownBy(ticket::await).as("timeout of the options").isInstanceOf(StageTimeoutException.class);
            add(1, "late, and in the mailbox");
            readAll(stage);
        }
        add(1, "late, and without a mailbox");
        readAll(stage);

        lateOnesComeWith("question", "question");
    }

    @Test
    void m14_messageThatFailsTheCheckOfATicket_comesWithItsAttachment() throws Exception {
        Stage<Integer, Note> stage = stage();
        CallOptions<Note> options = CallOptions.checked(note -> note.text().equals("good"));
        try (Ticket<Integer, Note> ticket = stage.ticket(1, options.attachment("question"))) {
            add(1, "forged");
            add(1, "good");
            assertThat(ticket.await().message().text()).isEqualTo("good");
        }

        assertThat(unclaimed).singleElement().satisfies(left -> {
            assertThat(left.outcome()).isEqualTo(MessageOutcome.FOREIGN);
            assertThat(left.attachment()).isEqualTo("question");
        });
    }

    @Test
    void m14_optionsThatNeedASender_areRefusedForATicket() {
        Stage<Integer, Note> stage = stage();

        assertThatThrownBy(() -> stage.ticket(1, AT_ONCE.resend(Resends.every(Duration.ofSeconds(1)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("options for a ticket of stage 'post' have resends, but a ticket does not send; use 'call'"
                        + " for that");
        assertThatThrownBy(() -> stage.ticket(1, AT_ONCE.onGiveUp(reason -> {})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a hook for giving up");
        assertThat(stage.snapshot(0).role().tickets()).isZero();
    }

    // how long it is kept

    @Test
    void m14_attachmentOfAQuestionWithItsAnswer_isNotKept() throws Exception {
        Stage<Integer, Note> stage = stage();
        WeakReference<Object> question = ask(stage, true);

        assertThat(isCollected(question)).isTrue();
        add(1, "again");
        readAll(stage);
        assertThat(unclaimed).singleElement().satisfies(left -> {
            assertThat(left.outcome()).isEqualTo(MessageOutcome.DUPLICATE);
            assertThat(left.attachment()).isNull();
        });
    }

    @Test
    void m14_attachment_isForgottenAfterAMinuteAlsoOnAnIdleStage() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder.timer(timer));
        WeakReference<Object> first = ask(stage, false);
        clock.advance(Duration.ofSeconds(20));
        timer.advance(Duration.ofSeconds(20));
        WeakReference<Object> second = askFor(stage, 2, false);
        assertThat(timer.pending()).as("one timer for all").isEqualTo(1);

        clock.advance(Duration.ofSeconds(40).plusNanos(1));
        timer.advance(Duration.ofSeconds(40).plusNanos(1));

        assertThat(isCollected(first)).isTrue();
        assertThat(second.get()).isNotNull();
        clock.advance(Duration.ofSeconds(20));
        timer.advance(Duration.ofSeconds(20));
        assertThat(isCollected(second)).isTrue();
        assertThat(timer.pending()).as("timers when there is no attachment").isZero();
    }

    @Test
    void m14_callWithoutAnAttachment_needsNoTimer() {
        Stage<Integer, Note> stage = timed(builder -> builder.timer(timer));

        assertThatThrownBy(() -> stage.call(1, AT_ONCE, () -> {})).isInstanceOf(StageTimeoutException.class);

        assertThat(timer.pending()).isZero();
    }

    private WeakReference<Object> ask(Stage<Integer, Note> stage, boolean answered) throws Exception {
        return askFor(stage, 1, answered);
    }

    /** In a method of its own, so that no variable of the test's holds what was attached. */
    private WeakReference<Object> askFor(Stage<Integer, Note> stage, int token, boolean answered) throws Exception {
        var question = new Object();
        CallOptions<Note> options = CallOptions.<Note>defaults().attachment(question);
        if (answered) {
            stage.call(token, options, () -> add(token, "answer"));
        } else {
            assertThatThrownBy(() -> stage.call(token, options.timeout(Duration.ZERO), () -> {}))
                    .isInstanceOf(StageTimeoutException.class);
        }
        return new WeakReference<>(question);
    }

    private static boolean isCollected(WeakReference<?> reference) {
        await().until(() -> {
            System.gc();
            return reference.get() == null;
        });
        return true;
    }
}
