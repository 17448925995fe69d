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
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** M19: Alice heads, by whatever executor; what runs for Bob runs in Bob's context. */
class StageContextTests extends NoteFixture {

    private static final ThreadLocal<String> USER = new ThreadLocal<>();

    /** All hand on, as Spring's do, the context of the thread that submits. */
    private enum Executors implements Executor {
        POOL {
            @Override
            public void execute(Runnable job) {
                ForkJoinPool.commonPool().execute(in(USER.get(), job));
            }
        },
        CALLER {
            @Override
            public void execute(Runnable job) {
                job.run();
            }
        },
        REJECTING {
            @Override
            public void execute(Runnable job) {
                throw new RejectedExecutionException("full");
            }
        },
        DROPPING {
            @Override
            public void execute(Runnable job) {
                // as if it were starved
            }
        }
    }

    private static Runnable in(String user, Runnable job) {
        return () -> {
            String before = USER.get();
            USER.set(user);
            try {
                job.run();
            } finally {
                USER.set(before);
            }
        };
    }

    private static UnaryOperator<Runnable> capture() {
        String captured = USER.get();
        return job -> in(captured, job);
    }

    private final ManualTimer timer = new ManualTimer();
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private Task<Note> alice;

    @BeforeEach
    void bobIsHere() {
        USER.set("bob");
    }

    @AfterEach
    void bobIsGone() {
        USER.remove();
    }

    /** A stage that Alice heads; it has a keeper only because it must, and Alice is there all the time. */
    private Stage<Integer, Note> headedByAlice(UnaryOperator<StageBuilder<Integer, Note>> settings) {
        Stage<Integer, Note> stage = stage(builder -> settings.apply(builder.keeper(Keeper.IDLE)
                .keeperIdle(Duration.ofHours(1))
                .timer(timer)
                .context(StageContextTests::capture)));
        alice = startHead(stage, () -> {
            USER.set("alice");
            Note note = stage.call(0, () -> {});
            assertThat(USER.get()).as("whatever was done on this thread").isEqualTo("alice");
            return note;
        });
        return stage;
    }

    private void aliceLeaves() throws Exception {
        add(0, "Alice's");
        alice.get();
    }

    private final class Heard implements Flow.Subscriber<Note> {

        volatile Flow.Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            seen.add("subscribed as " + USER.get());
            subscription = given;
            given.request(10);
        }

        @Override
        public void onNext(Note note) {
            seen.add(note.text() + " as " + USER.get());
        }

        @Override
        public void onError(Throwable thrown) {
            seen.add("failed as " + USER.get());
        }

        @Override
        public void onComplete() {}
    }

    @ParameterizedTest
    @EnumSource(Executors.class)
    void m19_answer_isToldInTheContextOfTheCall(Executors executor) throws Exception {
        Stage<Integer, Note> stage = headedByAlice(builder -> builder.executor(executor));
        CompletableFuture<String> user = stage.callAsync(
                        1, CallOptions.<Note>defaults().timeout(Duration.ofSeconds(1)), () -> {})
                .thenApply(note -> note.text() + " as " + USER.get());
        add(1, "answer");
        add(2, "shows that the first has been filed");
        await().untilAsserted(() -> assertThat(unclaimed).hasSize(1));
        USER.set("somebody else");
        timer.advance(Duration.ofSeconds(1));
        timer.advance(Duration.ofNanos(AsyncWaits.GRACE_NANOS));

        assertThat(Patience.get(user)).isEqualTo("answer as bob");
        assertThat(USER.get()).as("put back").isEqualTo("somebody else");
        aliceLeaves();
    }

    @ParameterizedTest
    @EnumSource(Executors.class)
    void m19_timeout_isToldInTheContextOfTheCall(Executors executor) throws Exception {
        Stage<Integer, Note> stage = headedByAlice(builder -> builder.executor(executor));
        CompletableFuture<String> user = stage.callAsync(
                        1, CallOptions.<Note>defaults().timeout(Duration.ofSeconds(1)), () -> {})
                .handle((note, thrown) -> thrown.getClass().getSimpleName() + " as " + USER.get());
        USER.set("somebody else");
        timer.advance(Duration.ofSeconds(1));
        timer.advance(Duration.ofNanos(AsyncWaits.GRACE_NANOS));

        assertThat(Patience.get(user)).isEqualTo("StageTimeoutException as bob");
        aliceLeaves();
    }

    @ParameterizedTest
    @EnumSource(value = Executors.class, names = "DROPPING", mode = EnumSource.Mode.EXCLUDE)
    void m19_resends_areSentInTheContextOfTheCall(Executors executor) throws Exception {
        Stage<Integer, Note> stage = headedByAlice(builder -> builder.executor(executor));
        CallOptions<Note> options = CallOptions.<Note>defaults().resend(Resends.every(Duration.ofSeconds(1)));
        CompletableFuture<Note> future = stage.callAsync(1, options, () -> seen.add("sent as " + USER.get()));
        USER.set("somebody else");

        timer.advance(Duration.ofSeconds(1));
        await().untilAsserted(() -> assertThat(seen).hasSize(2));
        await().untilAsserted(() -> assertThat(timer.pending()).isEqualTo(2));
        timer.advance(Duration.ofSeconds(1));
        await().untilAsserted(() -> assertThat(seen).hasSize(3));

        assertThat(seen).containsOnly("sent as bob");
        future.cancel(true);
        aliceLeaves();
    }

    @ParameterizedTest
    @EnumSource(value = Executors.class, names = "DROPPING", mode = EnumSource.Mode.EXCLUDE)
    void m19_stream_isHeardInTheContextOfItsSubscription(Executors executor) throws Exception {
        Stage<Integer, Note> stage = headedByAlice(builder -> builder.executor(executor));
        stage.messages(1).subscribe(new Heard());
        USER.set("somebody else");

        add(1, "one");
        await().untilAsserted(() -> assertThat(seen).hasSize(2));
        add(1, "two");
        await().untilAsserted(() -> assertThat(seen).hasSize(3));
        queue.fail(new IOException("cable cut"));
        await().untilAsserted(() -> assertThat(seen).hasSize(4));

        assertThat(seen).containsExactly("subscribed as bob", "one as bob", "two as bob", "failed as bob");
        alice.failure();
    }

    @Test
    void m19_closeByAnother_isToldInTheContextOfTheCall() throws Exception {
        Stage<Integer, Note> stage = headedByAlice(builder -> builder.executor(Executors.CALLER));
        CompletableFuture<String> user =
                stage.callAsync(1, () -> {}).handle((note, thrown) -> String.valueOf(USER.get()));
        USER.set("somebody else");

        stage.close();

        assertThat(Patience.get(user)).isEqualTo("bob");
        alice.failure();
    }

    @Test
    void m19_callerWithoutAContext_getsNoOthersContext() throws Exception {
        Stage<Integer, Note> stage = headedByAlice(builder -> builder.executor(Executors.POOL));
        USER.remove();
        CompletableFuture<String> user = stage.callAsync(1, () -> {}).thenApply(note -> "user " + USER.get());
        add(1, "answer");

        assertThat(Patience.get(user)).isEqualTo("user null");
        aliceLeaves();
    }

    // contexts that fail

    @Test
    void m19_contextThatCantBeRestored_endsTheCallInNone() throws Exception {
        Stage<Integer, Note> stage = headedByAlice(builder -> builder.executor(Executors.POOL)
                .context(() -> job -> () -> {
                    throw new IllegalStateException("of the context");
                }));
        CompletableFuture<String> user = stage.callAsync(1, () -> {}).thenApply(note -> "user " + USER.get());
        add(1, "answer");

        assertThat(Patience.get(user)).isEqualTo("user null");
        assertThat(stage.snapshot(0).role().callbackFailures()).isEqualTo(1);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.SIGNALLED, 1L);
        aliceLeaves();
    }

    @Test
    void m19_contextThatCantBeCaptured_refusesTheCallBeforeAnythingIsSent() throws Exception {
        Stage<Integer, Note> stage = headedByAlice(builder -> builder.context(() -> {
            throw new IllegalStateException("no context");
        }));
        var sends = new AtomicInteger();

        assertThatThrownBy(() -> stage.callAsync(1, sends::incrementAndGet)).hasMessage("no context");
        stage.messages(1).subscribe(new Heard());

        assertThat(sends).hasValue(0);
        assertThat(seen).containsExactly("subscribed as bob", "failed as bob");
        assertThat(stage.snapshot(0).role().tickets()).as("Alice's").isEqualTo(1);
        aliceLeaves();
    }
}
