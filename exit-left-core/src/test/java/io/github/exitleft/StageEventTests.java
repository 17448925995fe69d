package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** M15: messages that are readable and for no caller are handed on outside the head, within a bound. */
class StageEventTests extends NoteFixture {

    private static final Predicate<Note> IS_EVENT = note -> note.text().startsWith("event");
    private static final TokenReader<Integer, Note> READER =
            ((TokenReader<Integer, Note>) Note::token).withEvents(IS_EVENT);

    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    private Stage<Integer, Note> eventful(UnaryOperator<StageBuilder<Integer, Note>> settings) {
        return stage(READER, builder -> settings.apply(builder.events(this::handle)));
    }

    private void handle(Note event) {
        handled.add(event.text());
    }

    /** Handles its first event for as long as the test likes. */
    private void handleSlowly(Note event) throws InterruptedException {
        begun.countDown();
        Patience.await(goOn);
        handle(event);
    }

    private void event(int number) {
        queue.add(new Note(null, "event " + number));
    }

    private static List<String> events(int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(number -> "event " + number)
                .toList();
    }

    private static void counts(Stage<?, ?> stage, MessageOutcome outcome, long expected) {
        await().untilAsserted(() -> assertThat(count(stage, outcome)).isEqualTo(expected));
    }

    // what is an event, and what is none

    @Test
    void m15_messageThatItsReaderCallsAnEvent_goesToTheHandlerAndIsNotUnclaimed() throws Exception {
        Stage<Integer, Note> stage = eventful(builder -> builder);
        event(1);
        add(7, "event whatever its token");

        readAll(stage);

        counts(stage, MessageOutcome.EVENT, 2);
        await().untilAsserted(() -> assertThat(handled).containsExactly("event 1", "event whatever its token"));
        assertThat(count(stage, MessageOutcome.UNREADABLE)).isZero();
        assertThat(count(stage, MessageOutcome.UNKNOWN)).isZero();
        assertThat(unclaimed).isEmpty();
    }

    @Test
    void m15_eventOfAStageWithoutAHandler_isCounted() throws Exception {
        Stage<Integer, Note> stage = stage(READER, builder -> builder);
        event(1);

        readAll(stage);

        assertThat(count(stage, MessageOutcome.EVENT)).isEqualTo(1);
        assertThat(unclaimed).isEmpty();
    }

    @Test
    void m15_messageWithoutATokenThatIsNoEvent_isUnreadable() throws Exception {
        Stage<Integer, Note> stage = eventful(builder -> builder);
        queue.add(new Note(null, "noise"));

        readAll(stage);

        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.UNREADABLE);
        assertThat(handled).isEmpty();
    }

    @Test
    void m15_readerThatKnowsNoEvents_isAskedForNone() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.events(this::handle));
        event(1);

        readAll(stage);

        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.UNREADABLE);
    }

    @Test
    void m15_readerThatThrowsWhenAskedForEvents_makesTheMessageUnreadable() throws Exception {
        var thrown = new IllegalStateException("too short");
        TokenReader<Integer, Note> reader = new TokenReader<>() {
            @Override
            public Integer read(Note note) {
                return note.token();
            }

            @Override
            public boolean isEvent(Note note) {
                throw thrown;
            }
        };
        Stage<Integer, Note> stage = stage(reader, builder -> builder.events(this::handle));
        event(1);
        stage.call(1, () -> add(1, "has a token, and is not asked about"));

        assertThat(unclaimed).singleElement().satisfies(left -> {
            assertThat(left.outcome()).isEqualTo(MessageOutcome.UNREADABLE);
            assertThat(left.cause()).isSameAs(thrown);
        });
        assertThat(stage.snapshot(0).role().callbackFailures()).isZero();
    }

    @Test
    void m15_readerWithEventsOnTopOfOthers_knowsBoth() throws Exception {
        TokenReader<Integer, Note> both = READER.withEvents(note -> note.text().equals("notice"));

        assertThat(both.isEvent(new Note(null, "notice"))).isTrue();
        assertThat(both.isEvent(new Note(null, "event 1"))).isTrue();
        assertThat(both.isEvent(new Note(null, "noise"))).isFalse();
        assertThat(both.read(new Note(1, "notice"))).isNull();
        assertThat(both.read(new Note(1, "answer"))).isEqualTo(1);
    }

    @Test
    void m7_timeoutAfterAnEvent_doesNotCallItUnclaimed() {
        Stage<Integer, Note> stage = eventful(builder -> builder);
        event(1);

        assertThatThrownBy(() -> stage.call(1, CallOptions.<Note>defaults().timeout(Duration.ZERO), () -> {}))
                .isInstanceOf(StageTimeoutException.class)
                .hasMessageContaining("1 message received meanwhile (0 unclaimed)");
        counts(stage, MessageOutcome.EVENT, 1);
    }

    // where and how they are handled

    @Test
    void m15_events_areHandledOneAtATimeInTheirOrder() throws Exception {
        var busy = new AtomicBoolean();
        var together = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            Stage<Integer, Note> stage = stage(
                    READER,
                    builder -> builder.keeper(Keeper.ALWAYS).executor(threads).events(event -> {
                        if (!busy.compareAndSet(false, true)) {
                            together.set(true);
                        }
                        handle(event);
                        busy.set(false);
                    }));
            for (int i = 1; i <= 1_000; i++) {
                event(i);
            }

            await().untilAsserted(() -> assertThat(handled).hasSize(1_000));
            assertThat(handled).isEqualTo(events(1, 1_000));
            assertThat(together).isFalse();
            counts(stage, MessageOutcome.EVENT, 1_000);
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void m15_executorThatRunsInPlace_doesNotPutTheHandlerOnTheHead() throws Exception {
        Stage<Integer, Note> stage =
                stage(READER, builder -> builder.executor(Runnable::run).events(this::handleSlowly));

        event(1);
        stage.call(1, () -> add(1, "answer while the event is being handled"));

        Patience.await(begun);
        assertThat(handled).isEmpty();
        goOn.countDown();
        await().untilAsserted(() -> assertThat(handled).containsExactly("event 1"));
    }

    @Test
    void m19_executorThatHandsOnItsSubmittersContext_hasNoCallersToHandOn() throws Exception {
        var context = new InheritableThreadLocal<String>();
        var captures = new AtomicInteger();
        var seen = new CompletableFuture<String>();
        Executor propagating = job -> {
            String submitters = context.get();
            var thread = new Thread(
                    null,
                    () -> {
                        context.set(submitters);
                        job.run();
                    },
                    "propagating",
                    0,
                    false);
            thread.start();
        };
        Stage<Integer, Note> stage = stage(
                READER,
                builder -> builder.executor(propagating)
                        .context(() -> {
                            captures.incrementAndGet();
                            return UnaryOperator.identity();
                        })
                        .events(event -> seen.complete("context " + context.get())));
        context.set("of the request that heads");
        event(1);

        readAll(stage);

        assertThat(Patience.get(seen)).isEqualTo("context null");
        assertThat(captures).hasValue(0);
    }

    @Test
    void m15_handlerThatThrows_isCountedAndGetsTheNextEvent() throws Exception {
        Stage<Integer, Note> stage = stage(
                READER,
                builder -> builder.events(event -> {
                    handle(event);
                    if (event.text().equals("event 1")) {
                        throw new AssertionError("an Error, and a user's");
                    }
                }));
        event(1);
        event(2);

        readAll(stage);

        await().untilAsserted(() -> assertThat(handled).containsExactly("event 1", "event 2"));
        counts(stage, MessageOutcome.EVENT, 2);
        assertThat(stage.snapshot(0).role().callbackFailures()).isEqualTo(1);
    }

    @Test
    void m15_handlerThatIsInterrupted_isNotInterruptedAtTheNextEvent() throws Exception {
        Stage<Integer, Note> stage = stage(
                READER,
                builder -> builder.events(event -> {
                    handled.add(event.text() + " " + Thread.currentThread().isInterrupted());
                    if (event.text().equals("event 1")) {
                        throw new InterruptedException();
                    }
                }));
        event(1);
        event(2);

        readAll(stage);

        await().untilAsserted(() -> assertThat(handled).containsExactly("event 1 false", "event 2 false"));
        assertThat(stage.snapshot(0).role().callbackFailures()).isEqualTo(1);
    }

    @Test
    void m15_handlerThatAsksTheStage_getsItsAnswer() throws Exception {
        var answer = new CompletableFuture<String>();
        var self = new CompletableFuture<Stage<Integer, Note>>();
        Stage<Integer, Note> stage = stage(
                READER,
                builder -> builder.events(event -> answer.complete(
                        self.get().call(1, () -> add(1, "answer")).text())));
        self.complete(stage);
        event(1);

        readAll(stage);

        assertThat(Patience.get(answer)).isEqualTo("answer");
    }

    // bounds, odd executors, close: each event has one outcome

    @Test
    void m15_eventsBeyondTheBound_areOverflowAndDelayNothing() throws Exception {
        Stage<Integer, Note> stage = stage(READER, builder -> builder.events(this::handleSlowly));
        event(0);
        readAll(stage);
        Patience.await(begun); // so that all others have to wait
        for (int i = 1; i <= Events.LIMIT + 3; i++) {
            event(i);
        }

        readAll(stage);

        assertThat(count(stage, MessageOutcome.OVERFLOW)).isEqualTo(3);
        assertThat(unclaimed).hasSize(3).allSatisfy(left -> {
            assertThat(left.outcome()).isEqualTo(MessageOutcome.OVERFLOW);
            assertThat(left.token()).isNull();
        });
        goOn.countDown();
        await().untilAsserted(() -> assertThat(handled).hasSize(Events.LIMIT + 1));
        assertThat(handled).isEqualTo(events(0, Events.LIMIT));
        counts(stage, MessageOutcome.EVENT, Events.LIMIT + 1);
    }

    @Test
    void m15_executorThatRejects_isCountedAndItsEventsAreHandedOn() throws Exception {
        Stage<Integer, Note> stage = eventful(builder -> builder.executor(job -> {
            throw new RejectedExecutionException("full");
        }));
        event(1);

        readAll(stage);

        await().untilAsserted(() -> assertThat(handled).containsExactly("event 1"));
        assertThat(stage.snapshot(0).role().callbackFailures()).isEqualTo(1);
    }

    @Test
    void m15_executorThatBlocks_holdsUpNoCaller() throws Exception {
        var submitter = new CompletableFuture<Thread>();
        Stage<Integer, Note> stage = eventful(builder -> builder.executor(job -> {
            submitter.complete(Thread.currentThread());
            try {
                Patience.await(goOn);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            job.run();
        }));
        event(1);

        assertThat(stage.call(1, () -> add(1, "answer")).text()).isEqualTo("answer");

        assertThat(Patience.get(submitter)).isNotSameAs(Thread.currentThread());
        goOn.countDown();
        counts(stage, MessageOutcome.EVENT, 1);
    }

    @Test
    void m15_eventsThatAStarvedExecutorDoesNotComeTo_areAbandonedByTheClose() throws Exception {
        var jobs = new ConcurrentLinkedQueue<Runnable>();
        Stage<Integer, Note> stage = eventful(builder -> builder.executor(jobs::add));
        event(1);
        event(2);
        assertThat(stage.call(1, () -> add(1, "answer")).text()).isEqualTo("answer");
        await().untilAsserted(() -> assertThat(jobs).hasSize(1));
        assertThat(count(stage, MessageOutcome.EVENT)).isZero();

        stage.close();
        jobs.remove().run();

        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.ABANDONED, MessageOutcome.ABANDONED);
        assertThat(count(stage, MessageOutcome.EVENT)).isZero();
        assertThat(handled).isEmpty();
    }

    @Test
    void m15_closeWhileAnEventIsHandled_abandonsTheOthers() throws Exception {
        Stage<Integer, Note> stage = stage(READER, builder -> builder.events(this::handleSlowly));
        event(1);
        event(2);
        readAll(stage);
        Patience.await(begun);

        stage.close();
        goOn.countDown();

        await().untilAsserted(() -> assertThat(handled).containsExactly("event 1"));
        counts(stage, MessageOutcome.EVENT, 1);
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.ABANDONED);
    }

    @Test
    void m15_eventReadWhenTheStageIsClosed_isAbandoned() {
        var self = new CompletableFuture<Stage<Integer, Note>>();
        TokenReader<Integer, Note> closing = ((TokenReader<Integer, Note>) Note::token).withEvents(note -> {
            self.join().close();
            return IS_EVENT.test(note);
        });
        Stage<Integer, Note> stage = stage(closing, builder -> builder.events(this::handle));
        self.complete(stage);
        event(1);

        assertThatThrownBy(() -> stage.call(1, () -> {})).isInstanceOf(StageClosedException.class);

        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.ABANDONED);
        assertThat(count(stage, MessageOutcome.EVENT)).isZero();
    }

    @Test
    void m15_handlerThatClosesTheStage_comesBack() throws Exception {
        var closed = new CountDownLatch(1);
        var self = new CompletableFuture<Stage<Integer, Note>>();
        Stage<Integer, Note> stage = stage(
                READER,
                builder -> builder.events(event -> {
                    self.get().close();
                    closed.countDown();
                }));
        event(1);
        event(2);
        readAll(stage);
        self.complete(stage);

        Patience.await(closed);

        assertThat(count(stage, MessageOutcome.EVENT)).isEqualTo(1);
        assertThat(count(stage, MessageOutcome.ABANDONED)).isEqualTo(1);
    }

    @Test
    void s19_eventForWhichThereIsNoThread_isHandedOnWithTheNextOne() throws Exception {
        var failures = new AtomicInteger(1);
        Stage<Integer, Note> stage = eventful(builder -> builder.timer((nanos, task) -> {
            if (failures.getAndDecrement() > 0) {
                throw new OutOfMemoryError("not really");
            }
            return Timer.JVM.after(nanos, task);
        }));
        event(1);
        readAll(stage);
        assertThat(count(stage, MessageOutcome.EVENT)).isZero();
        event(2);
        readAll(stage);

        await().untilAsserted(() -> assertThat(handled).containsExactly("event 1", "event 2"));
        assertThat(stage.snapshot(0).role().callbackFailures()).isEqualTo(1);
    }
}
