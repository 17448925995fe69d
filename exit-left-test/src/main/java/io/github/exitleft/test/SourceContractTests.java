package io.github.exitleft.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.exitleft.BareSnapshot;
import io.github.exitleft.Keeper;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.OnFailure;
import io.github.exitleft.Reuse;
import io.github.exitleft.Source;
import io.github.exitleft.Stage;
import io.github.exitleft.StageClosedException;
import io.github.exitleft.StageSnapshot;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.Ticket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The contract that every {@link Source} has to keep, as tests: extend this class by the three methods that open your source, make a
 * message come, and read its token.
 *
 * {@snippet file = "io/github/exitleft/test/QueueSourceContractTests.java" region = "example"}
 *
 * <p>Each test begins with a source of its own, and closes it. They show these rules:
 *
 * <ul>
 *   <li><b>Time.</b> Zero looks and never blocks. A positive rest is never rounded to zero, which means for ever to many libraries, and
 *       the longest {@link Duration} is a legal one.
 *   <li><b>Threads.</b> Readers come one at a time, though not always the same one, and no message is lost between them. A message for
 *       which no caller waits any more is read by the next.
 *   <li><b>Interrupts.</b> An interrupt before or during a read ends that read as an {@link InterruptedException}, perhaps wrapped, and
 *       leaves the source intact, on platform threads and on virtual ones.
 *   <li><b>Waking.</b> A {@linkplain Source#wakeup() wake-up} before or during a read ends one read, a late one does no harm, and none
 *       hides a message. A source that cannot be woken returns by itself.
 *   <li><b>Closing.</b> Closing a stage ends the read of its source, and closes that once. Closing it again does nothing.
 * </ul>
 *
 * <p>Nothing depends on how fast the machine is: the {@link #limit()} only ends what hangs. Virtual threads are left out on a JVM that
 * has none.
 *
 * @param <M> messages
 */
public abstract class SourceContractTests<M> {

    /** Longer than any test runs: a read that lasts so long unless it is ended shows by hanging that it was not. */
    private static final Duration LONG = Duration.ofDays(1);

    /** So often a source is asked to look that one which blocks for 100 ms each time is taken to hang. */
    private static final int LOOKS = 1_500;

    private final List<Worker<?>> workers = new ArrayList<>();
    private @Nullable Source<M> opened;
    private @Nullable WatchedSource<M> watching;
    private @Nullable Stage<Integer, M> reading;

    /** Is called by the constructors of subclasses. */
    protected SourceContractTests() {}

    /**
     * Opens a source, which no other test has used.
     *
     * @return the source; closed after the test
     * @throws Exception if that is not possible, which fails the test
     */
    protected abstract Source<M> open() throws Exception;

    /**
     * Makes a message come, such as by sending it. Comes from any thread, also while others read.
     *
     * @param source what {@link #open()} returned
     * @param token what {@link #token} is to read in the message
     * @throws Exception if that is not possible, which fails the test
     */
    protected abstract void deliver(Source<M> source, int token) throws Exception;

    /**
     * Reads the token of a message.
     *
     * @param message a message that was delivered
     * @return its token
     */
    protected abstract int token(M message);

    /**
     * Says whether a source survives that a thread is interrupted which reads it.
     *
     * @param source what {@link #open()} returned
     * @param virtual whether a virtual thread reads
     * @return unless overridden, true if the source is not {@linkplain Source#closedByInterrupt() closed by an interrupt}
     */
    protected boolean survivesInterrupt(Source<M> source, boolean virtual) {
        return !source.closedByInterrupt();
    }

    /**
     * Returns how long to wait for what is sure to come if the contract is kept. It bounds hanging and nothing else: no test that
     * passes waits until it is over.
     *
     * @return a minute unless overridden
     */
    protected Duration limit() {
        return Duration.ofMinutes(1);
    }

    @BeforeEach
    void openSourceAndStage() throws Exception {
        opened = open();
        watching = new WatchedSource<>(opened);
        reading = Stage.builder("contract", Integer.class, watching, this::token)
                .keeper(Keeper.OFF) // callers read, whatever the source would have
                .onFailure(OnFailure.FAIL_ALL)
                .reuse(Reuse.ALLOW) // tokens mean nothing here
                .defaultTimeout(LONG)
                .build();
    }

    @AfterEach
    void closeSourceAndStage() throws Exception {
        if (reading == null || watching == null) { // the source could not be opened, which has failed the test
            return;
        }
        StageSnapshot before = reading.snapshot(0);
        reading.close();
        for (Worker<?> worker : workers) {
            worker.thread.join(limit().toMillis());
            assertTrue(!worker.thread.isAlive(), () -> worker.thread.getName() + " lives on");
        }
        watching.check(before);
    }

    private Source<M> raw() {
        return Objects.requireNonNull(opened);
    }

    private WatchedSource<M> source() {
        return Objects.requireNonNull(watching);
    }

    private Stage<Integer, M> stage() {
        return Objects.requireNonNull(reading);
    }

    private <V extends @Nullable Object> Worker<V> start(Callable<V> body) {
        return this.<V>start(false, body);
    }

    private <V extends @Nullable Object> Worker<V> start(boolean virtual, Callable<V> body) {
        Worker<V> worker = Worker.start(virtual, limit(), body);
        workers.add(worker);
        return worker;
    }

    private void until(String what, BooleanSupplier condition) {
        Worker.until(limit(), what, condition);
    }

    private Worker<Integer> startCaller(boolean virtual, int token) {
        return start(virtual, () -> token(stage().call(token, () -> {})));
    }

    /** Starts a caller, and waits until it blocks in the source. */
    private Worker<Integer> startHead(boolean virtual, int token) {
        return untilReads(startCaller(virtual, token));
    }

    private <V> Worker<V> untilReads(Worker<V> caller) {
        until("a caller reads", () -> caller.isDone() || source().reader() == caller.thread && caller.isBlocked());
        return caller;
    }

    /** Starts a caller while another reads, and waits until it waits. */
    private Worker<Integer> startWaiter(int token) {
        Worker<Integer> waiter = startCaller(false, token);
        until("a second caller waits", () -> stage().snapshot(0).role().waiters() == 1);
        return waiter;
    }

    private void untilBlocks(Worker<?> reader) {
        until("a thread blocks in the source", () -> reader.isDone() || reader.isBlocked());
    }

    /** Reads the next message without a stage; returns its token. */
    private int read(Duration rest) throws Exception {
        M message = null;
        while (message == null) {
            message = raw().receive(rest);
        }
        return token(message);
    }

    /** Shows that the source still does what it is there for. */
    private void assertThatItAnswers(int token) throws Exception {
        assertEquals(BareSnapshot.State.OPEN, stage().snapshot(0).role().state(), "state of the stage");
        Worker<Integer> caller = start(() -> token(stage().call(token, () -> deliver(raw(), token))));
        assertEquals(token, caller.get(), "token of the answer");
    }

    @Test
    @DisplayName("M10: zero looks and never blocks")
    void m10_zero_looksAndNeverBlocks() throws Exception {
        Worker<Integer> looker = start(() -> {
            for (int i = 0; i < LOOKS; i++) {
                assertNull(raw().receive(Duration.ZERO), "a message that was not delivered");
            }
            return LOOKS;
        });
        looker.get();

        deliver(raw(), 7);
        Worker<Integer> finder = start(() -> read(Duration.ZERO));
        assertEquals(7, finder.get(), "token of the message");
    }

    @Test
    @DisplayName("M10: a rest of less than a millisecond ends, and is not rounded to a zero that means for ever")
    void m10_restOfLessThanAMillisecond_ends() throws Exception {
        assertNull(
                this.<@Nullable M>start(() -> raw().receive(Duration.ofNanos(1)))
                        .get(),
                "a message that was not delivered");
        assertNull(
                this.<@Nullable M>start(() -> raw().receive(Duration.ofNanos(999_999)))
                        .get(),
                "a message that was not delivered");
    }

    @Test
    @DisplayName("S13: the longest rest that there is waits for the message")
    void s13_longestRest_waitsForTheMessage() throws Exception {
        Worker<Integer> reader = start(() -> read(Duration.ofSeconds(Long.MAX_VALUE, 999_999_999)));
        untilBlocks(reader);
        deliver(raw(), 7);

        assertEquals(7, reader.get(), "token of the message");
    }

    @Test
    @DisplayName("M10: readers that come one at a time, though not always the same one, get every message")
    void m10_readersThatTakeTurns_getEveryMessage() throws Exception {
        List<Worker<Integer>> callers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int base = i * 1_000;
            callers.add(start(() -> {
                for (int token = base; token < base + 150; token++) {
                    int mine = token;
                    M answer = stage().call(token, () -> deliver(raw(), mine));
                    assertEquals(token, token(answer), "token of the answer");
                }
                return 150;
            }));
        }
        for (Worker<Integer> caller : callers) {
            caller.get();
        }
        assertEquals(900, stage().snapshot(0).messages().get(MessageOutcome.DELIVERED), "messages delivered");
    }

    @Test
    @DisplayName("M10: a message that comes too late is read by the next head, which gets its own all the same")
    void m10_messageThatComesTooLate_isReadByTheNextHead() throws Exception {
        Worker<Integer> tooEarly = start(() -> {
            try (Ticket<Integer, M> ticket = stage().ticket(1)) {
                return token(ticket.await(Duration.ofMillis(1)).message());
            }
        });
        assertInstanceOf(StageTimeoutException.class, tooEarly.failure(), "what a call without an answer throws");
        deliver(raw(), 1);

        // a source of several connections may read a later answer first
        int token = 2;
        do {
            assertThatItAnswers(token);
            token++;
        } while (!Long.valueOf(1).equals(stage().snapshot(0).messages().get(MessageOutcome.LATE)) && token < 100);

        assertEquals(1, stage().snapshot(0).messages().get(MessageOutcome.LATE), "late messages");
    }

    @Test
    @DisplayName("S10: an interrupt of a platform thread that reads leaves the source intact and others answered")
    void s10_interruptOfAPlatformThread_leavesTheSourceIntact() throws Exception {
        assumeTrue(survivesInterrupt(raw(), false), "an interrupt of a platform thread closes the source, as it says");
        interruptHeads(false);
    }

    @Test
    @DisplayName("S10: an interrupt of a virtual thread that reads leaves the source intact and others answered")
    void s10_interruptOfAVirtualThread_leavesTheSourceIntact() throws Exception {
        assumeTrue(Worker.canBeVirtual(), "this JVM has no virtual threads");
        assumeTrue(survivesInterrupt(raw(), true), "an interrupt of a virtual thread closes the source, as it says");
        interruptHeads(true);
    }

    private void interruptHeads(boolean virtual) throws Exception {
        for (int round = 0; round < 20; round++) {
            Worker<Integer> head = startHead(virtual, 1);
            Worker<Integer> waiter = startWaiter(2);

            head.thread.interrupt();

            assertInstanceOf(InterruptedException.class, head.failure(), "what an interrupted call throws");
            untilReads(waiter);
            deliver(raw(), 2);
            assertEquals(2, waiter.get(), "token of the answer");
        }
        assertEquals(0, source().closed.get(), "how often the source was closed");
        assertThatItAnswers(3);
    }

    @Test
    @DisplayName("M10: an interrupt flag that is set before a read ends that as an interrupt, and breaks nothing")
    void m10_interruptFlagSetOnEntry_isAnInterrupt() throws Exception {
        Worker<Integer> caller = start(() -> {
            Thread.currentThread().interrupt();
            return token(stage().call(1, () -> {}));
        });
        assertInstanceOf(InterruptedException.class, caller.failure(), "what an interrupted call throws");

        Worker<@Nullable M> looker = this.<@Nullable M>start(() -> {
            Thread.currentThread().interrupt();
            return raw().receive(Duration.ZERO); // may say so or not, but may not break
        });
        try {
            assertNull(looker.get(), "a message that was not delivered");
        } catch (Exception e) {
            assertTrue(Source.isInterrupt(e), () -> "a look with the interrupt flag set threw " + e);
        }
        assertThatItAnswers(3);
    }

    @Test
    @DisplayName("M10: an interrupt flag that is set during a read ends it, without another")
    void m10_interruptFlagSetDuringTheRead_doesNotSpin() throws Exception {
        source().beforeRead = () -> Thread.currentThread().interrupt();
        Worker<Integer> caller = startCaller(false, 1);

        assertInstanceOf(InterruptedException.class, caller.failure(), "what an interrupted call throws");
        assertEquals(1, source().reads.get(), "reads");
        source().beforeRead = () -> {};
        assertThatItAnswers(3);
    }

    @Test
    @DisplayName("M10: a wake-up that comes before a read ends it")
    void m10_wakeupBeforeARead_sticks() throws Exception {
        for (int round = 0; round < 5; round++) {
            raw().wakeup();
            assertNull(this.<@Nullable M>start(() -> raw().receive(LONG)).get(), "a message that was not delivered");
        }
        assertThatItAnswers(7);
    }

    @Test
    @DisplayName("M10: a wake-up during a read ends it, and two end no more than one")
    void m10_wakeupDuringARead_endsIt() throws Exception {
        for (int round = 0; round < 5; round++) {
            Worker<@Nullable M> reader = this.<@Nullable M>start(() -> raw().receive(LONG));
            untilBlocks(reader);
            raw().wakeup();
            raw().wakeup();
            assertNull(reader.get(), "a message that was not delivered");
        }
        assertThatItAnswers(7);
    }

    @Test
    @DisplayName("M10: a wake-up hides no message")
    void m10_wakeupBesideAMessage_hidesNone() throws Exception {
        for (int token = 1; token <= 20; token++) {
            raw().wakeup();
            deliver(raw(), token);
            raw().wakeup();
            Worker<Integer> reader = start(() -> read(LONG));
            assertEquals(token, reader.get(), "token of the message");
        }
    }

    @Test
    @DisplayName("S16: a close while the head reads ends the read, and closes the source once")
    void s16_closeWhileTheHeadReads_endsTheRead() throws Exception {
        Worker<Integer> head = startHead(false, 1);
        Worker<Integer> waiter = startWaiter(2);

        stage().close();

        assertInstanceOf(StageClosedException.class, head.failure(), "what a call on a closed stage throws");
        assertInstanceOf(StageClosedException.class, waiter.failure(), "what a call on a closed stage throws");
        assertEquals(1, source().closed.get(), "how often the source was closed");
        raw().wakeup(); // late, and harmless
        raw().close(); // again, and nothing happens
    }
}
