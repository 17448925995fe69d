package io.github.exitleft;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The keeper of a stage of messages: its thread, when that thread heads, and when it tries a failed source again.
 *
 * <p>Callers do not wake it. It looks now and then whether any thread has read of late, and while it heads it looks after each
 * read whether a caller has come.
 */
final class KeeperThread<T, M> {

    private static final System.Logger LOGGER = System.getLogger("io.github.exitleft.Stage");

    /** Between two attempts at a failed source. */
    private static final Duration FAIL_ALL = Duration.ofSeconds(1);

    /** A source that fails again within this time has not come back, and its pauses go on growing. */
    private static final long STEADY_NANOS = Duration.ofSeconds(10).toNanos();

    /** After an interrupt, which a source may go on to report that wraps that of some other thread. */
    private static final Duration AFTER_INTERRUPT = Duration.ofMillis(10);

    /** How long a pause waits for a read that can't be woken, or for a callback that hangs; as long as a close. */
    private static final Duration PAUSE_WAIT = Duration.ofSeconds(5);

    private final String threadName;
    private final BareStage<T, Source<M>, Void> bare;
    private final BareKeeper<T, Source<M>, Void> keeper;
    private final ReadLoop<T, M> readLoop;
    private final Heartbeat heartbeat;
    private final AsyncWaits asyncWaits;
    private final Source<M> source;
    private final long idleNanos;
    private final OnFailure onFailure;
    private final ReopenPauses reopenPauses;

    private final ReentrantLock lock = new ReentrantLock();

    /** Written with the lock held, or by the thread itself as it dies. */
    private volatile @Nullable Thread thread;

    private volatile Keeper mode;

    /** As far as its own thread has seen, which writes it. */
    private volatile boolean failing;

    private volatile boolean paused;

    /**
     * The generation in which a failed source was last asked to be tried at once; null if it never was. The request holds for as long as
     * that generation does: the failure of an attempt that was under way answers it, and nothing else takes it back. Written with the
     * lock held, or a thread that is slow would replace a newer generation by an older one.
     */
    private volatile @Nullable Generation asked;

    // its own thread's: when it is to try a failed source, how often it did so in a row, and when that had worked again
    private volatile long attemptAt; // read by snapshots too
    private int attempts;
    private long worksSince;

    KeeperThread(
            BareStage<T, Source<M>, Void> bare,
            StageSettings<T, M> settings,
            ReadLoop<T, M> readLoop,
            Heartbeat heartbeat,
            AsyncWaits asyncWaits) {
        this.threadName = "exit-left keeper of stage '" + settings.name + "'";
        this.bare = bare;
        this.keeper = bare.keeper();
        this.readLoop = readLoop;
        this.heartbeat = heartbeat;
        this.asyncWaits = asyncWaits;
        this.source = settings.source;
        this.mode = settings.keeper();
        this.idleNanos = settings.keeperIdle.toNanos();
        this.onFailure = settings.onFailure;
        this.reopenPauses = settings.reopenPauses;
    }

    Keeper mode() {
        return mode;
    }

    /**
     * Refuses what needs a keeper.
     *
     * @throws IllegalStateException if there is none
     */
    void requireKeeper() {
        if (mode == Keeper.OFF) {
            throw new IllegalStateException(
                    bare + " has no keeper, so nobody would read what is to come; set its keeper to idle or always");
        }
    }

    void switchTo(Keeper wanted) {
        mode = wanted;
        lookUp();
        if (keeper.isHeading() && wanted == Keeper.OFF) {
            bare.help(source::wakeup); // or it would read on for a second
        }
    }

    /**
     * Makes the thread give up the role and end, whatever it is needed for, and waits a bounded time for its end. Only a callback on
     * that very thread does not wait: callers that head do not need the thread, so their callbacks can.
     */
    void pause() {
        paused = true;
        Thread ending;
        lock.lock();
        try {
            ending = thread;
        } finally {
            lock.unlock();
        }
        keeper.recall();
        if (keeper.isHeading()) {
            bare.help(source::wakeup);
        }
        if (ending != null && ending != Thread.currentThread()) {
            try {
                ending.join(PAUSE_WAIT.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // for its caller to see; the thread ends all the same
            }
        }
    }

    /** Ends a pause: the thread is started again if it is needed. */
    void resume() {
        paused = false;
        lookUp();
    }

    /** After how long the thread tries a failed source again; null if it is not to, or does not know yet. */
    @Nullable
    Duration nextAttempt() {
        return failing ? Duration.ofNanos(Math.max(0, attemptAt - heartbeat.now())) : null;
    }

    /** Tries a failed source at once, even one that is otherwise left to callers; returns whether the source has failed. */
    boolean reopen() {
        boolean failed = ask();
        if (failed) {
            lookUp();
        }
        return failed;
    }

    /** Notes that a failed source is to be tried at once; returns whether the source has failed. */
    private boolean ask() {
        lock.lock();
        try {
            boolean failed = hasFailed();
            if (failed) {
                // read after the failure was seen, and so not the generation that ended by it
                asked = bare.parts.role.guarded.generation;
            }
            return failed;
        } finally {
            lock.unlock();
        }
    }

    private boolean isAsked() {
        return asked == bare.parts.role.guarded.generation;
    }

    /** Makes the thread look again at what it is to do, and starts it if there is none though there should be. */
    void lookUp() {
        lock.lock();
        try {
            if (thread == null && isNeeded()) {
                start();
            }
        } finally {
            lock.unlock();
        }
        keeper.recall();
    }

    /** Sees to a source that has just failed: called by its head, which goes on whatever comes of this. Throws nothing. */
    void sourceFailed() {
        try {
            lookUp();
        } catch (Throwable e) { // an Error; the next caller makes it look up
            bare.callbackFailed(e);
        }
    }

    private void start() {
        var starting = new Thread(null, this::run, threadName, 0, false);
        starting.setDaemon(true);
        starting.setContextClassLoader(source.getClass().getClassLoader()); // not that of some caller
        thread = starting; // before it starts, since it takes that back when it ends
        boolean started = false;
        try {
            starting.start();
            started = true;
        } finally {
            if (!started) {
                thread = null;
            }
        }
    }

    /** Whether another thread heads as the keeper. */
    boolean headsElsewhere() {
        return keeper.isHeading() && thread != Thread.currentThread();
    }

    /** Makes the keeper read at once, unless it does: called when an asynchronous wait has begun. */
    void attend() {
        // switched off since it was asked for, and perhaps gone; or there is none, or none yet, which may fail to start
        if (mode == Keeper.OFF || !isRunning()) {
            lookUp();
        } else if (!keeper.isEngaged()) {
            keeper.recall();
        }
    }

    private boolean isRunning() {
        Thread running = thread;
        return running != null && running.isAlive();
    }

    /** Lets a keeper that is switched off stop queueing: called when the last asynchronous wait has ended. */
    void relieve() {
        if (mode == Keeper.OFF) {
            keeper.recall();
        }
    }

    /**
     * Makes a keeper that is always to read try a failed source again for a caller that has been admitted, and one that has died start
     * again. Throws nothing, since the caller has its ticket by then.
     */
    void admitted() {
        try {
            if (mode != Keeper.OFF && !isRunning()) {
                lookUp();
            } else if (failing && mode == Keeper.ALWAYS) {
                ask();
                keeper.recall();
            }
        } catch (Throwable e) { // an Error; the next caller makes it look up
            bare.callbackFailed(e);
        }
    }

    /** Whether there is to be a thread; one that was switched off stays while futures or streams count on it. */
    private boolean isNeeded() {
        return !bare.isClosed()
                && !paused
                && (mode != Keeper.OFF
                        || asyncWaits.needReader()
                        || (onFailure == OnFailure.REOPEN || isAsked()) && hasFailed());
    }

    private boolean hasFailed() {
        return bare.snapshot(0).state() == BareSnapshot.State.FAILED;
    }

    private boolean goesOn() {
        lock.lock();
        try {
            if (!isNeeded()) {
                works(); // or nobody is interested
                thread = null; // last: it goes on after an Error, and another must not be started beside it
                return false;
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            takeTurns();
        } finally {
            if (thread == Thread.currentThread()) {
                thread = null; // it dies; the next caller makes the keeper look up, and so start again
            }
        }
    }

    private void takeTurns() {
        boolean goesOn = true;
        while (goesOn) {
            try {
                goesOn = goesOn();
                if (goesOn) {
                    turn();
                }
            } catch (InterruptedException e) {
                // nothing has a right to interrupt it; the role has been passed on, and it starts anew
                rest(AFTER_INTERRUPT);
            } catch (SourceFailedException | StageClosedException e) {
                // all have been told, and the next turn sees it
            } catch (Throwable e) {
                report(e);
                rest(FAIL_ALL);
            }
        }
    }

    /** Says that the keeper goes on after what it did not expect, if there is memory to say so. */
    private void report(Throwable unexpected) {
        try {
            bare.help(
                    () -> LOGGER.log(Level.WARNING, threadName + " goes on after what it did not expect", unexpected));
        } catch (Throwable e) {
            bare.callbackFailed(e);
        }
    }

    /** Pauses before the next turn; an Error only makes that come sooner. */
    private void rest(Duration time) {
        try {
            keeper.pause(time);
        } catch (Throwable e) {
            Thread.yield();
        }
    }

    private void turn() throws InterruptedException {
        if (hasFailed()) {
            tryAgain();
            return;
        }
        works();
        if (mode == Keeper.ALWAYS || asyncWaits.needReader()) {
            head(true, false);
            return;
        }
        if (mode == Keeper.OFF) {
            return; // switched off since it was needed, or the last of those has gone for whom it was
        }
        long rest = idleNanos - (bare.nanoTime() - heartbeat.lastRead());
        if (rest > 0) {
            pause(rest);
        } else if (!head(false, false)) {
            pause(idleNanos);
        }
    }

    private void works() {
        if (failing) {
            failing = false;
            worksSince = bare.nanoTime();
        }
    }

    /** Tries a failed source when it is time to, or when a caller has been admitted that asks for it. */
    private void tryAgain() throws InterruptedException {
        long now = bare.nanoTime();
        if (!failing) {
            attempts = now - worksSince < STEADY_NANOS ? attempts : 0;
            attemptAt = now + pauseBefore(attempts);
            failing = true; // last, since a snapshot looks at it first
        }
        boolean asks = isAsked() || asyncWaits.isAnyAdmitted();
        if (!asks && now - attemptAt < 0) {
            pause(attemptAt - now);
            return;
        }
        try {
            // another head tries the source too, but not on behalf of the callers that ask: for these it queues
            head(asks, true);
        } finally {
            attemptAt = bare.nanoTime() + pauseBefore(attempts); // an attempt may take long
        }
    }

    private long pauseBefore(int attempt) {
        return onFailure == OnFailure.FAIL_ALL ? FAIL_ALL.toNanos() : reopenPauses.before(attempt);
    }

    private void pause(long nanos) throws InterruptedException {
        keeper.pause(Duration.ofNanos(nanos));
        if (Thread.interrupted()) {
            throw new InterruptedException(threadName + " was interrupted");
        }
    }

    private boolean head(boolean queues, boolean triesAgain) throws InterruptedException {
        return keeper.head(queues, triesAgain, director -> {
            if (failing && hasFailed()) {
                attempts++;
            }
            try {
                readLoop.keep(director, served -> stepsDown(served, director));
            } catch (SourceFailedException e) {
                sourceFailed();
                throw e;
            }
            return null;
        });
    }

    /**
     * Whether the keeper, which heads and has read something or nothing, is to leave.
     *
     * @param served whether it has had a message for a caller
     */
    private boolean stepsDown(boolean served, Director<T, Source<M>, Void> director) {
        if (failing && !hasFailed()) {
            works();
        }
        return paused
                || switch (mode) {
                    case OFF ->
                        !isNeeded(); // a failed source may want more time than that for a look, to connect again
                    case IDLE -> asyncWaits.isEmpty() && (served || director.isAnybodyWaiting());
                    case ALWAYS -> false;
                };
    }
}
