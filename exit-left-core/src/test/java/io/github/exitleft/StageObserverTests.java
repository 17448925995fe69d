package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an observer is told of each call, future, gather and stream. */
class StageObserverTests extends NoteFixture {

    private static final CallOptions<Note> NO_TIME =
            CallOptions.<Note>defaults().timeout(Duration.ofMillis(1));

    /** What has been told, in order. */
    private final List<String> told = new CopyOnWriteArrayList<>();

    private Stage<Integer, Note> observed() {
        return observed(stage());
    }

    private Stage<Integer, Note> observed(Stage<Integer, Note> stage) {
        stage.observer(kind -> {
            told.add("begin " + kind);
            return new Telling();
        });
        return stage;
    }

    private final class Telling implements CallObservation {

        @Override
        public Runnable sending() {
            told.add("sending");
            return () -> told.add("scope closed");
        }

        @Override
        public void happened(Event event) {
            told.add(event.name());
        }

        @Override
        public void ended(Object token, Outcome exit, Throwable error) {
            told.add("end " + token + " " + exit + " "
                    + (error == null ? null : error.getClass().getSimpleName()));
        }
    }

    private void untilTold(String... all) {
        await().untilAsserted(() -> assertThat(told).containsExactly(all));
    }

    // the kinds

    @Test
    void b3_observerOfACall_isToldOfItFromItsBeginningToItsEnd() throws Exception {
        Stage<Integer, Note> stage = observed();

        stage.call(1, () -> {
            told.add("sends");
            add(1, "answer");
        });

        assertThat(told)
                .containsExactly(
                        "begin CALL", "sending", "sends", "scope closed", "SENT", "RECEIVED", "end 1 FINISHED null");
    }

    @Test
    void b3_observerOfAFuture_isToldOfItFromItsBeginningToItsEnd() throws Exception {
        Stage<Integer, Note> stage = observed(stage(builder -> builder.keeper(Keeper.ALWAYS)));

        Note answer = Patience.get(stage.callAsync(1, () -> add(1, "answer")));

        assertThat(answer.text()).isEqualTo("answer");
        assertThat(told)
                .containsExactly("begin FUTURE", "sending", "scope closed", "SENT", "RECEIVED", "end 1 SIGNALLED null");
    }

    @Test
    void b3_observerOfAGather_isToldOfEachAnswer() throws Exception {
        Stage<Integer, Note> stage = observed();

        stage.gather(1, Until.first(2), () -> {
            add(1, "answer");
            add(1, "another");
        });

        assertThat(told)
                .containsExactly(
                        "begin GATHER",
                        "sending",
                        "scope closed",
                        "SENT",
                        "RECEIVED",
                        "RECEIVED",
                        "end 1 FINISHED null");
    }

    @Test
    void b3_observerOfACallAll_isToldOfEachQuestion() throws Exception {
        Stage<Integer, Note> stage = observed();
        Ticket<Integer, Note> other = stage.ticket(3);

        stage.callAll(
                List.of(1, 2, 3),
                peer -> Question.of(peer, () -> {
                    if (peer == 2) {
                        throw new IOException("not sent");
                    }
                    add(peer, "answer");
                }),
                CallOptions.defaults());

        other.close();
        assertThat(told)
                .contains("end 1 FINISHED null", "end 2 NOT_SENT SendFailedException", "end 3 null TokenInUseException")
                .filteredOn("begin ALL"::equals)
                .hasSize(3);
        assertThat(told).filteredOn(text -> text.startsWith("end")).hasSize(3);
    }

    @Test
    void b3_observerOfAStream_isToldOfItUntilItIsCancelled() {
        Stage<Integer, Note> stage = observed(stage(builder -> builder.keeper(Keeper.ALWAYS)));
        var subscriptions = new CopyOnWriteArrayList<Flow.Subscription>();
        var got = new CopyOnWriteArrayList<Note>();
        stage.messages(1).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscriptions.add(subscription);
                subscription.request(10);
            }

            @Override
            public void onNext(Note note) {
                got.add(note);
            }

            @Override
            public void onError(Throwable thrown) {}

            @Override
            public void onComplete() {}
        });
        add(1, "one");
        add(1, "two");
        await().untilAsserted(() -> assertThat(got).hasSize(2));

        subscriptions.get(0).cancel();

        untilTold("begin STREAM", "RECEIVED", "RECEIVED", "end 1 CANCELLED null");
    }

    @Test
    void b3_observerOfACallWithAnIssuedOrBoundToken_learnsTheToken() throws Exception {
        Stage<Integer, Note> stage = observed(stage(builder -> builder.issueSequence(8)));

        stage.call(issued -> {
            add(issued, "answer");
        });
        stage.call(() -> {
            add(1_000, "answer");
            return 1_000;
        });

        assertThat(told)
                .filteredOn(text -> text.startsWith("end"))
                .satisfiesExactly(
                        issued -> assertThat(issued).matches("end \\d+ FINISHED null"),
                        bound -> assertThat(bound).isEqualTo("end 1000 FINISHED null"));
    }

    // the ends

    @Test
    void b3_resend_isToldBeforeTheAnswer() throws Exception {
        Stage<Integer, Note> stage = observed();
        var sends = new CopyOnWriteArrayList<Integer>();

        stage.call(1, CallOptions.<Note>defaults().resend(Resends.every(Duration.ofMillis(1))), () -> {
            sends.add(1);
            if (sends.size() == 2) {
                add(1, "answer");
            }
        });

        assertThat(told).containsSubsequence("SENT", "sending", "scope closed", "RESENT", "RECEIVED");
        assertThat(told).last().isEqualTo("end 1 FINISHED null");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void b3_callThatTimesOut_endsWithThatAsItsError(boolean window) {
        Stage<Integer, Note> stage = observed(stage(builder -> window ? builder.window(1) : builder));

        assertThatThrownBy(() -> stage.call(1, NO_TIME, () -> {})).isInstanceOf(StageTimeoutException.class);

        assertThat(told).last().isEqualTo("end 1 TIMED_OUT StageTimeoutException");
    }

    @Test
    void b3_callThatFindsNoPlace_endsAsOneThatTimesOut() {
        Stage<Integer, Note> stage = observed(stage(builder -> builder.window(1)));
        try (Ticket<Integer, Note> place = stage.ticket(2)) {
            assertThat(place.token()).isEqualTo(2);
            assertThatThrownBy(() -> stage.call(1, NO_TIME, () -> {})).isInstanceOf(StageTimeoutException.class);
        }

        assertThat(told).containsExactly("begin CALL", "end 1 TIMED_OUT StageTimeoutException");
    }

    @Test
    void b3_callWhoseSenderThrows_endsAsNotSent() {
        Stage<Integer, Note> stage = observed();

        assertThatThrownBy(() -> stage.call(1, () -> {
                    throw new IOException("no route");
                }))
                .isInstanceOf(IOException.class);

        assertThat(told).containsExactly("begin CALL", "sending", "scope closed", "end 1 NOT_SENT IOException");
    }

    @Test
    void b3_futureWhoseSenderThrows_endsAsNotSent() {
        Stage<Integer, Note> stage = observed(stage(builder -> builder.keeper(Keeper.ALWAYS)));

        assertThatThrownBy(() -> stage.callAsync(1, () -> {
                    throw new IOException("no route");
                }))
                .isInstanceOf(IOException.class);

        assertThat(told).containsExactly("begin FUTURE", "sending", "scope closed", "end 1 NOT_SENT IOException");
    }

    @Test
    void b3_callThatIsRefused_hasNoExit() {
        Stage<Integer, Note> stage = observed(stage(builder -> builder.maxTickets(1)));
        try (Ticket<Integer, Note> other = stage.ticket(1)) {
            assertThat(other.token()).isEqualTo(1);
            assertThatThrownBy(() -> stage.call(2, () -> {})).isInstanceOf(TooManyTicketsException.class);
        }

        assertThat(told).containsExactly("begin CALL", "end 2 null TooManyTicketsException");
    }

    @Test
    void b3_errorReply_isTheErrorOfACallThatWasAnswered() {
        Stage<Integer, Note> stage =
                observed(stage(builder -> builder.classifier(note -> new IllegalStateException(note.text()))));

        assertThatThrownBy(() -> stage.call(1, () -> add(1, "refused"))).isInstanceOf(IllegalStateException.class);

        assertThat(told).endsWith("RECEIVED", "end 1 FINISHED IllegalStateException");
    }

    @Test
    void b3_futureThatIsCancelled_endsWithoutAnError() {
        Stage<Integer, Note> stage = observed(stage(builder -> builder.keeper(Keeper.ALWAYS)));
        CompletableFuture<Note> future = stage.callAsync(1, () -> {});

        future.cancel(false);

        untilTold("begin FUTURE", "sending", "scope closed", "SENT", "end 1 CANCELLED null");
    }

    @Test
    void b3_futureInLine_endsWithItsStage() {
        Stage<Integer, Note> stage =
                observed(stage(builder -> builder.keeper(Keeper.ALWAYS).window(1)));
        stage.callAsync(1, () -> {});
        stage.callAsync(2, () -> {});

        stage.close();

        await().untilAsserted(() ->
                assertThat(told).contains("end 1 CLOSED StageClosedException", "end 2 CLOSED StageClosedException"));
    }

    // observers that do not keep to their contract

    enum Fault {
        BEGIN,
        SENDING,
        SCOPE,
        EVENT,
        END
    }

    @ParameterizedTest
    @EnumSource
    void m9_observerThatThrows_losesNothing(Fault fault) throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.keeper(Keeper.ALWAYS));
        stage.observer(kind -> new Faulty(fault));

        assertThat(stage.call(1, () -> add(1, "answer")).text()).isEqualTo("answer");
        assertThat(Patience.get(stage.callAsync(2, () -> add(2, "answer"))).text())
                .isEqualTo("answer");
        assertThat(stage.gather(3, Until.first(1), () -> add(3, "answer")).messages())
                .hasSize(1);
        assertThat(stage.callAll(
                                List.of(4),
                                peer -> Question.of(peer, () -> add(peer, "answer")),
                                CallOptions.defaults())
                        .get(0)
                        .failure())
                .isNull();
        assertThatThrownBy(() -> stage.call(5, NO_TIME, () -> {})).isInstanceOf(StageTimeoutException.class);

        assertThat(stage.snapshot(0).role().callbackFailures()).isGreaterThanOrEqualTo(5);
        await().untilAsserted(
                        () -> assertThat(stage.snapshot(0).role().tickets()).isZero());
    }

    private record Faulty(Fault fault) implements CallObservation {

        Faulty {
            failIf(Fault.BEGIN, fault);
        }

        private static void failIf(Fault now, Fault fault) {
            if (now == fault) {
                throw new AssertionError("observer fails at " + now);
            }
        }

        @Override
        public Runnable sending() {
            failIf(Fault.SENDING, fault);
            return () -> failIf(Fault.SCOPE, fault);
        }

        @Override
        public void happened(Event event) {
            failIf(Fault.EVENT, fault);
        }

        @Override
        public void ended(Object token, Outcome exit, Throwable error) {
            failIf(Fault.END, fault);
        }
    }

    @Test
    void b3_callThatIsNotFollowed_isAsAnyOther() throws Exception {
        Stage<Integer, Note> stage = stage();
        stage.observer(kind -> null);
        stage.call(1, () -> add(1, "answer"));
        stage.observer(null);
        stage.call(2, () -> add(2, "answer"));

        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.FINISHED, 2L);
    }
}
