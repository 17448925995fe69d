package io.github.exitleft.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.CallOptions;
import io.github.exitleft.HookedSource;
import io.github.exitleft.Keeper;
import io.github.exitleft.Promotion;
import io.github.exitleft.Resends;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.StageFixture;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.TokenInUseException;
import io.github.exitleft.TokenReader;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.testing.VirtualThreadSupport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/**
 * A stage whose callers draw at random how they ask, over connections to a peer that draws how it answers: late, cut, glued, in
 * another order, twice, not at all, or with the end of the connection. Each caller gets its own answer or an error, and no call
 * hangs.
 *
 * <p>{@code -Dexitleft.chaos.tcp.seconds} says for how long, at least, and {@code -Dexitleft.chaos.tcp.seed} repeats what was
 * drawn.
 */
class TcpChaosTests extends StageFixture {

    private static final int CALLERS = 12;
    private static final int BEATS = 1 << 30;
    private static final Duration LONG = Patience.LIMIT;
    private static final long ROUND_NANOS = Duration.ofMillis(300).toNanos();

    // a frame: its length, the token, the question's number, how to answer it, and filling
    private static final int TOKEN = 2;
    private static final int NUMBER = 6;
    private static final int MANNER = 14;
    private static final int ANSWER_SIZE = 15;

    private static final byte TO_BE_ANSWERED = 0;
    private static final byte MAY_BE_LOST = 1;

    private final long seed = Long.getLong("exitleft.chaos.tcp.seed", System.nanoTime());
    private final AtomicReference<Object> wrong = new AtomicReference<>();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicInteger tokens = new AtomicInteger();
    private final AtomicInteger stages = new AtomicInteger();
    private final Map<String, LongAdder> met = new ConcurrentSkipListMap<>();

    /** What one stage is like. */
    private record Scene(
            int connections, boolean order, boolean holds, boolean twice, Keeper keeper, boolean heartbeat) {

        static Scene drawn(int connections, boolean order, SplittableRandom random) {
            Keeper keeper = Keeper.values()[random.nextInt(Keeper.values().length)];
            boolean twice = !order && random.nextBoolean();
            boolean heartbeat = !order && keeper != Keeper.OFF && random.nextBoolean();
            return new Scene(connections, order, random.nextInt(3) == 0, twice, keeper, heartbeat);
        }
    }

    private void count(String what) {
        met.computeIfAbsent(what, name -> new LongAdder()).increment();
    }

    @Test
    void m1_m6_m11_m20_anyPeer_givesEachCallerItsOwnAnswerOrAnError() throws Exception {
        long begin = System.nanoTime();
        long nanos = Duration.ofSeconds(Long.getLong("exitleft.chaos.tcp.seconds", 1))
                .toNanos();
        say("tcp chaos: seed " + seed);
        Logger logger = Logger.getLogger("io.github.exitleft"); // connections are lost by the hundred
        logger.setLevel(Level.OFF);
        var random = new SplittableRandom(seed);
        try {
            do {
                for (int i = 0; i < 4; i++) {
                    live(Scene.drawn(i < 2 ? 1 : 3, i % 2 == 0, random), random.split());
                }
            } while (System.nanoTime() - begin < nanos);
        } finally {
            logger.setLevel(null);
        }
        say("tcp chaos: " + met);
        assertThat(met).containsKeys("answered", "failed", "connection");
    }

    @SuppressWarnings("SystemOut")
    private static void say(String what) {
        System.out.println(what);
    }

    /** One stage from its beginning to its end. */
    private void live(Scene scene, SplittableRandom random) throws Exception {
        var tame = new AtomicBoolean();
        try (Peer peer = new Peer()) {
            peer.server.setReceiveBufferSize(4_096);
            int firstOnes = scene.connections;
            long peers = random.nextLong();
            peer.playing(line -> {
                count("connection");
                // the first ones are to be there when the source has been opened
                new Host(scene, line, new SplittableRandom(peers + line.number), tame, line.number < firstOnes).talk();
            });
            TcpSource.Builder builder = peer.source()
                    .connections(scene.connections)
                    .pick(random.nextBoolean() ? Pick.LEAST_IN_FLIGHT : Pick.ROUND_ROBIN)
                    .sendTimeout(Duration.ofMillis(random.nextBoolean() ? 5 : 1_000));
            // idle at once, and renewed again at once
            builder.clock = () -> System.nanoTime() * 1_000;
            if (scene.holds) {
                builder.transport((channel, remote) -> new HoldingTransport(channel));
            }
            TcpSource source = builder.open();
            if (scene.order) {
                live(scene, stage(scene, Long.class, source, FrameTokens.order(), random), source, random, tame);
            } else {
                live(
                        scene,
                        stage(scene, Integer.class, source, FrameTokens.at(Integer.class, TOKEN, 4), random),
                        source,
                        random,
                        tame);
            }
        }
        assertThat(wrong.get()).as("seed %d, %s", seed, scene).isNull();
    }

    private <T> Stage<T, Frame> stage(
            Scene scene, Class<T> type, TcpSource source, TokenReader<T, Frame> reader, SplittableRandom random) {
        HookedSource<Frame> watched = hooked(source);
        return build(Stage.builder("chaos-" + stages.incrementAndGet(), type, watched, reader)
                .keeper(scene.keeper)
                .promotion(random.nextBoolean() ? Promotion.NEWEST : Promotion.OLDEST)
                .defaultTimeout(LONG));
    }

    private <T> void live(
            Scene scene, Stage<T, Frame> stage, TcpSource source, SplittableRandom random, AtomicBoolean tame)
            throws Exception {
        if (scene.heartbeat) {
            beat(stage, source);
        }
        long end = System.nanoTime() + ROUND_NANOS;
        List<Task<Void>> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            var caller = new Caller<>(scene, stage, random.split());
            callers.add(start(i % 3 == 0 && VirtualThreadSupport.exist(), () -> {
                while (System.nanoTime() - end < 0 && wrong.get() == null) {
                    caller.ask();
                }
                return null;
            }));
        }
        while (System.nanoTime() - end < 0) {
            if (random.nextInt(3) == 0) {
                source.wakeup();
            } else {
                callers.get(random.nextInt(callers.size())).thread.interrupt();
            }
            LockSupport.parkNanos(1_000_000);
        }
        for (Task<Void> caller : callers) {
            ended(scene, stage, caller);
        }
        tame.set(true);
        var last = new Caller<>(scene, stage, random.split());
        await().untilAsserted(() -> assertThat(last.exchange()).as("%s", scene).isTrue());
        await().untilAsserted(() ->
                assertThat(stage.snapshot(5).role().tickets()).as("%s", scene).isZero());
        stage.close();
    }

    private void ended(Scene scene, Stage<?, ?> stage, Task<Void> caller) throws Exception {
        try {
            caller.get();
        } catch (Exception | AssertionError e) {
            var hangs = new AssertionError("seed " + seed + ", " + scene + ", " + stage.snapshot(10), e);
            hangs.setStackTrace(caller.thread.getStackTrace());
            throw hangs;
        }
    }

    @SuppressWarnings("unchecked") // the tokens of stages with a heartbeat are numbers
    private void beat(Stage<?, Frame> stage, TcpSource source) {
        TcpHeartbeat.<Integer>of(Duration.ofMillis(40), Duration.ofMillis(30), (asked, timeout) -> {
                    int token = BEATS + tokens.incrementAndGet();
                    byte[] question = question(token, numbers.incrementAndGet(), MAY_BE_LOST, 0);
                    CallOptions<Frame> options = CallOptions.<Frame>defaults().timeout(timeout);
                    return asked.callAsync(
                            token, options, () -> source.backdoor().send(question));
                })
                .start((Stage<Integer, Frame>) stage, source);
    }

    private static byte[] question(int token, long number, byte manner, int filling) {
        return ByteBuffer.allocate(ANSWER_SIZE + filling)
                .putInt(TOKEN, token)
                .putLong(NUMBER, number)
                .put(MANNER, manner)
                .array();
    }

    // the callers

    /** One thread that asks. */
    private final class Caller<T> {

        private final Scene scene;
        private final Stage<T, Frame> stage;
        private final SplittableRandom random;

        Caller(Scene scene, Stage<T, Frame> stage, SplittableRandom random) {
            this.scene = scene;
            this.stage = stage;
            this.random = random;
        }

        /** Asks with a time that is always enough; returns whether there is an answer. */
        boolean exchange() {
            long number = numbers.incrementAndGet();
            try {
                check(number, call(number, CallOptions.<Frame>defaults().timeout(LONG), TO_BE_ANSWERED, 0));
                return true;
            } catch (Exception e) {
                return false;
            }
        }

        void ask() throws Exception {
            long number = numbers.incrementAndGet();
            boolean hasTime = random.nextInt(3) > 0;
            Duration timeout = hasTime ? LONG : Duration.ofMillis(random.nextInt(10));
            CallOptions<Frame> options = CallOptions.<Frame>defaults().timeout(timeout);
            byte manner = hasTime ? TO_BE_ANSWERED : MAY_BE_LOST;
            int filling = random.nextInt(10) == 0 ? random.nextInt(40_000) : random.nextInt(100);
            if (scene.twice && random.nextInt(8) == 0) {
                options = options.resend(Resends.every(Duration.ofMillis(1 + random.nextInt(5))));
            }
            try {
                if (scene.keeper != Keeper.OFF && random.nextInt(3) == 0) {
                    later(number, options, manner, filling);
                } else {
                    check(number, call(number, options, manner, filling));
                }
            } catch (StageTimeoutException e) {
                timedOut(hasTime, e);
            } catch (CancellationException e) {
                count("cancelled");
            } catch (SourceFailedException e) {
                count("failed");
                LockSupport.parkNanos(1_000_000);
            } catch (TokenInUseException e) {
                count("refused");
            } catch (InterruptedException e) {
                count("interrupted");
            } catch (IOException e) {
                Thread.interrupted();
                count("not sent");
                LockSupport.parkNanos(100_000);
            } catch (Throwable e) {
                wrong.compareAndSet(null, trace(e));
            }
        }

        private void timedOut(boolean hasTime, Throwable e) {
            count("timed out");
            if (hasTime) {
                wrong.compareAndSet(null, trace(e));
            }
        }

        /** Asks by a future, which perhaps is cancelled or left alone. */
        private void later(long number, CallOptions<Frame> options, byte manner, int filling) throws Exception {
            CompletableFuture<Frame> answer = callAsync(number, options, manner, filling);
            if (random.nextInt(4) == 0) {
                LockSupport.parkNanos(random.nextInt(200_000));
                answer.cancel(true);
            }
            try {
                check(number, Patience.get(answer.thenApply(frame -> frame)));
            } catch (ExecutionException e) {
                if (e.getCause() instanceof Exception cause) {
                    throw cause;
                }
                throw e;
            } finally {
                answer.cancel(true);
            }
        }

        private void check(long number, Frame answer) {
            count("answered");
            if (answer.getLong(NUMBER) != number) {
                wrong.compareAndSet(null, "question " + number + " got the answer to " + answer.getLong(NUMBER));
            }
        }

        private Frame call(long number, CallOptions<Frame> options, byte manner, int filling) throws Exception {
            TcpSender sender = stage.backdoor(TcpSender.class);
            if (scene.order) {
                return inOrder().call(options, () -> sender.sendInOrder(question(0, number, manner, filling)));
            }
            int token = token();
            return byField().call(token, options, () -> sender.send(question(token, number, manner, filling)));
        }

        private CompletableFuture<Frame> callAsync(long number, CallOptions<Frame> options, byte manner, int filling)
                throws Exception {
            TcpSender sender = stage.backdoor(TcpSender.class);
            if (scene.order) {
                return inOrder().callAsync(options, () -> sender.sendInOrder(question(0, number, manner, filling)));
            }
            int token = token();
            return byField().callAsync(token, options, () -> sender.send(question(token, number, manner, filling)));
        }

        /** One of a few, or one of its own where a second answer could be taken for the next one's. */
        private int token() {
            return scene.twice ? tokens.incrementAndGet() : random.nextInt(300);
        }

        @SuppressWarnings("unchecked") // see the scene
        private Stage<Long, Frame> inOrder() {
            return (Stage<Long, Frame>) stage;
        }

        @SuppressWarnings("unchecked") // see the scene
        private Stage<Integer, Frame> byField() {
            return (Stage<Integer, Frame>) stage;
        }
    }

    private static String trace(Throwable e) {
        var trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }

    // the peer

    /** The peer's side of one connection. */
    private final class Host {

        private final Scene scene;
        private final Peer.Line line;
        private final SplittableRandom random;
        private final AtomicBoolean tame;
        private final List<byte[]> held = new ArrayList<>();

        /** How many more questions it answers before it does something to the connection. */
        private int patience;

        Host(Scene scene, Peer.Line line, SplittableRandom random, AtomicBoolean tame, boolean first) {
            this.scene = scene;
            this.line = line;
            this.random = random;
            this.tame = tame;
            int lives = scene.connections == 1 ? 2_000 : 300;
            this.patience = first ? 1 + random.nextInt(lives) : random.nextInt(lives);
        }

        void talk() throws IOException {
            try {
                if (scene.holds) {
                    line.write(new byte[] {(byte) line.in.read()});
                }
                while (hears()) {
                    // goes on
                }
            } finally {
                if (random.nextBoolean()) {
                    line.reset();
                }
                line.close();
            }
        }

        /** Hears a question; returns whether it goes on. */
        private boolean hears() throws IOException {
            int first = line.in.read();
            if (first < 0) {
                return false;
            }
            byte[] question = new byte[2 + (first << 8 | line.in.read())];
            line.in.readFully(question, 2, question.length - 2);
            if (!tame.get()) {
                if (patience-- <= 0) {
                    return endsBadly(question);
                }
                if (random.nextInt(200) == 0) {
                    LockSupport.parkNanos(random.nextInt(10_000_000));
                }
            }
            answer(question);
            if (random.nextInt(4) == 0 && !tame.get() && patience == 0) {
                return false; // while no question is open, perhaps
            }
            if (line.in.available() == 0 || held.size() > 8) {
                flush();
            }
            return true;
        }

        private void answer(byte[] question) {
            byte[] answer = Arrays.copyOf(question, ANSWER_SIZE);
            ByteBuffer.wrap(answer).putShort((short) (ANSWER_SIZE - 2));
            boolean losesIt = !scene.order && question[MANNER] == MAY_BE_LOST && random.nextInt(20) == 0;
            if (!losesIt || tame.get()) {
                held.add(answer);
            }
            if (scene.twice && random.nextInt(20) == 0) {
                held.add(answer);
            }
        }

        private void flush() throws IOException {
            if (!scene.order) {
                Collections.shuffle(held, new Random(random.nextLong()));
            }
            var glued = new ByteArrayOutputStream();
            held.forEach(glued::writeBytes);
            held.clear();
            write(glued.toByteArray());
        }

        private void write(byte[] bytes) throws IOException {
            int cut = bytes.length > 0 && random.nextInt(4) == 0 ? random.nextInt(bytes.length) : 0;
            if (cut > 0) {
                line.write(Arrays.copyOf(bytes, cut));
                Thread.yield();
            }
            line.write(Arrays.copyOfRange(bytes, cut, bytes.length));
        }

        private boolean endsBadly(byte[] question) throws IOException {
            switch (random.nextInt(6)) {
                case 0 -> line.reset();
                case 1 -> { // in the middle of an answer
                    answer(question);
                    flush();
                    line.write(new byte[] {0, ANSWER_SIZE - 2, 0});
                }
                case 2 -> line.write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                case 3 -> { // after the answer
                    answer(question);
                    flush();
                }
                case 4 -> line.write(new byte[] {-1, -1, 0, 0});
                default -> line.socket.shutdownOutput();
            }
            return false;
        }
    }
}
