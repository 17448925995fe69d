package io.github.exitleft.testing;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How long tests wait for what is sure to come.
 *
 * <p>It only bounds hanging, so it is far longer than a slow machine needs; no test may wait until it is over. As an extension that
 * every test class has, it sets Awaitility's defaults too: a condition is polled with {@code await().until(…)} or
 * {@code await().untilAsserted(…)}, on the thread that waits. A future, a latch, a thread and a process are waited for here.
 */
public final class Patience implements BeforeAllCallback {

    /** After this time a test hangs. */
    public static final Duration LIMIT = Duration.ofMinutes(1);

    /** After this time a program beside the JVM hangs that starts or ends. */
    public static final Duration LIMIT_OF_PROGRAMS = Duration.ofMinutes(2);

    /** Longer than any test runs: a wait that lasts so long unless it is ended shows by hanging that it was not. */
    public static final Duration FOR_EVER = Duration.ofMinutes(30);

    private static final Duration OFTEN = Duration.ofMillis(1);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(LIMIT);
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(OFTEN);
        Awaitility.pollInSameThread();
    }

    /** Returns the result of a future once there is one. */
    public static <V> V get(Future<V> future) throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(LIMIT.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Waits until a latch is open. */
    public static void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(LIMIT.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new AssertionError("still counts down: " + latch);
        }
    }

    /** Waits until a thread has ended. */
    public static void join(Thread thread) throws InterruptedException {
        thread.join(LIMIT.toMillis());
        if (thread.isAlive()) {
            throw new AssertionError(thread + " hangs in " + Arrays.toString(thread.getStackTrace()));
        }
    }

    /** Waits until a process has ended, and returns its exit status. */
    public static int waitFor(Process process) throws InterruptedException {
        if (!process.waitFor(LIMIT_OF_PROGRAMS.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new AssertionError("has not ended: " + process);
        }
        return process.exitValue();
    }
}
