package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Senders without checked exceptions, for asynchronous calls in lambdas. */
class UncheckedSenderTests extends NoteFixture {

    private static final IOException TROUBLE = new IOException("network is unreachable");

    @Test
    void m1_uncheckedSender_fitsIntoALambdaThatCannotThrow() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.keeper(Keeper.ALWAYS));

        Supplier<CompletableFuture<Note>> lazily = () -> stage.callAsync(1, Sender.unchecked(() -> send(1)));

        assertThat(Patience.get(lazily.get()).text()).isEqualTo("answer");
    }

    @Test
    void m1_uncheckedSenderThatThrows_endsTheCallWithTheCauseAndFreesTheToken() {
        Stage<Integer, Note> stage = stage(builder -> builder.keeper(Keeper.ALWAYS));

        assertThatExceptionOfType(SendFailedException.class)
                .isThrownBy(() -> stage.callAsync(1, Sender.unchecked(UncheckedSenderTests::fail)))
                .withMessage("request was not sent: java.io.IOException: network is unreachable")
                .withCause(TROUBLE);
        assertThatExceptionOfType(SendFailedException.class)
                .isThrownBy(() -> stage.call(1, Sender.unchecked(UncheckedSenderTests::fail)))
                .withCause(TROUBLE);
        assertThat(stage.snapshot(0).role().tickets()).isZero();
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.NOT_SENT, 2L);
    }

    @Test
    void m12_uncheckedSenderOfAnIssuedToken_givesTheTokenOn() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.issueSequence(16).keeper(Keeper.ALWAYS));

        CompletableFuture<Note> answer = stage.callAsync(IssuedSender.unchecked(this::send));

        assertThat(Patience.get(answer).text()).isEqualTo("answer");
        assertThatExceptionOfType(SendFailedException.class)
                .isThrownBy(() -> stage.callAsync(IssuedSender.unchecked(token -> fail())))
                .withCause(TROUBLE);
    }

    @Test
    void m1_uncheckedSenderOfATokenKnownLater_returnsTheToken() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.keeper(Keeper.ALWAYS));

        CompletableFuture<Note> answer = stage.callAsync(BoundSender.unchecked(() -> {
            send(7);
            return 7;
        }));

        assertThat(Patience.get(answer).text()).isEqualTo("answer");
        assertThatExceptionOfType(SendFailedException.class)
                .isThrownBy(() -> stage.callAsync(BoundSender.unchecked(() -> {
                    throw TROUBLE;
                })))
                .withCause(TROUBLE);
    }

    @Test
    void m1_uncheckedAsyncSender_isStillOne() {
        Stage<Integer, Note> stage = stage(builder -> builder.issueSequence(16).keeper(Keeper.ALWAYS));
        CompletableFuture<Void> sending = CompletableFuture.failedFuture(TROUBLE);
        AsyncSender<IOException> sender = () -> sending;

        assertThatThrownBy(() -> Patience.get(stage.callAsync(1, AsyncSender.unchecked(sender))))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(SendFailedException.class)
                .hasCause(TROUBLE);
        assertThatThrownBy(() -> Patience.get(stage.callAsync(
                        AsyncIssuedSender.unchecked((Integer token) -> CompletableFuture.failedFuture(TROUBLE)))))
                .cause()
                .isInstanceOf(SendFailedException.class)
                .hasCause(TROUBLE);
    }

    @Test
    void s10_interruptInAnUncheckedSender_leavesTheThreadInterrupted() {
        assertThatThrownBy(() -> Sender.unchecked(() -> {
                            throw new InterruptedException("in the client");
                        })
                        .send())
                .isInstanceOf(SendFailedException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void uncheckedException_isThrownAsItIs() {
        assertThatThrownBy(() -> Sender.unchecked(() -> {
                            throw new IllegalStateException("no route");
                        })
                        .send())
                .isExactlyInstanceOf(IllegalStateException.class);
    }

    private void send(int token) throws IOException {
        add(token, "answer");
    }

    private static void fail() throws IOException {
        throw TROUBLE;
    }
}
