package io.github.exitleft.tcp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot;
import io.github.exitleft.CallOptions;
import io.github.exitleft.HookedSource;
import io.github.exitleft.Keeper;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.OnFailure;
import io.github.exitleft.Received;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.StageBuilder;
import io.github.exitleft.StageFixture;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.Ticket;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.testing.VirtualThreadSupport;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Many callers on one connection, each with its own answer. */
class TcpStageTests extends StageFixture {

    private static final int CALLERS = 64;
    private static final Duration LONG = Duration.ofSeconds(60);
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private TcpSource source;

    private Stage<Integer, Frame> stage(Peer peer, UnaryOperator<StageBuilder<Integer, Frame>> settings) {
        opened.push(peer);
        source = peer.source().maxFrameSize(1_000).sendTimeout(LONG).open();
        HookedSource<Frame> watched = hooked(source);
        return build(settings.apply(Stage.builder("line", Integer.class, watched, FrameTokens.at(Integer.class, 2, 4))
                .defaultTimeout(LONG)));
    }

    private Stage<Integer, Frame> stage(Peer peer) {
        return stage(peer, builder -> builder.onFailure(OnFailure.FAIL_ALL).keeper(Keeper.OFF));
    }

    @AfterEach
    void closeWhatWasOpened() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    private static byte[] question(int token, int nonce) {
        return ByteBuffer.allocate(10).putInt(2, token).putInt(6, nonce).array();
    }

    private static void ask(Stage<Integer, Frame> stage, int token, int nonce) throws IOException {
        stage.backdoor(TcpSender.class).send(question(token, nonce));
    }

    private static Frame call(Stage<Integer, Frame> stage, int token) throws IOException, InterruptedException {
        return stage.call(token, () -> ask(stage, token, -token));
    }

    /** Answers all questions that have come, in any order, cut anyhow. */
    private static Peer shuffling(long seed) {
        return new Peer().playing(line -> {
            var random = new Random(seed);
            List<byte[]> pending = new ArrayList<>();
            while (true) {
                while (pending.isEmpty() || line.in.available() > 0 && pending.size() < CALLERS) {
                    byte[] question = new byte[10];
                    line.in.readFully(question);
                    pending.add(question);
                }
                Collections.shuffle(pending, random);
                var answers = ByteBuffer.allocate(10 * pending.size());
                pending.subList(random.nextInt(pending.size()), pending.size()).forEach(answers::put);
                pending.subList(pending.size() - answers.position() / 10, pending.size())
                        .clear();
                int cut = random.nextInt(answers.position());
                line.socket.getOutputStream().write(answers.array(), 0, cut);
                line.socket.getOutputStream().write(answers.array(), cut, answers.position() - cut);
            }
        });
    }

    @Test
    void m1_sixtyFourCallersOnOneConnection_eachGetItsOwnAnswer() throws Exception {
        Stage<Integer, Frame> stage = stage(shuffling(1));
        int each = 200;
        List<Task<Void>> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            int base = i * each;
            callers.add(start(i % 4 == 0 && VirtualThreadSupport.exist(), () -> {
                for (int j = 0; j < each; j++) {
                    Frame answer = call(stage, base + j);
                    assertThat(answer.getInt(2)).isEqualTo(base + j);
                    assertThat(answer.getInt(6)).isEqualTo(-base - j);
                }
                return null;
            }));
        }
        for (Task<Void> caller : callers) {
            Patience.join(caller.thread);
            caller.get();
        }
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo((long) CALLERS * each);
        assertThat(stage.snapshot(0).messages().values().stream().mapToLong(n -> n))
                .containsOnlyOnce((long) CALLERS * each)
                .allMatch(n -> n == 0 || n == (long) CALLERS * each);
        assertThat(source.details()).containsEntry("reconnects", 0L);
    }

    @Test
    void s10_callersThatAreInterruptedOrTimeOut_neverCostTheConnectionNorGetAWrongAnswer() throws Exception {
        Stage<Integer, Frame> stage = stage(shuffling(2));
        var over = new AtomicBoolean();
        var answered = new AtomicLong();
        List<Task<Void>> callers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            int base = i * 1_000_000;
            var random = new SplittableRandom(i);
            callers.add(start(i % 4 == 0 && VirtualThreadSupport.exist(), () -> {
                for (int j = 0; !over.get(); j++) {
                    int token = base + j;
                    Duration timeout = Duration.ofNanos(1 + random.nextInt(3_000_000));
                    try {
                        Frame answer = stage.call(
                                token, CallOptions.<Frame>defaults().timeout(timeout), () -> ask(stage, token, -token));
                        assertThat(answer.getInt(6)).isEqualTo(-token);
                        answered.incrementAndGet();
                    } catch (InterruptedException | StageTimeoutException e) {
                        // as it may be
                    } catch (InterruptedIOException e) {
                        Thread.interrupted(); // by a sender that waited for another
                    }
                }
                return null;
            }));
        }
        for (int i = 0; i < 1_000; i++) {
            callers.get(i % callers.size()).thread.interrupt();
            LockSupport.parkNanos(200_000);
        }
        await().untilAsserted(() -> assertThat(answered.get()).isPositive());
        over.set(true);
        for (Task<Void> caller : callers) {
            caller.get();
        }
        assertThat(source.details()).containsEntry("reconnects", 0L);
        assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN);
        int fresh = -77; // none of those that may rest
        assertThat(call(stage, fresh).getInt(6)).isEqualTo(-fresh);
    }

    /** Callers of a peer that does not answer; one of them heads. */
    private List<Task<Frame>> waiting(Stage<Integer, Frame> stage, int count) {
        List<Task<Frame>> callers = new ArrayList<>();
        callers.add(startHead(stage, () -> call(stage, 0)));
        for (int i = 1; i < count; i++) {
            int token = i;
            callers.add(startWaiter(stage, () -> call(stage, token)));
        }
        return callers;
    }

    private static void assertAllFailed(List<Task<Frame>> callers, Class<? extends Throwable> cause) {
        for (Task<Frame> caller : callers) {
            assertThat(caller.failure())
                    .isInstanceOf(SourceFailedException.class)
                    .hasCauseInstanceOf(IOException.class)
                    .extracting(e -> e.getCause().getCause())
                    .isInstanceOf(cause);
        }
    }

    @Test
    void m6_killedServer_isToldToEveryWaiterAndTheStageComesBackWithIt() throws Exception {
        var peer = new Peer();
        Stage<Integer, Frame> stage = stage(peer, builder -> builder.onFailure(OnFailure.REOPEN));
        Peer.Line line = peer.accept();
        List<Task<Frame>> callers = waiting(stage, CALLERS);

        line.reset();

        assertAllFailed(callers, IOException.class);
        Peer.Line again = peer.accept(); // by itself
        await().untilAsserted(() -> assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN));
        Task<Frame> caller = start(() -> call(stage, CALLERS));
        assertThat(again.in.readNBytes(10)).hasSize(10);
        again.frame(0); // to a question that has failed
        again.frame(CALLERS);
        assertThat(caller.get().getInt(2)).isEqualTo(CALLERS);
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(1);
        assertThat(source.details()).containsEntry("reconnects", 1L);
    }

    @Test
    void m6_callerAfterAFailureWithoutAKeeper_connects() throws Exception {
        var peer = new Peer();
        Stage<Integer, Frame> stage = stage(peer);
        Peer.Line line = peer.accept();
        List<Task<Frame>> callers = waiting(stage, 3);
        line.close();
        assertAllFailed(callers, EOFException.class);
        Task<Void> server = start(() -> {
            Peer.Line second = peer.accept();
            second.frame(second.token());
            return null;
        });

        await().untilAsserted(() -> assertThatCode(() ->
                        stage.call(7, () -> stage.backdoor(TcpSender.class).send(Peer.payload(7))))
                .doesNotThrowAnyException()); // refused until a second is over

        server.get();
        assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN);
    }

    @Test
    void s12_threadThatMustNotBlock_sendsButDoesNotConnect() throws Exception {
        var peer = new Peer();
        Stage<Integer, Frame> stage = stage(peer);
        Thread here = Thread.currentThread();
        stage.neverBlock(Predicate.isEqual(here));
        Peer.Line line = peer.accept();
        try (Ticket<Integer, Frame> ticket = stage.ticket(1)) {
            ticket.send(() -> ask(stage, 1, -1));
            assertThat(line.in.readNBytes(10)).hasSize(10);
            line.close();
            Task<Received<Frame>> reader = start(() -> ticket.await());
            assertThat(reader.failure()).isInstanceOf(SourceFailedException.class);
        }

        assertThatThrownBy(() -> ask(stage, 2, -2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(
                        "connecting to 127.0.0.1:" + peer.address().getPort() + " would block thread '" + here.getName()
                                + "', which must not block; nothing was sent;");

        Task<Void> other = start(() -> {
            ask(stage, 3, -3);
            return null;
        });
        assertThat(peer.accept().token()).isEqualTo(3);
        other.get();
    }

    @Test
    void m6_rubbish_failsEveryWaiterWithoutATraceOfItsContent() throws Exception {
        var peer = new Peer();
        Stage<Integer, Frame> stage = stage(peer);
        Peer.Line line = peer.accept();
        List<Task<Frame>> callers = waiting(stage, 5);
        line.write(new byte[] {0, 8, 0, 0, 0, 2, 0, 0, 0, 0}); // one answer
        line.write("secret!".getBytes(US_ASCII)); // of which the first two say that 29,541 bytes follow

        assertThat(callers.remove(2).get().getInt(2)).isEqualTo(2);
        for (Task<Frame> caller : callers) {
            Throwable thrown = caller.failure();
            assertThat(thrown).isInstanceOf(SourceFailedException.class);
            for (Throwable t = thrown; t != null; t = t.getCause()) {
                assertThat(String.valueOf(t.getMessage())).doesNotContain("secret");
            }
        }
    }

    @Test
    void m6_frameThatWasHalfSent_failsEveryWaiterOfThatConnection() throws Exception {
        var peer = new Peer();
        peer.server.setReceiveBufferSize(4_096);
        opened.push(peer);
        source = TcpSource.builder()
                .remote(peer.address())
                .framing(Framing.lengthField(0, 4))
                .open();
        Stage<Integer, Frame> stage =
                build(Stage.builder("line", Integer.class, hooked(source), FrameTokens.at(Integer.class, 4, 4))
                        .onFailure(OnFailure.FAIL_ALL)
                        .defaultTimeout(LONG));
        List<Task<Frame>> callers = new ArrayList<>();
        callers.add(startHead(stage, () -> stage.call(0, () -> {})));
        callers.add(startWaiter(stage, () -> stage.call(1, () -> {})));

        assertThatThrownBy(() -> stage.call(
                        2,
                        () -> stage.backdoor(TcpSender.class)
                                .send(ByteBuffer.allocate(32 << 20), Duration.ofMillis(20))))
                .isInstanceOf(SocketTimeoutException.class);

        assertAllFailed(callers, SocketTimeoutException.class);
    }

    @Test
    void m3_answerOfTheLastConnectionAfterTheReconnect_isForNoCaller() throws Exception {
        var peer = new Peer();
        Stage<Integer, Frame> stage = stage(peer, builder -> builder.onFailure(OnFailure.REOPEN));
        Peer.Line line = peer.accept();
        List<Task<Frame>> callers = waiting(stage, 2);
        line.write(new byte[] {0, 4, 0, 0}); // of an answer
        line.close();
        assertAllFailed(callers, EOFException.class);
        Peer.Line again = peer.accept();
        await().untilAsserted(() -> assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN));
        Task<Frame> caller = start(() -> call(stage, 7));
        assertThat(again.in.readNBytes(10)).hasSize(10);
        again.frame(1);
        again.frame(7);

        assertThat(caller.get().getInt(2)).isEqualTo(7);
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(1);
        assertThat(count(stage, MessageOutcome.LATE) + count(stage, MessageOutcome.UNKNOWN))
                .isEqualTo(1);
    }
}
