package io.github.exitleft.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot;
import io.github.exitleft.CallOptions;
import io.github.exitleft.HookedSource;
import io.github.exitleft.Keeper;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.OnFailure;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.StageBuilder;
import io.github.exitleft.StageFixture;
import io.github.exitleft.StageListener;
import io.github.exitleft.StageTimeoutException;
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
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Protocols without ids: answers are matched to questions by the order of sending. */
class TcpOrderTests extends StageFixture {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final CallOptions<Frame> AT_ONCE =
            CallOptions.<Frame>defaults().timeout(Duration.ZERO);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private HookedSource<Frame> watched;
    private TcpSource source;
    private TcpSender port;

    private Stage<Long, Frame> stage(
            Peer peer, UnaryOperator<TcpSource.Builder> connecting, UnaryOperator<StageBuilder<Long, Frame>> settings) {
        opened.push(peer);
        source = connecting
                .apply(peer.source().maxFrameSize(1_000).sendTimeout(LONG))
                .open();
        port = source.backdoor();
        watched = hooked(source);
        return build(settings.apply(Stage.builder("redis", Long.class, watched, FrameTokens.order())
                .onFailure(OnFailure.REOPEN)
                .defaultTimeout(LONG)));
    }

    private Stage<Long, Frame> stage(Peer peer) {
        return stage(peer, builder -> builder, builder -> builder);
    }

    private Stage<Long, Frame> asynchronous(Peer peer) {
        return stage(peer, builder -> builder, builder -> builder.keeper(Keeper.IDLE));
    }

    private Stage<Long, Frame> kept(Peer peer) {
        return stage(peer, builder -> builder, builder -> builder.keeper(Keeper.ALWAYS));
    }

    @AfterEach
    void closeWhatWasOpened() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    /** Asks a question whose answer is the same number. */
    private int ask(Stage<Long, Frame> stage, int number) throws IOException, InterruptedException {
        return Peer.token(stage.call(() -> port.sendInOrder(Peer.payload(number))));
    }

    private static void untilOpenAgain(Stage<?, ?> stage, List<Throwable> failures) {
        await().until(() -> failures.size() == 1);
        await().until(() -> stage.snapshot(0).role().state() == BareSnapshot.State.OPEN);
    }

    // the right answer

    @Test
    void m1_sixtyFourCallersWithoutIds_eachGetTheirOwnAnswer() throws Exception {
        Stage<Long, Frame> stage = asynchronous(Peer.echoing());
        int each = 200;
        List<Task<Void>> callers = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            int base = i * each;
            boolean async = i % 4 == 1;
            callers.add(start(i % 4 == 0 && VirtualThreadSupport.exist(), () -> {
                for (int j = base; j < base + each; j++) {
                    int number = j;
                    int answer = async
                            ? Peer.token(Patience.get(stage.callAsync(() -> port.sendInOrder(Peer.payload(number)))))
                            : ask(stage, number);
                    assertThat(answer).isEqualTo(number);
                }
                return null;
            }));
        }
        for (Task<Void> caller : callers) {
            Patience.join(caller.thread);
            caller.get();
        }
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(64L * each);
        assertThat(watched.received.get()).isEqualTo(64L * each);
        assertThat(source.details()).containsEntry("reconnects", 0L);
    }

    @Test
    void m18_answerThatIsReadBeforeItsSenderReturns_isItsCallers() throws Exception {
        Stage<Long, Frame> stage = kept(Peer.echoing());

        for (int i = 1; i <= 5; i++) {
            int number = i;
            Frame answer = stage.call(() -> {
                long place = port.sendInOrder(Peer.payload(number));
                await().until(() -> watched.received.get() == number);
                return place;
            });
            assertThat(Peer.token(answer)).isEqualTo(number);
        }

        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(5);
    }

    @Test
    void m3_questionsThatWereGivenUp_swallowTheirAnswers() throws Exception {
        var peer = new Peer();
        Stage<Long, Frame> stage = kept(peer);
        Peer.Line line = peer.accept();
        assertThatThrownBy(() -> stage.call(AT_ONCE, () -> port.sendInOrder(Peer.payload(1))))
                .isInstanceOf(StageTimeoutException.class);
        CompletableFuture<Frame> cancelled = stage.callAsync(() -> port.sendInOrder(Peer.payload(2)));
        assertThat(cancelled.cancel(true)).isTrue();
        Task<Integer> interrupted = start(() -> ask(stage, 3));
        assertThat(List.of(line.token(), line.token(), line.token())).containsExactly(1, 2, 3);
        await().until(() -> isBlocked(interrupted) && stage.snapshot(0).role().tickets() == 1);
        interrupted.thread.interrupt();
        assertThat(interrupted.failure()).isInstanceOf(InterruptedException.class);
        Task<Integer> patient = start(() -> ask(stage, 4));
        assertThat(line.token()).isEqualTo(4);

        for (int i = 1; i <= 4; i++) {
            line.frame(i);
        }

        assertThat(patient.get()).isEqualTo(4);
        await().untilAsserted(
                        () -> assertThat(count(stage, MessageOutcome.LATE)).isEqualTo(3));
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(1);
    }

    @Test
    void m10_questionThatIsNoFrame_usesNoPlace() throws Exception {
        Stage<Long, Frame> stage = stage(Peer.echoing());
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> stage.call(() -> port.sendInOrder(new byte[1])))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(ask(stage, i)).isEqualTo(i);
        }
    }

    @Test
    void m10_interruptsAndTimeouts_neverShiftTheAnswers() throws Exception {
        Stage<Long, Frame> stage = stage(Peer.echoing());
        var over = new AtomicBoolean();
        var numbers = new AtomicInteger();
        var answered = new AtomicLong();
        List<Task<Void>> callers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            var random = new SplittableRandom(i);
            callers.add(start(i % 4 == 0 && VirtualThreadSupport.exist(), () -> {
                while (!over.get()) {
                    int number = numbers.incrementAndGet();
                    Duration timeout = Duration.ofNanos(1 + random.nextInt(3_000_000));
                    try {
                        Frame answer = stage.call(
                                CallOptions.<Frame>defaults().timeout(timeout),
                                () -> port.sendInOrder(ByteBuffer.wrap(Peer.payload(number)), timeout));
                        assertThat(Peer.token(answer)).isEqualTo(number);
                        answered.incrementAndGet();
                    } catch (InterruptedException | StageTimeoutException | SocketTimeoutException e) {
                        // as it may be
                    } catch (InterruptedIOException e) {
                        Thread.interrupted();
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
        assertThat(ask(stage, -7)).isEqualTo(-7);
    }

    // the opening

    @Test
    void m10_whatTheOpeningSendsAndReads_doesNotCount() throws Exception {
        var peer = new Peer().playing(line -> {
            line.frame(220);
            for (int token = line.token(); token >= 0; token = line.token()) {
                line.frame(token);
            }
        });
        Stage<Long, Frame> stage = stage(
                peer,
                builder -> builder.opening(talk -> {
                    assertThat(talk.receive(LONG).place()).isEqualTo(Places.NONE);
                    talk.send(Peer.payload(1));
                    assertThat(Peer.token(talk.receive(LONG))).isEqualTo(1);
                }),
                builder -> builder);

        assertThat(ask(stage, 7)).isEqualTo(7);
        assertThat(ask(stage, 8)).isEqualTo(8);
    }

    @Test
    void m3_greetingThatTheOpeningDoesNotRead_failsTheConnectionInsteadOfAnsweringAQuestion() throws Exception {
        var peer = new Peer();
        Stage<Long, Frame> stage = kept(peer);
        List<Throwable> failures = failuresOf(stage);
        peer.accept().frame(220);
        await().untilAsserted(
                        () -> assertThat(count(stage, MessageOutcome.UNKNOWN)).isEqualTo(1));

        assertThatThrownBy(() -> ask(stage, 7))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("more frames have come than were sent in order, which were 0")
                .hasMessageContaining("let the opening read");

        untilOpenAgain(stage, failures);
        Task<Integer> caller = start(() -> ask(stage, 8));
        Peer.Line again = peer.accept();
        again.frame(again.token());
        assertThat(caller.get()).isEqualTo(8);
    }

    @Test
    void m10_framesThatAreNotSentInOrder_areRefusedAndHarmNothing() throws Exception {
        Stage<Long, Frame> stage = stage(Peer.echoing());
        assertThat(ask(stage, 1)).isEqualTo(1);

        assertThatThrownBy(() -> port.send(Peer.payload(2)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("sendInOrder");

        assertThat(ask(stage, 3)).isEqualTo(3);
        assertThat(source.details()).containsEntry("reconnects", 0L);
    }

    // the end of a connection

    @Test
    void m3_answersAfterTheReconnect_areForNoCallerOfTheLastConnection() throws Exception {
        var peer = new Peer();
        Stage<Long, Frame> stage = stage(peer);
        Peer.Line line = peer.accept();
        List<Task<Integer>> callers = new ArrayList<>();
        callers.add(startHead(stage, () -> ask(stage, 1)));
        callers.add(startWaiter(stage, () -> ask(stage, 2)));
        line.write(new byte[] {0, 4, 0, 0}); // the beginning of an answer
        line.close();
        for (Task<Integer> caller : callers) {
            assertThat(caller.failure())
                    .isInstanceOf(SourceFailedException.class)
                    .hasRootCauseInstanceOf(EOFException.class);
        }
        Peer.Line again = peer.accept();
        await().until(() -> stage.snapshot(0).role().state() == BareSnapshot.State.OPEN);
        Task<Integer> third = start(() -> ask(stage, 3));
        assertThat(again.token()).isEqualTo(3);
        again.frame(3);

        assertThat(third.get()).isEqualTo(3);
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(1);
    }

    @Test
    void m3_oneAnswerTooMany_isUnknownAndFailsTheConnection() throws Exception {
        var peer = new Peer();
        Stage<Long, Frame> stage = kept(peer);
        Peer.Line line = peer.accept();
        List<Throwable> failures = failuresOf(stage);
        Task<Integer> caller = start(() -> ask(stage, 1));
        assertThat(line.token()).isEqualTo(1);
        line.frame(1);
        assertThat(caller.get()).isEqualTo(1);

        line.frame(99);

        await().untilAsserted(() -> assertThat(failures)
                .singleElement()
                .satisfies(e -> assertThat(e)
                        .rootCause()
                        .hasMessageStartingWith("more frames have come than were sent in order, which were 1")));
        assertThat(count(stage, MessageOutcome.UNKNOWN)).isEqualTo(1);
        await().until(() -> stage.snapshot(0).role().state() == BareSnapshot.State.OPEN);
        Task<Integer> next = start(() -> ask(stage, 2));
        Peer.Line again = peer.accept();
        assertThat(again.token()).isEqualTo(2);
        again.frame(2);
        assertThat(next.get()).isEqualTo(2);
    }

    private static List<Throwable> failuresOf(Stage<Long, Frame> stage) {
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        stage.addListener(new StageListener<Long, Frame>() {
            @Override
            public void failed(Throwable cause) {
                failures.add(cause);
            }
        });
        return failures;
    }

    @Test
    void m6_connectionThatFailsBeforeItsSenderReturns_endsTheCall() throws Exception {
        var peer = new Peer();
        Stage<Long, Frame> stage = kept(peer);
        Peer.Line line = peer.accept();
        List<Throwable> failures = failuresOf(stage);

        assertThatThrownBy(() -> stage.call(() -> {
                    long place = port.sendInOrder(Peer.payload(1));
                    line.close();
                    untilOpenAgain(stage, failures);
                    return place;
                }))
                .isInstanceOf(SourceFailedException.class)
                .hasRootCauseInstanceOf(EOFException.class);

        Task<Integer> next = start(() -> ask(stage, 2));
        Peer.Line again = peer.accept();
        assertThat(again.token()).isEqualTo(2);
        again.frame(2);
        assertThat(next.get()).isEqualTo(2);
    }

    @Test
    void m10_questionThatWasHalfSent_failsTheConnection() throws Exception {
        var peer = new Peer();
        peer.server.setReceiveBufferSize(4_096);
        opened.push(peer);
        source = TcpSource.builder()
                .remote(peer.address())
                .framing(Framing.lengthField(0, 4))
                .open();
        port = source.backdoor();
        Stage<Long, Frame> stage = build(Stage.builder("redis", Long.class, hooked(source), FrameTokens.order())
                .onFailure(OnFailure.FAIL_ALL)
                .defaultTimeout(LONG));
        Task<Frame> waiting = startHead(stage, () -> stage.call(() -> port.sendInOrder(new byte[8])));

        assertThatThrownBy(
                        () -> stage.call(() -> port.sendInOrder(ByteBuffer.allocate(32 << 20), Duration.ofMillis(20))))
                .isInstanceOf(SocketTimeoutException.class);

        assertThat(waiting.failure())
                .isInstanceOf(SourceFailedException.class)
                .hasRootCauseInstanceOf(SocketTimeoutException.class);
    }

    // everything at once

    /** The number of an answer to no question. */
    private static final int TOO_MANY = -1;

    /** Answers in order, in lots, cut anyhow; now and then it ends, in the middle of an answer or with one too many. */
    private static void answer(Peer.Line line, SplittableRandom random) throws IOException {
        for (int lots = random.nextInt(400); ; lots--) {
            var answers = ByteBuffer.allocate(6 * 200);
            do {
                int token = line.token();
                if (token < 0) {
                    return;
                }
                answers.put(Peer.framed(token));
            } while (answers.hasRemaining() && line.in.available() > 0);
            boolean last = lots == 0;
            int kind = last ? random.nextInt(4) : -1;
            if (kind == 0) {
                answers.limit(answers.position()).position(random.nextInt(answers.position()));
                line.socket.getOutputStream().write(answers.array(), 0, answers.position());
                line.close();
                return;
            }
            int cut = random.nextInt(answers.position());
            line.socket.getOutputStream().write(answers.array(), 0, cut);
            line.socket.getOutputStream().write(answers.array(), cut, answers.position() - cut);
            switch (kind) {
                case 1 -> line.reset();
                case 2 -> {
                    line.frame(TOO_MANY);
                    line.close();
                }
                case 3 -> line.close();
                default -> {
                    continue;
                }
            }
            return;
        }
    }

    @Test
    void m11_hostilePeerWithCancelsTimeoutsAndInterrupts_neverGivesACallerTheAnswerOfAnother() throws Exception {
        long seed = Long.getLong("exitleft.hell.seed", System.nanoTime());
        long end = System.nanoTime()
                + Duration.ofSeconds(Long.getLong("exitleft.hell.seconds", 3)).toNanos();
        var peer = new Peer();
        Stage<Long, Frame> stage =
                asynchronous(peer.playing(line -> answer(line, new SplittableRandom(seed + line.number))));
        var numbers = new AtomicInteger();
        var answered = new AtomicLong();
        var ended = new AtomicLong();
        var over = new AtomicBoolean();
        List<Task<Void>> callers = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            var random = new SplittableRandom(seed - i);
            callers.add(start(i % 4 == 0 && VirtualThreadSupport.exist(), () -> {
                while (!over.get()) {
                    int number = numbers.incrementAndGet();
                    Frame answer = askAnyhow(stage, number, random);
                    if (answer == null) {
                        ended.incrementAndGet();
                    } else {
                        // one that has crossed the question can't be told from its answer
                        assertThat(Peer.token(answer)).as("seed %d", seed).isIn(number, TOO_MANY);
                        answered.incrementAndGet();
                    }
                }
                return null;
            }));
        }
        var random = new SplittableRandom(seed);
        while (callers.stream().noneMatch(Task::isDone)
                && (System.nanoTime() - end < 0 || answered.get() == 0 || peer.accepted.get() < 2)) {
            callers.get(random.nextInt(callers.size())).thread.interrupt();
            LockSupport.parkNanos(1_000_000);
        }
        over.set(true);
        for (Task<Void> caller : callers) {
            caller.get();
        }
        assertThat(ended.get()).isPositive();
    }

    /** Returns the answer; null if the question was given up, here or there. */
    private Frame askAnyhow(Stage<Long, Frame> stage, int number, SplittableRandom random) throws Exception {
        boolean patient = random.nextInt(4) > 0;
        CallOptions<Frame> options = patient
                ? CallOptions.defaults()
                : CallOptions.<Frame>defaults().timeout(Duration.ofNanos(random.nextInt(2_000_000)));
        boolean async = random.nextInt(3) == 0;
        boolean cancels = random.nextInt(2) == 0;
        try {
            if (!async) {
                return stage.call(options, () -> port.sendInOrder(Peer.payload(number)));
            }
            CompletableFuture<Frame> future = stage.callAsync(options, () -> port.sendInOrder(Peer.payload(number)));
            if (cancels) {
                LockSupport.parkNanos(random.nextInt(500_000));
                future.cancel(true);
            }
            return future.get();
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOfAny(StageTimeoutException.class, SourceFailedException.class);
            return null;
        } catch (InterruptedException
                | CancellationException
                | StageTimeoutException
                | SourceFailedException
                | IOException e) {
            if (Thread.interrupted()) {
                return null;
            }
            LockSupport.parkNanos(100_000); // a failed stage refuses at once
            return null;
        }
    }
}
