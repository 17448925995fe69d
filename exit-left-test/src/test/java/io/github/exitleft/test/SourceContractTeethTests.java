package io.github.exitleft.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;
import static org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder.request;

import io.github.exitleft.Source;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Sources that break the contract of every source (M10), each in one way, fail the test that is there for it. */
class SourceContractTeethTests {

    @ParameterizedTest
    @CsvSource({
        "RoundsARestToZero, m10_restOfLessThanAMillisecond_ends",
        "BlocksAtZero, m10_zero_looksAndNeverBlocks",
        "FailsAtTheLongestRest, s13_longestRest_waitsForTheMessage",
        "IsClosedByInterrupts, s10_interruptOfAPlatformThread_leavesTheSourceIntact",
        "SwallowsInterrupts, s10_interruptOfAPlatformThread_leavesTheSourceIntact",
        "FailsWhenTheFlagIsSet, m10_interruptFlagSetOnEntry_isAnInterrupt",
        "SpinsWhenTheFlagIsSet, m10_interruptFlagSetDuringTheRead_doesNotSpin",
        "WakesOnlyTheReaderOfTheMoment, m10_wakeupBeforeARead_sticks",
        "IsNeverWoken, m10_wakeupDuringARead_endsIt",
        "LosesAMessageToAWakeUp, m10_wakeupBesideAMessage_hidesNone",
        "ServesItsFirstReaderAlone, m10_readersThatTakeTurns_getEveryMessage",
        "DropsWhatNobodyWaitsFor, m10_messageThatComesTooLate_isReadByTheNextHead",
        "FailsAtTheSecondClose, s16_closeWhileTheHeadReads_endsTheRead",
    })
    void m10_sourceThatBreaksTheContract_failsItsTest(String contract, String test) throws Exception {
        Class<?> broken = Class.forName(SourceContractTeethTests.class.getName() + "$" + contract);
        var listener = new SummaryGeneratingListener();

        LauncherFactory.create()
                .execute(request().selectors(selectMethod(broken, test)).build(), listener);

        TestExecutionSummary summary = listener.getSummary();
        assertThat(summary.getTestsFoundCount()).as("found").isEqualTo(1);
        assertThat(summary.getTestsFailedCount()).as("failed").isEqualTo(1);
    }

    /** The contract for a source that breaks it; what hangs, hangs until it is closed. */
    abstract static class Broken extends SourceContractTests<Integer> {

        private final Supplier<Memory> constructor;

        Broken(Supplier<Memory> constructor) {
            this.constructor = constructor;
        }

        @Override
        protected Source<Integer> open() {
            return constructor.get();
        }

        @Override
        protected void deliver(Source<Integer> source, int token) {
            ((Memory) source).queue.add(token);
        }

        @Override
        protected int token(Integer message) {
            return message;
        }

        @Override
        protected Duration limit() {
            return Duration.ofMillis(300);
        }
    }

    /** A source in memory that keeps the contract, to be broken. */
    static class Memory implements Source<Integer> {

        static final int NOTHING = -1; // what only wakes

        final BlockingQueue<Integer> queue = new LinkedBlockingQueue<>();
        final AtomicBoolean woken = new AtomicBoolean();
        volatile boolean closed;

        @Override
        public Integer receive(Duration remaining) throws Exception {
            Integer message = poll(nanos(remaining));
            if (message != null && message == NOTHING) {
                woken.set(false);
                message = queue.poll();
            }
            return message;
        }

        long nanos(Duration remaining) {
            return remaining.getSeconds() > Integer.MAX_VALUE ? Long.MAX_VALUE : remaining.toNanos();
        }

        Integer poll(long nanos) throws Exception {
            if (closed) {
                throw new IOException("closed");
            }
            return queue.poll(nanos, TimeUnit.NANOSECONDS);
        }

        @Override
        public void wakeup() {
            if (!woken.getAndSet(true)) {
                queue.add(NOTHING);
            }
        }

        @Override
        public boolean closesUnderReader() {
            return true;
        }

        @Override
        public void close() throws IOException {
            closed = true;
            queue.add(NOTHING);
        }
    }

    static class RoundsARestToZero extends Broken {
        RoundsARestToZero() {
            super(() -> new Memory() {
                @Override
                public Integer receive(Duration remaining) throws Exception {
                    boolean forEver = !remaining.isZero() && remaining.compareTo(Duration.ofMillis(1)) < 0;
                    return super.receive(forEver ? Duration.ofDays(1) : remaining);
                }
            });
        }
    }

    static class BlocksAtZero extends Broken {
        BlocksAtZero() {
            super(() -> new Memory() {
                @Override
                public Integer receive(Duration remaining) throws Exception {
                    return super.receive(remaining.isZero() ? Duration.ofMillis(100) : remaining);
                }
            });
        }
    }

    static class FailsAtTheLongestRest extends Broken {
        FailsAtTheLongestRest() {
            super(() -> new Memory() {
                @Override
                long nanos(Duration remaining) {
                    return remaining.toNanos();
                }
            });
        }
    }

    static class IsClosedByInterrupts extends Broken {
        IsClosedByInterrupts() {
            super(() -> new Memory() {
                @Override
                public Integer receive(Duration remaining) throws Exception {
                    try {
                        return super.receive(remaining);
                    } catch (InterruptedException e) {
                        closed = true;
                        throw e;
                    }
                }
            });
        }
    }

    static class SwallowsInterrupts extends Broken {
        SwallowsInterrupts() {
            super(() -> new Memory() {
                @Override
                public Integer receive(Duration remaining) throws Exception {
                    try {
                        return super.receive(remaining);
                    } catch (InterruptedException e) {
                        return null;
                    }
                }
            });
        }
    }

    static class FailsWhenTheFlagIsSet extends Broken {
        FailsWhenTheFlagIsSet() {
            super(() -> new Memory() {
                @Override
                public Integer receive(Duration remaining) throws Exception {
                    if (Thread.interrupted()) {
                        throw new IOException("channel was closed");
                    }
                    return super.receive(remaining);
                }
            });
        }
    }

    static class SpinsWhenTheFlagIsSet extends Broken {
        SpinsWhenTheFlagIsSet() {
            super(() -> new Memory() {
                @Override
                public Integer receive(Duration remaining) throws Exception {
                    return Thread.interrupted() ? null : super.receive(remaining);
                }
            });
        }
    }

    static class WakesOnlyTheReaderOfTheMoment extends Broken {
        WakesOnlyTheReaderOfTheMoment() {
            super(() -> new Memory() {
                volatile boolean reads;

                @Override
                public Integer receive(Duration remaining) throws Exception {
                    reads = true;
                    try {
                        return super.receive(remaining);
                    } finally {
                        reads = false;
                    }
                }

                @Override
                public void wakeup() {
                    if (reads) {
                        super.wakeup();
                    }
                }
            });
        }
    }

    static class IsNeverWoken extends Broken {
        IsNeverWoken() {
            super(() -> new Memory() {
                @Override
                public void wakeup() {}

                @Override
                public boolean closesUnderReader() {
                    return false;
                }
            });
        }
    }

    static class LosesAMessageToAWakeUp extends Broken {
        LosesAMessageToAWakeUp() {
            super(() -> new Memory() {
                @Override
                public Integer receive(Duration remaining) throws Exception {
                    if (woken.getAndSet(false)) {
                        queue.clear();
                        return null;
                    }
                    return super.receive(remaining);
                }
            });
        }
    }

    static class ServesItsFirstReaderAlone extends Broken {
        ServesItsFirstReaderAlone() {
            super(() -> new Memory() {
                final AtomicReference<Thread> first = new AtomicReference<>();

                @Override
                public Integer receive(Duration remaining) throws Exception {
                    Thread me = Thread.currentThread();
                    if (first.compareAndSet(null, me) || first.get() == me) {
                        return super.receive(remaining);
                    }
                    Thread.onSpinWait(); // as if there were nothing
                    return null;
                }
            });
        }
    }

    static class DropsWhatNobodyWaitsFor extends Broken {
        DropsWhatNobodyWaitsFor() {
            super(() -> new Memory() {
                boolean first = true;

                @Override
                public Integer receive(Duration remaining) throws Exception {
                    if (!first && remaining.compareTo(Duration.ofMillis(1)) > 0 && queue.size() == 2) {
                        queue.poll(); // what came between two reads
                    }
                    first = false;
                    return super.receive(remaining);
                }
            });
        }
    }

    static class FailsAtTheSecondClose extends Broken {
        FailsAtTheSecondClose() {
            super(() -> new Memory() {
                @Override
                public void close() throws IOException {
                    if (closed) {
                        throw new IOException("already closed");
                    }
                    super.close();
                }
            });
        }
    }
}
