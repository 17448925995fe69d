package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import io.github.exitleft.testing.VirtualThreadSupport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;

/** What tests of stages share: threads, polling, and a check of every stage when the test is over. */
public abstract class StageFixture {

    /** Something that runs on a thread of its own. */
    public static final class Task<V> {

        public final Thread thread;
        private final FutureTask<V> future;

        Task(Thread thread, FutureTask<V> future) {
            this.thread = thread;
            this.future = future;
        }

        /** What it returned, or what it threw. */
        public V get() throws Exception {
            try {
                return Patience.get(future);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof Exception thrown) {
                    throw thrown;
                }
                throw e;
            }
        }

        /** What it threw; fails if it returned. */
        public Throwable failure() {
            try {
                V value = Patience.get(future);
                throw new AssertionError(thread.getName() + " should have failed, but returned " + value);
            } catch (ExecutionException e) {
                return e.getCause();
            } catch (Exception e) {
                throw new AssertionError(thread.getName() + " did not end", e);
            }
        }

        public boolean isDone() {
            return future.isDone();
        }
    }

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final Map<Stage<?, ?>, HookedSource<?>> stages = new LinkedHashMap<>();
    private final List<Task<?>> tasks = new ArrayList<>();

    /** Puts an eye on a source. */
    protected static <M> HookedSource<M> hooked(Source<M> source) {
        return new HookedSource<>(source);
    }

    /** Builds a stage and checks it when the test is over. */
    protected <T, M> Stage<T, M> build(StageBuilder<T, M> builder) {
        Stage<T, M> stage = builder.build();
        stages.put(stage, builder.source instanceof HookedSource<?> hooked ? hooked : null);
        return stage;
    }

    /** Runs something on a platform thread of its own. */
    protected <V> Task<V> start(Callable<V> body) {
        return start(false, body);
    }

    /** Runs something on a platform or virtual thread of its own. */
    protected <V> Task<V> start(boolean virtual, Callable<V> body) {
        var future = new FutureTask<>(body);
        String name = "task-" + NUMBERS.incrementAndGet();
        Thread thread = virtual ? VirtualThreadSupport.unstarted(name, future) : new Thread(future, name);
        if (!virtual) {
            thread.setDaemon(true);
        }
        var task = new Task<V>(thread, future);
        tasks.add(task);
        thread.start();
        return task;
    }

    /** Starts something that heads the stage, and waits until it reads. */
    protected <V> Task<V> startHead(Stage<?, ?> stage, Callable<V> body) {
        return startHead(stage, false, body);
    }

    protected <V> Task<V> startHead(Stage<?, ?> stage, boolean virtual, Callable<V> body) {
        Task<V> task = start(virtual, body);
        await().until(() -> task.isDone() || heads(stage, task));
        await().until(() -> task.isDone() || isBlocked(task));
        return task;
    }

    /** Starts something that waits while another heads, and waits until it does. */
    protected <V> Task<V> startWaiter(Stage<?, ?> stage, Callable<V> body) {
        int before = stage.snapshot(0).role().waiters();
        Task<V> task = start(body);
        await().untilAsserted(
                        () -> assertThat(stage.snapshot(0).role().waiters()).isEqualTo(before + 1));
        return task;
    }

    protected static boolean heads(Stage<?, ?> stage, Task<?> task) {
        BareSnapshot.Head head = stage.snapshot(0).role().head();
        return head != null && head.thread().equals(task.thread.getName());
    }

    protected static boolean isBlocked(Task<?> task) {
        Thread.State state = task.thread.getState();
        return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING || isInPoll(task.thread);
    }

    private static boolean isInPoll(Thread thread) { // a thread in a system call counts as runnable
        for (StackTraceElement frame : thread.getStackTrace()) {
            String method = frame.getClassName() + "." + frame.getMethodName();
            if (method.matches("sun\\.nio\\.ch\\.(EPoll.*\\.wait|Net\\.poll)")) {
                return true;
            }
        }
        return false;
    }

    /** The threads that are the stage's keeper: one at most. */
    protected static List<Thread> keepers(Stage<?, ?> stage) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("exit-left keeper of stage '" + stage.name() + "'"))
                .toList();
    }

    protected static boolean keeperHeads(Stage<?, ?> stage) {
        BareSnapshot.Head head = stage.snapshot(0).role().head();
        return head != null && head.thread().startsWith("exit-left keeper");
    }

    protected static long count(Stage<?, ?> stage, MessageOutcome outcome) {
        return stage.snapshot(0).messages().get(outcome);
    }

    @AfterEach
    void nothingIsLeftBehind() throws Exception {
        for (Task<?> task : tasks) {
            task.thread.join(Patience.LIMIT.toMillis());
            assertThat(task.thread.isAlive())
                    .as(task.thread.getName() + " lives")
                    .isFalse();
        }
        for (Map.Entry<Stage<?, ?>, HookedSource<?>> entry : stages.entrySet()) {
            Stage<?, ?> stage = entry.getKey();
            if (stage.keeper() != Keeper.OFF) {
                stage.keeper(Keeper.OFF);
                await().untilAsserted(() -> assertThat(keeperHeads(stage)).isFalse());
            }
            StageSnapshot snapshot = stage.snapshot(10);
            assertThat(snapshot.role().waiters()).as("waiters").isZero();
            assertThat(snapshot.role().oldest()).as("oldest").isEmpty();
            assertThat(snapshot.role().head()).as("head").isNull();
            if (snapshot.role().state() != BareSnapshot.State.CLOSED) {
                assertThat(snapshot.role().tickets()).as("tickets").isZero();
            }
            stage.close();
            await().untilAsserted(() ->
                    assertThat(keepers(stage)).as("keeper of " + stage).isEmpty());
            HookedSource<?> source = entry.getValue();
            if (source != null) {
                assertThat(source.violation.get()).isNull();
                assertThat(source.closed).hasValue(1);
                if (snapshot.role().tickets() == 0) { // M3: every message has exactly one outcome
                    long sum = snapshot.messages().values().stream()
                            .mapToLong(Long::longValue)
                            .sum();
                    assertThat(sum).as("sum of outcomes").isEqualTo(source.received.get());
                }
            }
        }
    }
}
