package io.github.exitleft;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/**
 * The jobs of asynchronous calls and streams, done by the stage's executor in the context of the thread that asked for them.
 *
 * <p>Executors may be starved, and may refuse, drop, or run jobs in the calling thread; so nothing is decided before a job runs.
 */
final class AsyncJobs {

    private final BareStage<?, ?, ?> bare;
    private final Executor executor;
    private final ContextCapture context;
    private final Timer timer;

    AsyncJobs(BareStage<?, ?, ?> bare, StageSettings<?, ?> settings) {
        this.bare = bare;
        this.context = settings.context;
        this.timer = settings.timer;
        this.executor = settings.executor != null
                ? settings.executor
                : defaultExecutor(ForkJoinPool.getCommonPoolParallelism(), timer);
    }

    /** Returns the common pool; where that is none or has a single thread, as many threads as it takes, as for {@code CompletableFuture}. */
    static Executor defaultExecutor(int parallelism, Timer timer) {
        return parallelism > 1 ? ForkJoinPool.commonPool() : job -> timer.after(0, job);
    }

    /** Captures the calling thread's context, for what is to run later. */
    UnaryOperator<Runnable> captureContext() {
        return Objects.requireNonNull(context.capture(), "what a context capture returns must not be null");
    }

    /** Has work done by the executor; by a thread of the timer's if the executor refuses. */
    void execute(UnaryOperator<Runnable> captured, Runnable work) {
        execute(new Job(captured, work));
    }

    /**
     * Prepares work for the executor, and has it done by a thread of the timer's if the executor has not begun it after a
     * while.
     *
     * @return gives it to the executor; throws nothing
     */
    Runnable prepare(UnaryOperator<Runnable> captured, Runnable work) {
        var job = new Job(captured, work);
        Runnable insisting = after(AsyncWaits.GRACE_NANOS, job);
        return () -> {
            try {
                execute(job);
            } catch (Throwable e) { // no memory: the timer has the job too
                bare.callbackFailed(e);
            } finally {
                if (job.begun.get()) {
                    insisting.run();
                }
            }
        };
    }

    private void execute(Job job) {
        try {
            executor.execute(job);
        } catch (Throwable e) {
            try {
                bare.callbackFailed(e);
            } finally {
                if (!job.begun.get()) {
                    after(0, job);
                }
            }
        }
    }

    /** Does work on this thread. */
    void run(UnaryOperator<Runnable> captured, Runnable work) {
        new Job(captured, work).run();
    }

    /** Runs a task after a while, on a thread of the timer's. */
    Runnable after(long nanos, Runnable task) {
        return timer.after(Math.max(0, nanos), task);
    }

    /** Work that is done once, in the context of the thread that asked for it. */
    private final class Job implements Runnable {

        private final UnaryOperator<Runnable> captured;
        private final Runnable work;
        private final AtomicBoolean begun = new AtomicBoolean();

        Job(UnaryOperator<Runnable> captured, Runnable work) {
            this.captured = captured;
            this.work = work;
        }

        @Override
        public void run() {
            if (begun.get()) {
                return;
            }
            try {
                captured.apply(this::begin).run();
            } catch (Throwable e) { // of the context's: the work itself throws nothing
                bare.callbackFailed(e);
            }
            if (!begun.get()) { // a context that can't be restored: better none than that of some other request
                after(0, this::begin);
            }
        }

        private void begin() {
            if (begun.compareAndSet(false, true)) {
                try {
                    work.run();
                } catch (Throwable e) {
                    bare.callbackFailed(e);
                }
            }
        }
    }
}
