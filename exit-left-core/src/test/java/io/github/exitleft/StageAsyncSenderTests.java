package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Senders that tell later whether they have sent, as Kafka's producer does. */
class StageAsyncSenderTests extends NoteFixture {

    private final IOException refused = new IOException("the broker refuses the request");

    private static void assertUnsent(Throwable thrown, Throwable cause) {
        assertThat(thrown)
                .isInstanceOf(SendFailedException.class)
                .hasCause(cause)
                .hasMessage("request for the ticket for token '2' of stage 'post' was not sent; look at the cause");
    }

    private void assertOneNotSent(Stage<Integer, Note> stage) {
        assertThat(stage.snapshot(0).exits())
                .containsEntry(Outcome.NOT_SENT, 1L)
                .containsEntry(Outcome.CANCELLED, 0L)
                .containsEntry(Outcome.TIMED_OUT, 0L);
        assertThat(stage.snapshot(0).role().tickets()).isZero();
    }

    /** What sends in the four ways that there are, so that the compiler chooses among the overloads as it does for users. */
    @Test
    void lambdas_areTakenForWhatTheyReturn() throws Exception {
        Stage<Integer, Note> stage = stage();
        stage.keeper(Keeper.IDLE);
        var numbers = new LinkedBlockingQueue<String>();
        var sending = new CompletableFuture<String>();
        var all = CallOptions.<Note>defaults();
        // without a word of checked exceptions where none is thrown
        assertThat(plainlySent(stage).text()).isEqualTo("void");
        assertThat(stage.call(3, () -> answered(3, numbers.add("boolean"))).text())
                .isEqualTo("boolean");
        assertThat(stage.call(4, () -> answered(4, sending)).text()).isEqualTo("stage");
        assertThat(stage.call(5, note -> true, () -> answered(5, sending)).text())
                .isEqualTo("stage");
        assertThat(stage.call(6, all, () -> answered(6, sending)).text()).isEqualTo("stage");
        assertThat(get(stage.callAsync(7, () -> answered(7, sending))).text()).isEqualTo("stage");
        assertThat(get(stage.callAsync(8, all, () -> answered(8, sending))).text())
                .isEqualTo("stage");
        assertThat(stage.call(9, this::answersNine).text()).isEqualTo("reference");
        assertThat(sending.getNumberOfDependents()).as("listened to").isPositive();
        assertThatThrownBy(() -> stage.call(10, () -> {
                    throw refused;
                }))
                .isSameAs(refused);
    }

    private Note plainlySent(Stage<Integer, Note> stage) throws InterruptedException {
        return stage.call(2, () -> add(2, "void"));
    }

    private boolean answered(int token, boolean result) {
        add(token, "boolean");
        return result;
    }

    private <V> CompletionStage<V> answered(int token, CompletionStage<V> result) {
        add(token, "stage");
        return result;
    }

    private CompletionStage<Void> answersNine() throws IOException {
        add(9, "reference");
        return new CompletableFuture<>();
    }

    private static <V> V get(CompletableFuture<V> future) throws Exception {
        return Patience.get(future);
    }

    @Test
    void requestThatFailsLater_endsAQueuedWaitAtOnce() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        var sending = new CompletableFuture<Void>();
        Task<Note> waiter = startWaiter(stage, () -> stage.call(2, () -> sending));
        sending.completeExceptionally(refused);

        assertUnsent(waiter.failure(), refused);
        assertThat(head.isDone()).as("no other wait").isFalse();
        add(1, "done");
        head.get();
        assertOneNotSent(stage);
    }

    @Test
    void requestThatFailsLater_endsTheWaitOfTheHeadAtOnce() throws Exception {
        Stage<Integer, Note> stage = stage();
        var sending = new CompletableFuture<Void>();
        Task<Note> head = startHead(stage, () -> stage.call(2, () -> sending));
        Task<Note> waiter = startWaiter(stage, () -> stage.call(3, () -> {}));
        sending.completeExceptionally(refused);

        assertUnsent(head.failure(), refused);
        await().untilAsserted(() ->
                assertThat(heads(stage, waiter)).as("the role is passed on").isTrue());
        add(3, "done");
        waiter.get();
        assertOneNotSent(stage);
    }

    @Test
    void requestThatHasFailedAtOnce_endsTheCallBeforeItWaits() {
        Stage<Integer, Note> stage = stage();

        assertThatThrownBy(() -> stage.call(2, () -> CompletableFuture.failedFuture(refused)))
                .satisfies(thrown -> assertUnsent(thrown, refused));

        assertThat(source.reads).hasValue(0);
        assertOneNotSent(stage);
    }

    @Test
    void requestThatFailsAfterItsAnswerCame_isAnswered() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));

        Note answer = stage.call(2, () -> {
            add(2, "answer");
            add(2, "one more"); // a duplicate as soon as the first has been filed
            await().untilAsserted(() ->
                    assertThat(count(stage, MessageOutcome.DUPLICATE)).isEqualTo(1));
            return CompletableFuture.failedFuture(refused);
        });

        assertThat(answer.text()).isEqualTo("answer");
        add(1, "done");
        head.get();
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.NOT_SENT, 0L);
    }

    @Test
    void requestThatFailsWhenTheCallIsOver_changesNothing() throws Exception {
        Stage<Integer, Note> stage = stage();
        var sending = new CompletableFuture<Void>();
        stage.call(2, () -> {
            add(2, "answer");
            return sending;
        });
        try (Ticket<Integer, Note> next = stage.ticket(2)) {
            sending.completeExceptionally(refused);
            add(2, "next");
            assertThat(next.await().message().text()).isEqualTo("next");
        }
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.NOT_SENT, 0L);
    }

    @Test
    void causeOfADependentStage_isUnwrapped() {
        Stage<Integer, Note> stage = stage();
        CompletableFuture<String> dependent =
                CompletableFuture.<String>failedFuture(refused).thenApply(text -> text);

        assertThatThrownBy(() -> stage.call(2, () -> dependent)).hasCause(refused);
        assertThatThrownBy(() -> stage.call(2, () -> CompletableFuture.failedFuture(new CompletionException(null))))
                .hasCauseExactlyInstanceOf(CompletionException.class);
    }

    @Test
    void senderThatReturnsNothingLikeAMock_hasSent() throws Exception {
        Stage<Integer, Note> stage = stage();
        AsyncSender<RuntimeException> mock = () -> {
            add(2, "answer");
            return null;
        };

        assertThat(stage.call(2, mock).text()).isEqualTo("answer");
    }

    @Test
    void resendThatFailsLater_doesNotEndTheCallAndIsToldByTheTimeout() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        var sends = new AtomicInteger();
        var options = CallOptions.<Note>defaults()
                .timeout(Duration.ofSeconds(3))
                .resend(Resends.every(Duration.ofSeconds(2)));
        Task<Note> head = startHead(
                stage,
                () -> stage.call(
                        2,
                        options,
                        () -> sends.incrementAndGet() == 1
                                ? new CompletableFuture<Void>()
                                : CompletableFuture.<Void>failedFuture(refused)));
        pass(Duration.ofSeconds(2));
        await().untilAsserted(() -> assertThat(sends).hasValue(2));
        pass(Duration.ofSeconds(1));

        assertThat(head.failure())
                .isInstanceOf(StageTimeoutException.class)
                .hasMessageEndingWith("; 1 resend failed")
                .satisfies(thrown -> assertThat(thrown.getSuppressed()).containsExactly(refused));
    }

    @Test
    void asyncRequestThatFailsLater_failsTheFutureAndFreesTheToken() throws Exception {
        Stage<Integer, Note> stage = stage();
        stage.keeper(Keeper.IDLE);
        var sending = new CompletableFuture<Void>();
        CompletableFuture<Note> future = stage.callAsync(2, () -> sending);
        assertThat(future).isNotDone();
        sending.completeExceptionally(refused);

        assertThatThrownBy(() -> get(future))
                .isInstanceOf(ExecutionException.class)
                .satisfies(thrown -> assertUnsent(thrown.getCause(), refused));
        assertOneNotSent(stage);
    }

    @Test
    void asyncRequestThatHasFailedAtOnce_failsTheFuture() throws Exception {
        Stage<Integer, Note> stage = stage();
        stage.keeper(Keeper.IDLE);
        CompletableFuture<Note> future = stage.callAsync(2, () -> CompletableFuture.failedFuture(refused));

        assertThatThrownBy(() -> get(future)).satisfies(thrown -> assertUnsent(thrown.getCause(), refused));
        assertOneNotSent(stage);
    }

    @Test
    void requestThatFailsOnAThreadOfTheClients_endsTheWaitFromThere() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        var sending = new CompletableFuture<Void>();
        Task<Note> waiter = startWaiter(stage, () -> stage.call(2, () -> sending));
        Task<Boolean> producer = start(() -> sending.completeExceptionally(refused)); // a client's own thread
        assertThat(producer.get()).isTrue();
        assertUnsent(waiter.failure(), refused);
        add(1, "done");
        head.get();
    }
}
