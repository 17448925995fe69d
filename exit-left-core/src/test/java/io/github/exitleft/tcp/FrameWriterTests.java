package io.github.exitleft.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.StageFixture;
import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Many threads' frames over one connection, which here has room for as many bytes as a test says. */
class FrameWriterTests extends StageFixture {

    private static final long LONG = TimeUnit.MINUTES.toNanos(10);

    /** A connection that takes note of what is written, each write on its own. */
    private static final class ScriptedWire implements FrameWriter.Wire {

        private final Semaphore granted = new Semaphore(0);
        private final StringBuffer sent = new StringBuffer();
        private final List<String> writes = new ArrayList<>();
        private final AtomicBoolean writing = new AtomicBoolean();
        private final Set<Thread> neverBlock = ConcurrentHashMap.newKeySet();
        private volatile int room;
        private volatile @Nullable Throwable toThrow;
        private volatile @Nullable IOException toThrowOnceWritten;
        private volatile @Nullable IOException toThrowWhenFull;

        /** Holds up each write until it is open. */
        private volatile @Nullable CountDownLatch held;

        private volatile @Nullable Throwable failure;

        /** What is thrown, once, when a second frame is about to be taken along. */
        private volatile @Nullable Error toThrowInBetween;

        private int asked;

        /** Lets a thread that waits for room go on. */
        void grant(int bytes) {
            room = bytes;
            granted.release();
        }

        @Override
        public long write(ByteBuffer[] parts, int offset, int count) throws IOException {
            assertThat(writing.getAndSet(true)).as("two at once").isFalse();
            try {
                CountDownLatch hold = held;
                if (hold != null) {
                    awaitHeld(hold);
                }
                throwIf(sent.isEmpty() ? toThrow : toThrowOnceWritten);
                // once, since room that is granted meanwhile must not let a later part overtake
                int most = room;
                var written = new StringBuilder();
                for (int i = offset; i < offset + count; i++) {
                    while (parts[i].hasRemaining() && written.length() < most) {
                        written.append((char) parts[i].get());
                    }
                }
                room = most - written.length();
                if (!written.isEmpty()) {
                    writes.add(written.toString());
                    sent.append(written);
                }
                return written.length();
            } finally {
                writing.set(false);
            }
        }

        private static void awaitHeld(CountDownLatch hold) {
            try {
                Patience.await(hold);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        private static void throwIf(@Nullable Throwable thrown) throws IOException {
            if (thrown instanceof IOException e) {
                throw e;
            }
            if (thrown instanceof Error e) {
                throw e;
            }
        }

        @Override
        public void awaitRoom(long nanos) throws IOException {
            throwIf(toThrowWhenFull);
            try {
                boolean unused = granted.tryAcquire(nanos, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // as select does
            }
        }

        @Override
        public void giveUp(Throwable cause) {
            failure = cause;
        }

        @Override
        public boolean isDirect() {
            Error thrown = toThrowInBetween;
            if (thrown != null && ++asked == 2) {
                throw thrown;
            }
            return true;
        }

        @Override
        public boolean mayBlock() {
            return !neverBlock.contains(Thread.currentThread());
        }

        @Override
        public boolean isIntact() {
            return failure == null;
        }

        @Override
        public IOException lost() {
            return new IOException("lost", failure);
        }
    }

    private final ScriptedWire wire = new ScriptedWire();
    private final FrameWriter writer =
            new FrameWriter(wire, new Places(cause -> {}), new InetSocketAddress("127.0.0.1", 9_000));

    /** Makes a frame of two parts. */
    private static ByteBuffer[] frame(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return new ByteBuffer[] {ByteBuffer.wrap(bytes, 0, 1), ByteBuffer.wrap(bytes, 1, bytes.length - 1)};
    }

    private Task<Boolean> sending(String text) {
        return start(() -> {
            writer.send(frame(text), LONG, false);
            return Thread.currentThread().isInterrupted();
        });
    }

    /** Starts a thread that sends, and waits until it waits: for room, or in the queue. */
    private Task<Boolean> waiting(String text) {
        Task<Boolean> sender = sending(text);
        await().until(() -> isBlocked(sender));
        return sender;
    }

    @Test
    void framesOfThreadsThatCameMeanwhile_areWrittenAtOnceInTheirOrder() throws Exception {
        List<Task<Boolean>> senders = List.of(waiting("aaaa"), waiting("bbbb"), waiting("cc"));

        wire.grant(100);

        for (Task<Boolean> sender : senders) {
            assertThat(sender.get()).as("interrupted").isFalse();
        }
        assertThat(wire.writes).containsExactly("aaaabbbbcc");
    }

    @Test
    void frameWrittenInPartByAnotherThread_isFinishedByItsOwn() throws Exception {
        Task<Boolean> first = waiting("aaaa");
        Task<Boolean> second = waiting("bbbb");
        Task<Boolean> third = waiting("cccc");

        wire.grant(6);
        first.get();
        await().until(() -> isBlocked(second));
        assertThat(wire.sent.toString()).isEqualTo("aaaabb");
        assertThat(third.isDone()).isFalse();

        wire.grant(100);
        second.get();
        third.get();
        assertThat(wire.writes).containsExactly("aaaabb", "bbcccc");
        assertThat(wire.isIntact()).isTrue();
    }

    @Test
    void frameWrittenInPartByAnotherThread_failsTheConnectionIfItsOwnCannotFinishIt() throws Exception {
        Task<Boolean> first = waiting("aaaa");
        Task<Boolean> second = waiting("bbbb");
        Task<Boolean> third = waiting("cccc");
        var full = new SocketTimeoutException("time is up");
        wire.toThrowWhenFull = full;

        wire.grant(6);

        assertThat(first.get()).isFalse();
        assertThat(second.failure()).isSameAs(full);
        assertThat(wire.failure).isSameAs(full);
        assertThat(third.failure()).hasMessage("lost").hasCause(full);
        assertThat(wire.sent.toString()).as("nothing follows the half").isEqualTo("aaaabb");
    }

    @Test
    void frameThatThereWasNoRoomFor_isStillInTheQueueAndCanBeGivenUp() throws Exception {
        Task<Boolean> first = waiting("aaaa");
        Task<Boolean> second = waiting("bbbb");
        Task<Boolean> third = waiting("cccc");
        Task<Boolean> fourth = waiting("dddd");

        wire.grant(6);
        first.get();
        await().until(() -> isBlocked(second) && isBlocked(third));
        third.thread.interrupt();
        assertThat(third.failure())
                .isInstanceOf(InterruptedIOException.class)
                .hasMessage("interrupted while waiting to send to /127.0.0.1:9000; nothing was sent");
        assertThat(wire.isIntact()).isTrue();

        wire.grant(100);
        second.get();
        fourth.get();
        assertThat(wire.writes).containsExactly("aaaabb", "bbdddd");
    }

    @Test
    void threadWhoseTimeIsUpInTheQueue_hasSentNothing() throws Exception {
        Task<Boolean> first = waiting("aaaa");

        assertThatThrownBy(() -> writer.send(frame("bbbb"), 0, false))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("nothing was sent");

        wire.grant(100);
        first.get();
        assertThat(wire.writes).containsExactly("aaaa");
        assertThat(wire.isIntact()).isTrue();
    }

    /** Has a thread send that must not block. */
    private Task<Void> neverBlocking(String text) {
        return start(() -> {
            wire.neverBlock.add(Thread.currentThread());
            writer.send(frame(text), LONG, false);
            return null;
        });
    }

    @Test
    void s12_threadThatMustNotBlock_isRefusedWhereThereIsNoRoomAndHasSentNothing() throws Exception {
        Task<Void> refused = neverBlocking("aaaa");
        assertThat(refused.failure()).satisfies(FrameWriterTests::isRefusal);

        wire.room = 100;
        neverBlocking("bbbb").get();

        assertThat(wire.writes).containsExactly("bbbb");
    }

    @Test
    void s12_threadThatMustNotBlock_isRefusedBehindOneThatWaitsForRoom() throws Exception {
        Task<Boolean> first = waiting("aaaa");

        Task<Void> refused = neverBlocking("bbbb");

        assertThat(refused.failure()).satisfies(FrameWriterTests::isRefusal);
        wire.grant(100);
        first.get();
        assertThat(wire.writes).containsExactly("aaaa");
    }

    @Test
    void s12_threadThatMustNotBlock_isRefusedWhenTheOneBeforeItBeginsToWaitForRoom() throws Exception {
        var hold = new CountDownLatch(1);
        wire.held = hold;
        Task<Boolean> first = waiting("aaaa");
        Task<Void> refused = neverBlocking("bbbb");
        await().until(() -> isBlocked(refused));

        hold.countDown(); // finds no room

        assertThat(refused.failure()).satisfies(FrameWriterTests::isRefusal);
        wire.grant(100);
        first.get();
        assertThat(wire.writes).containsExactly("aaaa");
    }

    @Test
    void s12_threadThatMustNotBlock_waitsBehindOneThatNeedsNoRoom() throws Exception {
        var hold = new CountDownLatch(1);
        wire.held = hold;
        wire.room = 100;
        Task<Boolean> first = waiting("aaaa");
        Task<Void> second = neverBlocking("bbbb");
        await().until(() -> isBlocked(second));

        hold.countDown();

        first.get();
        second.get();
        assertThat(wire.sent.toString()).isEqualTo("aaaabbbb");
    }

    @Test
    void s12_frameOfAThreadThatMustNotBlock_isFinishedOnceItWasBegun() throws Exception {
        wire.room = 2;
        Task<Void> only = neverBlocking("aaaa");
        await().until(() -> isBlocked(only));

        wire.grant(100);

        only.get();
        assertThat(wire.sent.toString()).isEqualTo("aaaa");
        assertThat(wire.isIntact()).isTrue();
    }

    private static void isRefusal(Throwable thrown) {
        assertThat(thrown)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("waiting for room to send to /127.0.0.1:9000 would block thread '")
                .hasMessageContaining("which must not block; nothing was sent");
    }

    @Test
    void threadWithTheTurnThatLeavesWithoutSending_letsTheNextSend() throws Exception {
        Task<Boolean> first = waiting("aaaa");
        Task<Boolean> second = waiting("bbbb");

        wire.room = 100;
        first.thread.interrupt();

        assertThat(first.failure()).isInstanceOf(InterruptedIOException.class);
        second.get();
        assertThat(wire.writes).containsExactly("bbbb");
    }

    @Test
    void s10_interruptAfterAFrameWasBegun_finishesItAndKeepsTheFlag() throws Exception {
        Task<Boolean> first = waiting("aaaa");
        Task<Boolean> second = waiting("bbbb");
        wire.grant(6);
        first.get();
        await().until(() -> isBlocked(second));

        second.thread.interrupt();
        await().until(() -> !second.thread.isInterrupted() && isBlocked(second));
        wire.grant(100);

        assertThat(second.get()).as("interrupted").isTrue();
        assertThat(wire.sent.toString()).isEqualTo("aaaabbbb");
    }

    @Test
    void failureOfAWrite_isToldToAllWhoseFramesWereInItAndToAllBehind() throws Exception {
        Task<Boolean> first = waiting("aaaa");
        Task<Boolean> second = waiting("bbbb");
        Task<Boolean> third = waiting("c".repeat(200_000)); // too long to be taken along
        var cause = new IOException("reset");
        wire.toThrow = cause;

        wire.grant(100);

        List<Throwable> told = List.of(first.failure(), second.failure(), third.failure());
        assertThat(told)
                .doesNotHaveDuplicates()
                .allSatisfy(each -> assertThat(each)
                        .isExactlyInstanceOf(IOException.class)
                        .hasMessage("lost")
                        .hasCause(cause));
        assertThat(wire.sent.toString()).isEmpty();
    }

    @Test
    void failureOfAWriteForOthersAlone_doesNotReachAThreadWhoseFrameIsSent() throws Exception {
        Task<Boolean> first = waiting("a".repeat(131_072)); // as long as a write may be
        Task<Boolean> second = waiting("bbbb");
        var cause = new IOException("reset");
        wire.toThrowOnceWritten = cause;

        wire.grant(131_072);

        first.get();
        assertThat(second.failure()).hasMessage("lost").hasCause(cause);
    }

    @Test
    void s19_errorInAWrite_harmsTheConnectionAndLeavesNoThreadBehind() throws Exception {
        Task<Boolean> first = waiting("aaaa");
        Task<Boolean> second = waiting("bbbb");
        var error = new OutOfMemoryError("in a test");
        wire.toThrow = error;

        wire.grant(100);

        assertThat(first.failure()).isSameAs(error);
        assertThat(second.failure()).hasMessage("lost").hasCause(error);
    }

    @Test
    void s19_errorBeforeAWrite_harmsTheConnectionSinceAPlaceHasBeenTaken() throws Exception {
        Task<Boolean> first = waiting("aaaa");
        Task<Boolean> second = waiting("bbbb");
        Task<Boolean> third = waiting("cccc");
        var error = new OutOfMemoryError("in a test");
        wire.toThrowInBetween = error;

        wire.grant(100);

        assertThat(first.failure()).isSameAs(error);
        assertThat(second.failure()).hasMessage("lost").hasCause(error);
        assertThat(third.failure()).hasMessage("lost").hasCause(error);
        assertThat(wire.sent.toString()).isEmpty();
    }

    @Test
    void moreFramesThanOneWriteTakes_areAllSent() throws Exception {
        Task<Boolean> first = waiting("first");
        List<Task<Boolean>> senders = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            senders.add(waiting("f%02d".formatted(i)));
        }

        wire.grant(10_000);

        first.get();
        for (Task<Boolean> sender : senders) {
            sender.get();
        }
        assertThat(wire.sent.toString()).startsWith("firstf00f01f02").hasSize(5 + 300);
        assertThat(wire.writes.get(0)).hasSize(5 + 31 * 3);
    }

    @Test
    void manyThreadsOverAConnectionThatTakesAFewBytesAtATime_sendWholeFrames() throws Exception {
        int threads = 8;
        int each = 500;
        List<Task<Void>> senders = new ArrayList<>();
        var random = new SplittableRandom(7);
        var over = new AtomicBoolean();
        for (int i = 0; i < threads; i++) {
            String name = String.valueOf((char) ('a' + i));
            int length = 2 + random.nextInt(6);
            senders.add(start(() -> {
                for (int j = 0; j < each; j++) {
                    writer.send(frame("(" + name.repeat(length) + ")"), LONG, false);
                }
                return null;
            }));
        }
        Task<Void> granter = start(() -> {
            var rooms = new SplittableRandom(8);
            while (!over.get()) {
                wire.grant(1 + rooms.nextInt(12));
                Thread.yield();
            }
            return null;
        });
        for (Task<Void> sender : senders) {
            sender.get();
        }
        over.set(true);
        granter.get();
        assertThat(wire.sent.toString().replaceAll("\\(([a-h])\\1*\\)", "")).isEmpty();
        assertThat(wire.sent.toString().chars().filter(c -> c == '(').count()).isEqualTo(threads * each);
    }
}
