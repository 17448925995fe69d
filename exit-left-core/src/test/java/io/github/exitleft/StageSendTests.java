package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What becomes of calls whose requests, or some of them, are not sent. */
class StageSendTests extends NoteFixture {

    private static final CallOptions<Note> EVERY_SECOND =
            CallOptions.<Note>defaults().timeout(Duration.ofSeconds(20)).resend(Resends.every(Duration.ofSeconds(1)));

    @Test
    void senderThatThrows_endsTheCallAndFreesTheTicket() throws Exception {
        Stage<Integer, Note> stage = stage();
        var thrown = new IOException("no route");

        assertThatThrownBy(() -> stage.call(1, () -> {
                    throw thrown;
                }))
                .isSameAs(thrown);

        assertThat(stage.snapshot(0).role().tickets()).isZero();
        assertThat(stage.snapshot(0).exits())
                .containsEntry(Outcome.NOT_SENT, 1L)
                .containsEntry(Outcome.FAILED, 0L);
        assertThat(stage.call(1, () -> add(1, "again")).text()).isEqualTo("again");
    }

    @Test
    void senderThatThrowsWhatAWaitMightEndBy_isNotSentAllTheSame() {
        Stage<Integer, Note> stage = stage();
        for (Exception thrown : new Exception[] {
            new InterruptedException("while connecting"),
            new CancellationException("of its own"),
            new IllegalStateException("off")
        }) {
            assertThatThrownBy(() -> stage.call(1, () -> {
                        throw thrown;
                    }))
                    .isSameAs(thrown);
        }
        assertThat(stage.snapshot(0).exits())
                .containsEntry(Outcome.NOT_SENT, 3L)
                .containsEntry(Outcome.INTERRUPTED, 0L)
                .containsEntry(Outcome.CANCELLED, 0L);
    }

    /** Lets a second pass, and waits until the head has sent again and reads on: only then it knows when to send next. */
    private void passUntilSent(AtomicInteger sends, int expected) {
        int before = source.reads.get();
        pass(Duration.ofSeconds(1));
        await().untilAsserted(() -> assertThat(sends).hasValue(expected));
        await().untilAsserted(() -> assertThat(source.reads.get()).isGreaterThan(before));
    }

    // a call that may still be answered goes on

    @Test
    void m1_senderThatThrowsOnResend_doesNotEndTheCall() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        var sends = new AtomicInteger();
        Task<Note> head = startHead(
                stage,
                () -> stage.call(1, EVERY_SECOND, () -> {
                    if (sends.incrementAndGet() == 2) {
                        throw new IOException("no buffer space available");
                    }
                }));
        passUntilSent(sends, 2);
        passUntilSent(sends, 3);
        add(1, "answer to the first");

        assertThat(head.get().text()).isEqualTo("answer to the first");
        assertThat(stage.snapshot(0).exits())
                .containsEntry(Outcome.FINISHED, 1L)
                .containsEntry(Outcome.NOT_SENT, 0L);
    }

    @Test
    void m7_timeoutOfACallWhoseResendsFailed_tellsWhatTheyThrew() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        var sends = new AtomicInteger();
        Task<Note> head = startHead(
                stage,
                () -> stage.call(1, EVERY_SECOND, () -> {
                    if (sends.incrementAndGet() > 1) {
                        throw new IOException("send number " + sends);
                    }
                }));
        for (int send = 2; send <= 20; send++) {
            passUntilSent(sends, send);
        }
        pass(Duration.ofSeconds(1));

        assertThat(head.failure())
                .isInstanceOf(StageTimeoutException.class)
                .hasMessageEndingWith("; 19 resends failed")
                .satisfies(thrown -> assertThat(thrown.getSuppressed())
                        .extracting(Throwable::getMessage)
                        .as("bounded")
                        .hasSize(8)
                        .startsWith("send number 2", "send number 3"));
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.TIMED_OUT, 1L);
    }

    @Test
    void s10_resendThatIsInterrupted_endsTheCall() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        var first = new AtomicBoolean(true);
        Task<Note> head = startHead(
                stage,
                () -> stage.call(1, EVERY_SECOND, () -> {
                    if (!first.getAndSet(false)) {
                        throw new InterruptedException("while sending again");
                    }
                }));
        pass(Duration.ofSeconds(1));

        assertThat(head.failure()).isInstanceOf(InterruptedException.class).hasMessage("while sending again");
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.INTERRUPTED, 1L);
    }

    // an interrupted thread sends nothing

    @Test
    void s10_callByAnInterruptedThread_sendsNothing() throws Exception {
        Stage<Integer, Note> stage = stage();
        var sent = new AtomicBoolean();
        Task<Boolean> call = start(() -> {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> stage.call(1, () -> sent.set(true)))
                    .isInstanceOf(InterruptedException.class)
                    .hasMessage("interrupted before a call on stage 'post'; nothing was sent");
            return Thread.currentThread().isInterrupted();
        });

        assertThat(call.get()).as("interrupt flag").isFalse();
        assertThat(sent).isFalse();
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.INTERRUPTED, 1L);
        assertThat(stage.snapshot(0).role().tickets()).isZero();
    }
}
