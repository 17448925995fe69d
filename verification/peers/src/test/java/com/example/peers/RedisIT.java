package com.example.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot;
import io.github.exitleft.CallOptions;
import io.github.exitleft.Keeper;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.OnFailure;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.FrameTokens;
import io.github.exitleft.tcp.TcpSender;
import io.github.exitleft.tcp.TcpSource;
import io.github.exitleft.testing.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many callers of a Redis server on one connection, whose answers have no ids. */
class RedisIT {

    /** How many values are asked for; {@code -Dexitleft.peers.gets=1000000} is the long run. */
    private static final int GETS = Integer.getInteger("exitleft.peers.gets", 30_000);

    private static final int CALLERS = 64;

    /** How many questions a caller asks before it waits for the first answer, in every other lot. */
    private static final int LOT = 25;

    @RegisterExtension
    static final Redis REDIS = new Redis();

    private Stage<Long, Frame> redis;
    private TcpSender port;

    @BeforeEach
    void open() throws Exception {
        TcpSource source = TcpSource.builder()
                .remote(REDIS.address())
                .framing(Redis.RESP)
                .sendTimeout(Patience.LIMIT)
                .open();
        this.port = source.backdoor();
        this.redis = Stage.builder("redis", Long.class, source, FrameTokens.order())
                .defaultTimeout(Patience.FOR_EVER)
                .classifier(reply -> reply.get(0) == '-' ? new IllegalStateException(Redis.text(reply)) : null)
                .onFailure(OnFailure.REOPEN)
                .keeper(Keeper.ALWAYS)
                .build();
        populate();
    }

    /** Sets each of the keys to a value of its own. */
    private void populate() throws Exception {
        assertThat(ask("DEBUG", "POPULATE", Integer.toString(GETS), "key")).isEqualTo("+OK");
    }

    @AfterEach
    void close() {
        if (this.redis != null) {
            this.redis.close();
        }
    }

    private String ask(String... words) throws Exception {
        return Redis.text(this.redis.call(() -> this.port.sendInOrder(Redis.command(words))));
    }

    private CompletableFuture<Frame> askAsync(CallOptions<Frame> options, String... words) throws Exception {
        return this.redis.callAsync(options, () -> this.port.sendInOrder(Redis.command(words)));
    }

    private static CallOptions<Frame> within(Duration timeout) {
        return CallOptions.<Frame>defaults().timeout(timeout);
    }

    private void get(int number) throws Exception {
        assertThat(ask("GET", "key:" + number)).isEqualTo("value:" + number);
    }

    private long count(MessageOutcome outcome) {
        return this.redis.snapshot(0).messages().get(outcome);
    }

    private interface Body {
        void run(int caller) throws Exception;
    }

    private static void withCallers(Body body) throws Exception {
        List<FutureTask<Void>> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            int caller = i;
            var task = new FutureTask<Void>(() -> {
                body.run(caller);
                return null;
            });
            callers.add(task);
            var thread = new Thread(task, "caller-" + i);
            thread.setDaemon(true);
            thread.start();
        }
        for (FutureTask<Void> caller : callers) {
            // for as long as the run takes
            caller.get();
        }
    }

    @Test
    void m1_callersWithoutIds_eachGetTheValuesOfTheirOwnKeys() throws Exception {
        var next = new AtomicInteger();
        long begin = System.nanoTime();
        withCallers(caller -> {
            for (int first = next.getAndAdd(LOT); first < GETS; first = next.getAndAdd(LOT)) {
                int end = Math.min(first + LOT, GETS);
                if (first / LOT % 2 == 0) {
                    for (int number = first; number < end; number++) {
                        get(number);
                    }
                    continue;
                }
                List<CompletableFuture<Frame>> answers = new ArrayList<>();
                for (int number = first; number < end; number++) {
                    answers.add(askAsync(CallOptions.defaults(), "GET", "key:" + number));
                }
                for (int number = first; number < end; number++) {
                    assertThat(Redis.text(Patience.get(answers.get(number - first))))
                            .isEqualTo("value:" + number);
                }
            }
        });
        System.out.printf(
                "redis: %,d answers in %,d ms%n",
                GETS, Duration.ofNanos(System.nanoTime() - begin).toMillis());
        // one that populated
        assertThat(count(MessageOutcome.DELIVERED)).isEqualTo(GETS + 1L);
        assertThat(sum(this.redis.snapshot(0).messages())).isEqualTo(GETS + 1L);
        assertThat(this.redis.source()).containsEntry("reconnects", 0L);
    }

    private static long sum(Map<MessageOutcome, Long> messages) {
        return messages.values().stream().mapToLong(Long::longValue).sum();
    }

    @Test
    void m3_timeoutsAndCancelsWhileTheServerSleeps_giveTheirAnswersToNoOtherCaller() throws Exception {
        var given = new AtomicLong();
        var asked = new AtomicLong(1);
        for (int round = 0; round < 3; round++) {
            asked.incrementAndGet();
            CompletableFuture<Frame> sleep = askAsync(CallOptions.defaults(), "DEBUG", "SLEEP", "0.3");
            int base = round;
            withCallers(caller -> {
                var random = new SplittableRandom(CALLERS * base + caller);
                for (int i = 0; i < 20; i++) {
                    int number = random.nextInt(GETS);
                    asked.incrementAndGet();
                    Frame answer = random.nextBoolean()
                            ? orTimedOut(number, Duration.ofNanos(random.nextInt(20_000_000)))
                            : orCancelled(number, random.nextInt(1_000_000));
                    if (answer == null) {
                        given.incrementAndGet();
                    } else {
                        assertThat(Redis.text(answer)).isEqualTo("value:" + number);
                    }
                }
                asked.incrementAndGet();
                get(caller);
            });
            assertThat(Redis.text(Patience.get(sleep))).isEqualTo("+OK");
        }
        await().untilAsserted(
                        () -> assertThat(sum(this.redis.snapshot(0).messages())).isEqualTo(asked.get()));
        assertThat(count(MessageOutcome.DELIVERED)).isEqualTo(asked.get() - given.get());
        assertThat(count(MessageOutcome.LATE) + count(MessageOutcome.ABANDONED)).isEqualTo(given.get());
        assertThat(given.get()).isPositive();
        assertThat(this.redis.source()).containsEntry("reconnects", 0L);
    }

    private Frame orTimedOut(int number, Duration timeout) throws Exception {
        try {
            return this.redis.call(within(timeout), () -> this.port.sendInOrder(Redis.command("GET", "key:" + number)));
        } catch (StageTimeoutException e) {
            return null;
        }
    }

    private Frame orCancelled(int number, int nanos) throws Exception {
        CompletableFuture<Frame> answer = askAsync(CallOptions.defaults(), "GET", "key:" + number);
        LockSupport.parkNanos(nanos);
        answer.cancel(true);
        try {
            return Patience.get(answer);
        } catch (CancellationException e) {
            return null;
        }
    }

    @Test
    void m18_errorReplies_areTheirCallersException() throws Exception {
        assertThat(ask("SET", "text", "no number")).isEqualTo("+OK");

        assertThatThrownBy(() -> ask("INCR", "text"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("-ERR");

        get(7);
    }

    @Test
    void m6_serverThatIsKilled_isToldToEveryCallerAndTheStageComesBackWithIt() throws Exception {
        List<CompletableFuture<Frame>> waiting = new ArrayList<>();
        waiting.add(askAsync(CallOptions.defaults(), "DEBUG", "SLEEP", "100"));
        for (int i = 0; i < CALLERS; i++) {
            waiting.add(askAsync(CallOptions.defaults(), "GET", "key:" + i));
        }

        REDIS.kill();

        for (CompletableFuture<Frame> answer : waiting) {
            assertThatThrownBy(() -> Patience.get(answer))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(SourceFailedException.class);
        }
        REDIS.start();
        await().atMost(Patience.LIMIT).until(() -> this.redis.snapshot(0).role().state() == BareSnapshot.State.OPEN);
        populate();
        withCallers(caller -> {
            for (int i = 0; i < 20; i++) {
                get((20 * caller + i) % GETS);
            }
        });
        assertThat(this.redis.source()).containsEntry("reconnects", 1L);
    }
}
