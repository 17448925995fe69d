package io.github.exitleft;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The waits of a stage for which no thread waits: asynchronous calls and streams.
 *
 * <p>They are tickets like any other, but never in the queue for the role: the head tells their {@link Recipient} where it would
 * signal a thread. So the primitive knows nothing of them, and they need a keeper.
 *
 * <p>What they have to do is done by the stage's executor, in the context of the thread that asked for it. Executors may be starved,
 * and may refuse, drop, or run jobs in the calling thread; so nothing is decided before a job runs, and where a wait is overdue a
 * thread of the timer's steps in.
 */
final class AsyncWaits<T, M> {

    /** How long the executor has for what is overdue. */
    static final long GRACE_NANOS = Duration.ofMillis(20).toNanos();

    private final Stage<T, M> stage;
    private final Executor executor;
    private final ContextCapture context;
    private final Timer timer;
    private final Set<Recipient<T, M>> recipients = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Runnable> cancelInsisting = new AtomicReference<>(Timer.NOTHING);

    AsyncWaits(Stage<T, M> stage, StageBuilder<T, M> settings) {
        this.stage = stage;
        this.context = settings.context;
        this.timer = settings.timer;
        this.executor = settings.executor != null
                ? settings.executor
                : defaultExecutor(ForkJoinPool.getCommonPoolParallelism(), timer);
    }

    /** The common pool; where that is none or has a single thread, as many threads as it takes, as for {@code CompletableFuture}. */
    static Executor defaultExecutor(int parallelism, Timer timer) {
        return parallelism > 1 ? ForkJoinPool.commonPool() : job -> timer.after(0, job);
    }

    boolean isAnybodyWaiting() {
        return !recipients.isEmpty();
    }

    /** Whether any wait is still unaffected by the last failure; some may not have been told of it yet. */
    boolean isAnybodyAdmitted() {
        return recipients.stream().anyMatch(recipient -> recipient.failure() == null);
    }

    /** Captures the calling thread's context, for what is to run later. */
    UnaryOperator<Runnable> captureContext() {
        return Objects.requireNonNull(context.capture(), "what a context capture returns must not be null");
    }

    /** Takes a ticket for a recipient, which is told from then on. */
    Ticket<T, M> take(T token, @Nullable Predicate<? super M> check, boolean single, Recipient<T, M> recipient) {
        stage.requireKeeper();
        Ticket<T, M> ticket = stage.take(token, check, single, recipient);
        boolean taken = false;
        try {
            recipients.add(recipient);
            stage.attend();
            taken = true;
        } finally {
            if (!taken) { // an Error: the caller gets nothing that could give the ticket back
                leave(recipient, ticket);
            }
        }
        return ticket;
    }

    /** Gives back the ticket of a recipient that is over. */
    void leave(Recipient<T, M> recipient, Ticket<T, M> ticket) {
        try {
            if (recipients.remove(recipient) && recipients.isEmpty()) {
                cancelInsistingIfDone();
                stage.nobodyWaitsInTheBackground();
            }
        } finally {
            stage.release(ticket);
        }
    }

    /** Tells the recipients that can't get messages any more, since their stage has been closed or their source has failed. */
    void sweep() {
        // one that comes from now on sees for itself; and a stage without any needs no timer
        if (recipients.isEmpty()) {
            return;
        }
        insistLater(); // first: an executor may block
        for (Recipient<T, M> recipient : recipients) {
            if (recipient.failure() != null) {
                recipient.lookAgain();
            }
        }
        cancelInsistingIfDone();
    }

    /** Does in a while, on other threads, what the executor has not done by then for recipients that can't get messages any more. */
    private void insistLater() {
        // one alarm is enough for all, so that of another thread is cancelled whichever of the two comes second
        cancelInsisting.getAndSet(after(GRACE_NANOS, this::insist)).run();
        cancelInsistingIfDone();
    }

    private void cancelInsistingIfDone() {
        if (recipients.isEmpty()) {
            cancelInsisting.get().run();
            if (!recipients.isEmpty()) { // it may have been the alarm for those that have come meanwhile
                insistLater();
            }
        }
    }

    private void insist() {
        for (Recipient<T, M> recipient : recipients) {
            if (recipient.failure() != null) {
                try {
                    after(0, recipient::lookNow);
                } catch (Throwable e) { // no memory for a thread: here, so that the others are told too
                    recipient.lookNow();
                }
            }
        }
    }

    /** Has work done by the executor; by a thread of the timer's if the executor refuses. */
    void execute(UnaryOperator<Runnable> captured, Runnable work) {
        var job = new Job(captured, work);
        try {
            executor.execute(job);
        } catch (Throwable e) {
            try {
                callbackFailed(e);
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

    void callbackFailed(Throwable thrown) {
        stage.callbackFailed(thrown);
    }

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
            try {
                captured.apply(this::begin).run();
            } catch (Throwable e) { // of the context's: the work itself throws nothing
                callbackFailed(e);
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
                    callbackFailed(e);
                }
            }
        }
    }
}
