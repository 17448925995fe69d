package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tokens rest until they are answered, or can't be any more since the source has another connection (M11). */
class StageRestUntilAnsweredTests extends NoteFixture {

    private static final CallOptions<Note> NO_TIME =
            CallOptions.<Note>defaults().timeout(Duration.ZERO);

    private final List<String> renewals = new ArrayList<>();
    private final Connected connected = new Connected();
    private final AtomicInteger sentLast = new AtomicInteger();

    /** The queue as a source with connections. */
    private final class Connected extends OverQueue {

        volatile long since = clock.nanoTime();

        /** Begins to use another connection. */
        void reconnect() {
            since = clock.nanoTime();
        }

        @Override
        public boolean tellsAnswerable() {
            return true;
        }

        @Override
        public long answerableSince() {
            return since;
        }

        @Override
        public void renew(Carriers.@Nullable Carrier carrier, long of, String why) {
            renewals.add(why);
            assertThat(carrier).isNull();
            assertThat(of).isEqualTo(since);
        }
    }

    private Stage<Integer, Note> stage(int most, UnaryOperator<StageBuilder<Integer, Note>> settings) {
        clock.restless = true;
        return build(settings.apply(Stage.<Integer, Note>builder("post", Integer.class, connected, Note::token)
                .defaultTimeout(LONG)
                .seam(bare -> bare.parker(clock))
                .restUntilAnswered(most)));
    }

    private static void timeOut(Stage<Integer, Note> stage, int token) {
        assertThatThrownBy(() -> stage.call(token, NO_TIME, () -> {})).isInstanceOf(StageTimeoutException.class);
    }

    private static void assertRests(Stage<Integer, Note> stage, int token) {
        assertThatThrownBy(() -> stage.ticket(token))
                .isInstanceOf(TokenInUseException.class)
                .hasMessageContaining("tokens.rest (StageBuilder.rest), which is until-answered");
    }

    private static void assertFree(Stage<Integer, Note> stage, int token) {
        assertThatCode(() -> stage.ticket(token).close()).doesNotThrowAnyException();
    }

    @Test
    void m11_unansweredToken_restsHoweverLongItTakes() throws Exception {
        Stage<Integer, Note> stage = stage(10, builder -> builder);
        timeOut(stage, 1);
        clock.advance(Duration.ofDays(365));
        assertRests(stage, 1);

        add(1, "very late");
        readAll(stage);

        assertFree(stage, 1);
    }

    @Test
    void m12_tokenOfARequestThatWasSentTwice_restsUntilBothAnswersHaveComeOrTheConnectionIsGone() throws Exception {
        Stage<Integer, Note> stage = stage(10, builder -> builder.issueSequence(8));
        for (boolean lost : new boolean[] {false, true}) {
            giveUpSentTwice(stage);
            add(sentLast.get(), "first answer");
            readAll(stage);
            clock.advance(Duration.ofDays(1));
            assertThat(stage.parts.gate.issuing().resting()).isEqualTo(1);

            if (lost) {
                connected.reconnect();
            } else {
                add(sentLast.get(), "second answer");
                readAll(stage);
            }
            assertThat(stage.parts.gate.issuing().resting()).isZero();
        }
    }

    private void giveUpSentTwice(Stage<Integer, Note> stage) throws Exception {
        var sent = new AtomicInteger();
        CallOptions<Note> options = CallOptions.<Note>defaults()
                .resend(Resends.every(Duration.ofMillis(1)).atMost(1));
        var caller = new Thread(() -> assertThatThrownBy(() -> stage.call(options, id -> {
                    sentLast.set(id);
                    sent.incrementAndGet();
                }))
                .isInstanceOf(InterruptedException.class));
        caller.start();
        await().until(() -> {
            pass(Duration.ofMillis(1));
            return sent.get() == 2;
        });
        caller.interrupt();
        Patience.join(caller);
    }

    @Test
    void m11_nextConnection_freesWhatRestedBefore() {
        Stage<Integer, Note> stage = stage(10, builder -> builder);
        timeOut(stage, 1);
        clock.advance(Duration.ofMillis(1));
        connected.reconnect();

        assertFree(stage, 1);
    }

    @Test
    void m11_tokenThatWasGivenUpOnTheNextConnection_stillRests() {
        Stage<Integer, Note> stage = stage(10, builder -> builder);
        timeOut(stage, 1);
        clock.advance(Duration.ofMillis(1));
        connected.reconnect();
        timeOut(stage, 2);

        assertFree(stage, 1);
        assertRests(stage, 2);
    }

    /** Brought by the caller, issued from few, from some and from many. */
    private Stream<Stage<Integer, Note>> stagesOfEachKind() {
        return Stream.<UnaryOperator<StageBuilder<Integer, Note>>>of(
                        builder -> builder,
                        builder -> builder.issueSequence(4),
                        builder -> builder.issueSequence(8),
                        builder -> builder.issueSequence(30))
                .map(settings -> stage(10, settings));
    }

    @Test
    void m11_tokenAskedOnTheOldConnectionAndGivenUpOnTheNext_isFree() {
        stagesOfEachKind().forEach(stage -> {
            Ticket<Integer, Note> ticket = stage.ticket(1);
            ticket.send(() -> {});
            clock.advance(Duration.ofMillis(1));
            connected.reconnect();
            clock.advance(Duration.ofMillis(1));
            ticket.close();

            assertFree(stage, 1);
        });
    }

    @Test
    void m11_tokenAskedOnTheOldConnectionAndGivenUpBeforeTheNextIsRead_isFreeOnceThatIs() {
        stagesOfEachKind().forEach(stage -> {
            Ticket<Integer, Note> asked = stage.ticket(1);
            asked.send(() -> {});
            clock.advance(Duration.ofMillis(1));
            long inUse = clock.nanoTime();
            Ticket<Integer, Note> askedOnTheNext = stage.ticket(2);
            askedOnTheNext.send(() -> {});
            clock.advance(Duration.ofMillis(1));
            askedOnTheNext.close();
            asked.close();
            assertRests(stage, 1);

            connected.since = inUse;

            assertFree(stage, 1);
            assertRests(stage, 2);
        });
    }

    @Test
    void m11_tokenAskedAgainOnTheNextConnection_rests() {
        stagesOfEachKind().forEach(stage -> {
            Ticket<Integer, Note> ticket = stage.ticket(1);
            ticket.send(() -> {});
            clock.advance(Duration.ofMillis(1));
            connected.reconnect();
            ticket.send(() -> {});
            ticket.close();

            assertRests(stage, 1);
        });
    }

    @Test
    void m11_tokenAskedByWhatTellsNothing_restsFromItsGivingUpOn() {
        Stage<Integer, Note> stage = stage(10, builder -> builder);
        Ticket<Integer, Note> otherwise = stage.ticket(1);
        Ticket<Integer, Note> later = stage.ticket(2);
        later.send((AsyncSender<RuntimeException>) CompletableFuture::new);
        clock.advance(Duration.ofMillis(1));
        connected.reconnect();
        otherwise.close();
        later.close();

        assertRests(stage, 1);
        assertRests(stage, 2);
    }

    @Test
    void m11_callsThatALostConnectionEnds_askForNoOther() {
        Stage<Integer, Note> stage = stage(1, builder -> builder);
        List<Ticket<Integer, Note>> tickets = new ArrayList<>();
        for (int token = 1; token <= 10; token++) {
            Ticket<Integer, Note> ticket = stage.ticket(token);
            ticket.send(() -> {});
            tickets.add(ticket);
        }
        clock.advance(Duration.ofMillis(1));
        connected.reconnect();
        clock.advance(Duration.ofMillis(1));
        tickets.forEach(Ticket::close);

        assertThat(renewals).isEmpty();
    }

    @Test
    void m11_moreThanMayRest_makeTheSourceRenewItsConnectionAndAllAreKnownUntilThen() {
        Stage<Integer, Note> stage = stage(2, builder -> builder);
        timeOut(stage, 1);
        timeOut(stage, 2);
        assertThat(renewals).isEmpty();
        timeOut(stage, 3);

        assertThat(renewals)
                .singleElement()
                .asString()
                .contains("3 tokens of stage 'post' rest", "more than the 2 of tokens.rest-most");
        for (int token = 1; token <= 3; token++) {
            assertRests(stage, token);
        }
        clock.advance(Duration.ofMillis(1));
        connected.reconnect();
        timeOut(stage, 1);
        assertThat(renewals).hasSize(1);
        await().until(() -> keepers(stage).isEmpty());
    }

    @Test
    void m11_halfOfTheTokensThatCanBeIssued_mayRest() {
        Stage<Integer, Note> stage = stage(1_000, builder -> builder.issueSequence(2));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> stage.call(NO_TIME, id -> {})).isInstanceOf(StageTimeoutException.class);
        }
        assertThat(renewals).isEmpty();
        assertThatThrownBy(() -> stage.call(NO_TIME, id -> {})).isInstanceOf(StageTimeoutException.class);

        assertThat(renewals).singleElement().asString().contains("more than the 2 of");
        clock.advance(Duration.ofMillis(1));
        connected.reconnect();
        await().until(() -> keepers(stage).isEmpty());
    }

    @Test
    void m12_callerThatWaitsForAToken_getsOneOfThoseThatTheNextConnectionFrees() throws Exception {
        var timer = new ManualTimer();
        Stage<Integer, Note> stage =
                stage(1_000, builder -> builder.issueSequence(1).timer(timer));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> stage.call(NO_TIME, id -> {})).isInstanceOf(StageTimeoutException.class);
        }
        Task<Note> caller = start(() -> stage.call(id -> add(id, "answer")));
        await().untilAsserted(
                        () -> assertThat(stage.parts.gate.issuing().waiting()).isEqualTo(1));
        timer.advance(Duration.ofMillis(100));
        assertThat(stage.parts.gate.issuing().waiting()).isEqualTo(1);

        clock.advance(Duration.ofMillis(1));
        connected.reconnect();
        await().untilAsserted(() -> {
            timer.advance(Duration.ofMillis(100));
            assertThat(stage.parts.gate.issuing().waiting()).isZero();
        });
        assertThat(caller.get().text()).isEqualTo("answer");
    }

    @Test
    void m11_numberOrSourceWithoutSense_isRefused() {
        StageBuilder<Integer, Note> timeOnly = Stage.builder("post", Integer.class, new OverQueue(), Note::token);
        assertThatThrownBy(() -> timeOnly.restUntilAnswered(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("can't tell when an answer can't come any more");
        assertThatThrownBy(() -> timeOnly.restUntilAnswered(0)).hasMessageContaining("at least 1, but is 0");
    }
}
