package io.github.exitleft.test;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A thread of a test, with what its body returns or throws. */
final class Worker<V extends @Nullable Object> {

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    final Thread thread;
    private final FutureTask<V> future;
    private final Duration limit;

    private Worker(Thread thread, FutureTask<V> future, Duration limit) {
        this.thread = thread;
        this.future = future;
        this.limit = limit;
    }

    /**
     * Starts a thread.
     *
     * @param virtual whether it is a virtual one
     * @param limit after what time it is taken to hang
     */
    static <V extends @Nullable Object> Worker<V> start(boolean virtual, Duration limit, Callable<V> body) {
        var future = new FutureTask<>(body);
        String name = "contract-" + NUMBERS.incrementAndGet();
        Thread thread = virtual ? virtualThread(name, future) : new Thread(future, name);
        if (!virtual) {
            thread.setDaemon(true);
        }
        var worker = new Worker<V>(thread, future, limit);
        thread.start();
        return worker;
    }

    /** Whether this JVM has virtual threads. */
    static boolean canBeVirtual() {
        return Runtime.version().feature() >= 21;
    }

    // by reflection, since this code is compiled for Java 17
    private static Thread virtualThread(String name, Runnable body) {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Class<?> type = Class.forName("java.lang.Thread$Builder");
            type.getMethod("name", String.class).invoke(builder, name);
            Method unstarted = type.getMethod("unstarted", Runnable.class);
            return (Thread) unstarted.invoke(builder, body);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("no virtual threads on " + Runtime.version(), e);
        }
    }

    boolean isDone() {
        return future.isDone();
    }

    /** Whether the thread waits for something, perhaps in a system call, in which a thread counts as runnable. */
    boolean isBlocked() {
        Thread.State state = thread.getState();
        if (state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING || state == Thread.State.BLOCKED) {
            return true;
        }
        StackTraceElement[] stack = thread.getStackTrace();
        return stack.length > 0 && stack[0].isNativeMethod();
    }

    /** Returns what the body returned; throws what it threw. */
    V get() throws Exception {
        try {
            return future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw hangs(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception thrown) {
                throw thrown;
            }
            if (e.getCause() instanceof Error thrown) {
                throw thrown;
            }
            throw e;
        }
    }

    /** Returns what the body threw; fails if it returned. */
    Throwable failure() throws InterruptedException {
        try {
            V value = future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            throw new AssertionError(thread.getName() + " should have failed, but returned " + value);
        } catch (TimeoutException e) {
            throw hangs(e);
        } catch (ExecutionException e) {
            return Objects.requireNonNull(e.getCause());
        }
    }

    private AssertionError hangs(TimeoutException cause) {
        return new AssertionError(
                thread.getName() + " has not ended within " + limit + "; it is in "
                        + Arrays.toString(thread.getStackTrace()),
                cause);
    }
}
