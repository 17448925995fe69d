package io.github.exitleft.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.CallOptions;
import io.github.exitleft.Keeper;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.Resends;
import io.github.exitleft.Source;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.StageBuilder;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.Ticket;
import io.github.exitleft.TokenInUseException;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.DatagramTokens;
import io.github.exitleft.udp.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The peer does what its script says, and nothing else. */
class ScriptedPeerTests {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SteerableClock clock = new SteerableClock();

    /** Its messages are a token of one letter, and anything after it. */
    private final ScriptedPeer<String, String> peer =
            new ScriptedPeer<>("letters", text -> text.substring(0, 1), clock);

    private final Stage<String, String> stage = build();

    private Stage<String, String> build() {
        StageBuilder<String, String> builder =
                Stage.builder("letters", String.class, peer.source("the backdoor"), text -> text.substring(0, 1));
        return clock.steer(builder.keeper(Keeper.OFF).defaultTimeout(SECOND.multipliedBy(10)))
                .build();
    }

    @AfterEach
    void close() {
        stage.close();
    }

    private String ask(String question) throws IOException, InterruptedException {
        return stage.call(question.substring(0, 1), () -> peer.accept(question));
    }

    private static <V> Worker<V> start(Callable<V> body) {
        return Worker.start(false, Patience.LIMIT, body);
    }

    // @start region="example"
    @Test
    void client_getsTheAnswerToItsSecondAttempt() throws Exception {
        var server = new InetSocketAddress("192.0.2.1", 4000);
        var local = new InetSocketAddress("192.0.2.2", 5000);
        var tokens = DatagramTokens.at(Integer.class, 0, 1);
        var peer = new ScriptedPeer<Integer, Datagram>("echo", tokens);
        var socket = UdpSocket.of(local, (to, payload) -> peer.accept(Datagram.of(to, payload)));
        try (var stage = Stage.builder("echo", Integer.class, peer.source(socket), tokens)
                .build()) {
            peer.whenSent(7).lose().reply(Datagram.of(server, new byte[] {7, 42}));

            Datagram answer = stage.call(
                    7,
                    CallOptions.<Datagram>defaults().resend(Resends.doubling(Duration.ofMillis(1))),
                    () -> socket.send(server, new byte[] {7}));

            assertThat(answer.payload().get(1)).isEqualTo((byte) 42);
        }
    }
    // @end

    @Test
    void b12_questionWithAScript_getsItsAnswer() throws Exception {
        peer.whenSent("a").reply("a1");
        peer.whenSent("b").reply("b1");
        assertThat(ask("b?")).isEqualTo("b1");
        assertThat(ask("a?")).isEqualTo("a1");
        assertThat(peer.questions()).containsExactly("b?", "a?");
        assertThat(stage.backdoor(String.class)).isEqualTo("the backdoor");
        StageAssert.assertThat(stage).hasNoOpenTickets().hasNothingUnclaimed();
    }

    @Test
    void stepsFollowOneAnother_andTheLastIsRepeated() throws Exception {
        peer.whenSent("a").reply("a1").reply("a2");
        assertThat(List.of(ask("a"), ask("a"), ask("a"))).containsExactly("a1", "a2", "a2");
    }

    @Test
    void newestScript_isFollowedAndOneForAnyQuestionAnswersByTheQuestion() throws Exception {
        peer.whenSent().answer(question -> question + "!");
        peer.whenSent("b").reply("b1");
        assertThat(ask("a?")).isEqualTo("a?!");
        assertThat(ask("b?")).isEqualTo("b1");
    }

    @Test
    void questionWithoutAScript_isNotAnswered() throws Exception {
        Worker<String> caller = start(() -> ask("a"));
        clock.awaitWaiters(1);
        clock.advance(SECOND.multipliedBy(10));
        assertThatThrownBy(caller::get).isInstanceOf(StageTimeoutException.class);
        assertThat(peer.questions()).containsExactly("a");
    }

    @Test
    void delay_passesByTheClockAndComesBeforeWhatIsDueLater() throws Exception {
        peer.whenSentMatching("ab"::contains).after(SECOND.multipliedBy(2)).answer(question -> question + "!");
        List<Worker<String>> callers = new ArrayList<>();
        for (String question : List.of("a", "b", "c")) {
            callers.add(start(() -> ask(question)));
            clock.awaitWaiters(callers.size());
        }
        clock.advance(SECOND.multipliedBy(60));
        assertThat(callers.get(0).get()).isEqualTo("a!");
        assertThat(callers.get(1).get()).isEqualTo("b!");
        assertThatThrownBy(callers.get(2)::get).isInstanceOf(StageTimeoutException.class);
    }

    @Test
    void duplicate_isCountedAsOne() throws Exception {
        peer.whenSent("a").reply("a1", "a2");
        try (Ticket<String, String> other = stage.ticket("b")) {
            assertThat(ask("a")).isEqualTo("a1");
            peer.send("b");
            assertThat(other.await().message()).isEqualTo("b");
        }
        StageAssert.assertThat(stage).hasMessages(MessageOutcome.DUPLICATE, 1);
    }

    @Test
    void refusedQuestion_isThrownToItsSender() {
        var refusal = new IOException("no route");
        peer.whenSent("a").refuse(refusal);
        assertThatThrownBy(() -> ask("a")).isSameAs(refusal);
        assertThatThrownBy(() -> peer.whenSent("a").refuse(new Exception()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("IOException or a RuntimeException");
    }

    @Test
    void failingSource_endsTheWait() {
        var loss = new IOException("connection reset");
        peer.whenSent("a").fail(loss);
        assertThatThrownBy(() -> ask("a"))
                .isInstanceOf(SourceFailedException.class)
                .hasCause(loss);
    }

    @Test
    void answerToWhatWasNotAsked_isRefusedWhenItIsScripted() {
        assertThatThrownBy(() -> peer.whenSent("a").reply("a1", "b1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("peer of stage 'letters' can't answer a question with token a by a message with token b;"
                        + " let the answer have the question's token, or send what answers no question by send()");
        assertThatThrownBy(() -> peer.whenSent("a").reply(""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no token");
    }

    @Test
    void answerToWhatWasNotAsked_isRefusedWhenItIsMadeAndShownByTheResetEvenIfCodeUnderTestHidIt() {
        peer.whenSent().answer(question -> "b");
        assertThatThrownBy(() -> peer.accept("a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("with token a by a message with token b");
        assertThatThrownBy(peer::reset)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a script could not be followed: peer of stage 'letters'");
        peer.reset();
    }

    @Test
    void questionWithoutAScript_isLogged() throws Exception {
        List<String> lines = new ArrayList<>();
        var handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line.getLevel() + " " + line.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger(ScriptedPeer.class.getName());
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            peer.whenSent("a").lose();
            peer.accept("a");
            peer.accept("b");
        } finally {
            logger.setUseParentHandlers(true);
            logger.removeHandler(handler);
        }
        assertThat(lines)
                .containsExactly(
                        "INFO peer of stage 'letters' does not answer: no script matches the question for token 'b'");
    }

    @Test
    void reset_forgetsScriptsQuestionsAndDelayedAnswers() throws Exception {
        peer.whenSent("a").after(SECOND).reply("a, late");
        peer.accept("a");
        peer.send("unread");
        peer.reset();
        assertThat(peer.questions()).isEmpty();
        Worker<String> caller = start(() -> ask("a"));
        clock.awaitWaiters(1);
        clock.advance(SECOND.multipliedBy(10));
        assertThatThrownBy(caller::get).isInstanceOf(StageTimeoutException.class);
        StageAssert.assertThat(stage).hasNothingUnclaimed();
    }

    @Test
    void peerOfAClosedStage_saysSo() {
        stage.close();
        for (Runnable use :
                List.<Runnable>of(() -> peer.whenSent("a"), () -> peer.send("a"), () -> peer.fail(new IOException()))) {
            assertThatThrownBy(use::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("peer of stage 'letters' is used after its stage was closed;"
                            + " use the peer of the present stage or context");
        }
    }

    @Test
    void secondSource_isRefused() {
        assertThatThrownBy(() -> peer.source(null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has a source already");
    }

    @Test
    void peerWithoutAClock_delaysInRealTime() throws Exception {
        var peer = new ScriptedPeer<String, String>("real", text -> text);
        try (var stage = Stage.builder("real", String.class, peer.source(null), text -> text)
                .keeper(Keeper.IDLE)
                .defaultTimeout(Patience.LIMIT)
                .build()) {
            peer.whenSent("a").after(Duration.ofMillis(20)).reply("a");
            CompletableFuture<String> answer = stage.callAsync("a", () -> peer.accept("a"));
            assertThat(answer).succeedsWithin(Patience.LIMIT).isEqualTo("a");
        }
    }

    @Test
    void tokensCanRestUntilAnswered_andAreFreeAfterARenewal() throws Exception {
        var peer = new ScriptedPeer<String, String>("rests", text -> text);
        Source<String> source = peer.source(null);
        try (var stage = Stage.builder("rests", String.class, source, text -> text)
                .restUntilAnswered(8)
                .keeper(Keeper.IDLE)
                .build()) {
            stage.ticket("a").close();
            assertThatThrownBy(() -> stage.ticket("a")).isInstanceOf(TokenInUseException.class);
            source.renew(null, source.answerableSince(), "the test renews it");
            await().ignoreExceptions().until(() -> {
                stage.ticket("a").close();
                return true;
            });
        }
    }

    @Test
    void assertions_nameWhatIsWrong() throws Exception {
        try (Ticket<String, String> ticket = stage.ticket("a")) {
            assertThatThrownBy(() -> StageAssert.assertThat(stage).hasNoOpenTickets())
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("stage 'letters' to have no open tickets, but it has 1");
            peer.send("x");
            peer.send("a");
            assertThat(ticket.await().message()).isEqualTo("a");
        }
        assertThatThrownBy(() -> StageAssert.assertThat(stage).hasNothingUnclaimed())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("{UNKNOWN=1}")
                .hasMessageContaining("hasNothingUnclaimedSince(snapshot)");
        StageAssert.assertThat(stage).hasNothingUnclaimedSince(stage.snapshot(0));
        assertThatThrownBy(() -> StageAssert.assertThat(stage).hasMessages(MessageOutcome.LATE, 2))
                .hasMessageContaining("2 messages with the outcome LATE");
    }
}
