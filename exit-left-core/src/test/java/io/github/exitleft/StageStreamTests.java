package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.test.QueueSource;
import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.SkipException;

/** The messages of one token as a stream: the verification of Reactive Streams, and what the stage adds to it. */
class StageStreamTests extends NoteFixture {

    private Stage<Integer, Note> kept(UnaryOperator<StageBuilder<Integer, Note>> settings) {
        return stage(builder -> settings.apply(builder.keeper(Keeper.ALWAYS)));
    }

    private Stage<Integer, Note> kept() {
        return kept(builder -> builder);
    }

    private static Heard subscribe(Flow.Publisher<Note> publisher, long first) {
        var heard = new Heard(first);
        publisher.subscribe(heard);
        return heard;
    }

    /** Runs each test of the TestNG class as one of Jupiter's; those that it skips are skipped, and most may not be. */
    @TestFactory
    Stream<DynamicTest> verificationOfReactiveStreams_passes() {
        var executed = new AtomicInteger();
        Stream<DynamicTest> all = Stream.of(ForkJoinPool.commonPool(), (Executor) Runnable::run)
                .flatMap(executor -> {
                    String where = executor == ForkJoinPool.commonPool() ? "in the pool: " : "on the head's thread: ";
                    return Arrays.stream(Verification.class.getMethods())
                            .filter(method -> method.isAnnotationPresent(org.testng.annotations.Test.class))
                            .filter(method -> !method.getName().contains("DropAllReferences")) // see below: it sleeps
                            .sorted(Comparator.comparing(Method::getName))
                            .map(method -> DynamicTest.dynamicTest(
                                    where + method.getName(),
                                    () -> verify(new Verification(executor), method, executed)));
                });
        // of 37 for each executor, of which it skips 21: what is optional, and what only streams with an end are asked
        // for
        var enough = DynamicTest.dynamicTest(
                "most of them were executed", () -> assertThat(executed).hasValueGreaterThan(30));
        return Stream.concat(all, Stream.of(enough)); // which run in this order
    }

    private static void verify(Verification verification, Method method, AtomicInteger executed) throws Throwable {
        verification.setUp();
        try {
            method.invoke(verification);
            executed.incrementAndGet();
        } catch (InvocationTargetException e) {
            Assumptions.assumeFalse(e.getCause() instanceof SkipException, String.valueOf(e.getCause()));
            throw e.getCause();
        } finally {
            verification.end();
        }
    }

    /** A stream of as many messages as are asked for, which does not end by itself. */
    private static final class Verification extends FlowPublisherVerification<Integer> {

        private final Executor executor;
        private final List<Stage<Integer, Integer>> stages = new CopyOnWriteArrayList<>();

        Verification(Executor executor) {
            super(new TestEnvironment(Patience.LIMIT.toMillis(), 100, 100));
            this.executor = executor;
        }

        void end() {
            stages.forEach(Stage::close);
        }

        private Stage<Integer, Integer> stage(QueueSource<Integer> source) {
            Stage<Integer, Integer> stage = Stage.builder("flow", Integer.class, source, message -> 1)
                    .keeper(Keeper.ALWAYS)
                    .mailbox(10_000, Overflow.DROP_NEWEST)
                    .executor(executor)
                    .build();
            stages.add(stage);
            return stage;
        }

        @Override
        public Flow.Publisher<Integer> createFlowPublisher(long elements) {
            var source = new QueueSource<Integer>();
            Flow.Publisher<Integer> messages = stage(source).messages(1);
            return subscriber -> {
                messages.subscribe(subscriber);
                for (int i = 0; i < Math.min(elements, 5_000); i++) {
                    source.add(i);
                }
            };
        }

        @Override
        public Flow.Publisher<Integer> createFailedFlowPublisher() {
            Stage<Integer, Integer> stage = stage(new QueueSource<>());
            stage.close();
            return stage.messages(1);
        }

        @Override
        public long maxElementsFromPublisher() {
            return publisherUnableToSignalOnComplete();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cancelledFlow_dropsAllReferencesToTheSubscriber(boolean inThePool) { // §3.13 of the specification
        Stage<Integer, Note> stage =
                kept(builder -> builder.executor(inThePool ? ForkJoinPool.commonPool() : Runnable::run));
        WeakReference<Heard> subscriber = subscribedAndCancelled(stage);

        await().untilAsserted(() -> {
            System.gc();
            assertThat(subscriber.get()).isNull();
        });
    }

    private WeakReference<Heard> subscribedAndCancelled(Stage<Integer, Note> stage) {
        Heard heard = subscribe(stage.messages(1), 10);
        add(1, "heard");
        await().untilAsserted(() -> assertThat(heard.texts).hasSize(1));
        heard.subscription.cancel();
        return new WeakReference<>(heard);
    }

    @Test
    void flowMessages_comeAsTheyAreRequested() {
        Stage<Integer, Note> stage = kept();
        Heard heard = subscribe(stage.messages(1), 2);
        for (int i = 0; i < 5; i++) {
            add(1, "n" + i);
        }
        add(2, "unknown");
        await().untilAsserted(() -> assertThat(unclaimed).hasSize(1));
        await().untilAsserted(() -> assertThat(heard.texts).containsExactly("n0", "n1"));

        heard.subscription.request(1);
        await().untilAsserted(() -> assertThat(heard.texts).containsExactly("n0", "n1", "n2"));
        heard.subscription.request(Long.MAX_VALUE);
        await().untilAsserted(() -> assertThat(heard.texts).containsExactly("n0", "n1", "n2", "n3", "n4"));
        add(1, "n5");
        await().untilAsserted(() -> assertThat(heard.texts).hasSize(6));

        assertThat(stage.snapshot(0).messages()).containsEntry(MessageOutcome.DELIVERED, 6L);
        heard.subscription.cancel();
    }

    @Test
    void m2_messagesNotRequested_areBoundByTheMailboxAndTheRestIsCounted() {
        Stage<Integer, Note> stage = kept(builder -> builder.mailbox(3, Overflow.DROP_OLDEST));
        Heard heard = subscribe(stage.messages(1), 0);
        for (int i = 0; i < 5; i++) {
            add(1, "n" + i);
        }
        await().untilAsserted(
                        () -> assertThat(count(stage, MessageOutcome.OVERFLOW)).isEqualTo(2));

        heard.subscription.request(10);

        await().untilAsserted(() -> assertThat(heard.texts).containsExactly("n2", "n3", "n4"));
        heard.subscription.cancel();
    }

    @Test
    void cancelledFlow_freesTheTokenAtOnceAndAbandonsItsMessages() {
        Stage<Integer, Note> stage = kept();
        Heard heard = subscribe(stage.messages(1), 1);
        add(1, "heard");
        add(1, "left");
        add(2, "unknown");
        await().untilAsserted(() -> assertThat(unclaimed).hasSize(1));
        await().untilAsserted(() -> assertThat(heard.texts).hasSize(1));

        heard.subscription.cancel();

        assertThat(stage.snapshot(0).role().tickets()).as("at once").isZero();
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.UNKNOWN, MessageOutcome.ABANDONED);
        heard.subscription.request(10);
        heard.subscription.cancel();
        Heard next = subscribe(stage.messages(1), 10);
        add(1, "another's");
        await().untilAsserted(() -> assertThat(next.texts).containsExactly("another's"));
        assertThat(heard.texts).hasSize(1);
        next.subscription.cancel();
    }

    @Test
    void s7_secondSubscriberAtTheSameTime_isRefused() {
        Stage<Integer, Note> stage = kept();
        Flow.Publisher<Note> messages = stage.messages(1);
        Heard first = subscribe(messages, 10);
        Heard second = subscribe(messages, 10);

        assertThat(second.errors).hasSize(1);
        assertThat(second.errors.get(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("live ticket");
        add(1, "for the first");
        await().untilAsserted(() -> assertThat(first.texts).hasSize(1));
        first.subscription.cancel();
    }

    @Test
    void m4_messageThatFailsTheCheck_isForeign() {
        Stage<Integer, Note> stage = kept();
        Heard heard = subscribe(stage.messages(1, note -> note.text().startsWith("good")), 10);
        add(1, "forged");
        add(1, "good");

        await().untilAsserted(() -> assertThat(heard.texts).containsExactly("good"));
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.FOREIGN);
        heard.subscription.cancel();
    }

    @Test
    void flowWithoutAKeeper_isAnError() {
        Heard heard = subscribe(stage().messages(1), 1);

        assertThat(heard.subscription).isNotNull();
        assertThat(heard.errors).hasSize(1);
        assertThat(heard.errors.get(0)).hasMessageContaining("has no keeper");
    }

    @Test
    void keeperSwitchedOffUnderAStream_readsForItUntilItIsCancelled() {
        Stage<Integer, Note> stage = kept();
        Heard heard = subscribe(stage.messages(1), 10);
        await().until(() -> keeperHeads(stage));

        stage.keeper(Keeper.OFF);

        for (int i = 0; i < 3; i++) {
            int expected = i + 1;
            add(1, "n" + i);
            await().untilAsserted(() -> assertThat(heard.texts).hasSize(expected));
        }
        assertThat(subscribe(stage.messages(2), 1).errors)
                .singleElement()
                .satisfies(refused -> assertThat(refused).hasMessageContaining("has no keeper"));
        heard.subscription.cancel();
        source.wakeup();
        await().untilAsserted(() -> assertThat(keepers(stage)).isEmpty());
        assertThat(heard.errors).isEmpty();
    }

    @Test
    void m6_failureOfTheSource_isAnErrorAfterWhatWasAskedFor() {
        Stage<Integer, Note> stage = kept();
        var cause = new IOException("cable cut");
        Heard heard = subscribe(stage.messages(1), 10);
        add(1, "in time");
        queue.fail(cause);

        await().untilAsserted(() -> assertThat(heard.errors).hasSize(1));
        assertThat(heard.errors.get(0))
                .isInstanceOf(SourceFailedException.class)
                .hasCause(cause);
        assertThat(heard.texts).containsExactly("in time");
        await().untilAsserted(
                        () -> assertThat(stage.snapshot(0).role().tickets()).isZero());
    }

    @Test
    void s16_close_isAnErrorWithOrWithoutDemand() {
        Stage<Integer, Note> stage = kept();
        Heard asking = subscribe(stage.messages(1), 10);
        Heard silent = subscribe(stage.messages(2), 0);

        stage.close();

        for (Heard heard : List.of(asking, silent)) {
            await().untilAsserted(() -> assertThat(heard.errors).hasSize(1));
            assertThat(heard.errors.get(0)).isInstanceOf(StageClosedException.class);
        }
    }

    @Test
    void m9_subscriberThatThrows_isCountedAndItsTokenFreed() {
        Stage<Integer, Note> stage = kept();
        var calls = new AtomicInteger();
        stage.messages(1).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(10);
            }

            @Override
            public void onNext(Note note) {
                calls.incrementAndGet();
                throw new IllegalStateException("of the subscriber");
            }

            @Override
            public void onError(Throwable thrown) {
                calls.addAndGet(100);
            }

            @Override
            public void onComplete() {
                calls.addAndGet(100);
            }
        });
        add(1, "one");

        await().untilAsserted(() ->
                assertThat(stage.snapshot(0).role().callbackFailures()).isEqualTo(1));
        await().untilAsserted(
                        () -> assertThat(stage.snapshot(0).role().tickets()).isZero());
        assertThat(calls).hasValue(1);
    }

    /** A token whose hash can't be computed any more once it is broken. */
    private record Fragile(int number, AtomicBoolean broken) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Fragile that && number == that.number;
        }

        @Override
        public int hashCode() {
            if (broken.get()) {
                throw new UnsupportedOperationException("hash");
            }
            return number;
        }
    }

    @Test
    void m9_tokenThatThrowsWhenItsStreamEnds_isCountedAndTheSubscriberHearsOfTheEnd() {
        var broken = new AtomicBoolean();
        Stage<Fragile, Note> stage = build(Stage.<Fragile, Note>builder(
                        "fragile", Fragile.class, source, note -> new Fragile(note.token(), broken))
                .issuer(() -> new Fragile(2, broken)) // so that its token is to be freed for others
                .keeper(Keeper.ALWAYS));
        Heard heard = subscribe(stage.messages(new Fragile(1, broken)), 0);
        broken.set(true);
        stage.close();
        await().untilAsserted(() -> assertThat(heard.errors).hasSize(1));
        assertThat(heard.errors.get(0)).isInstanceOf(StageClosedException.class);
        assertThat(stage.snapshot(0).role().callbackFailures()).isPositive();
    }

    @Test
    void flowSubscriberThatThrowsAtOnce_hasNoTicketAfterwards() {
        Stage<Integer, Note> stage = kept();
        var heard = new Heard(0) {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                throw new IllegalStateException(Objects.toString(given));
            }
        };

        assertThatThrownBy(() -> stage.messages(1).subscribe(heard)).isInstanceOf(IllegalStateException.class);
        assertThat(stage.snapshot(0).role().tickets()).isZero();
    }
}
