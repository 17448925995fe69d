package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;

/** A thread of a test, with what it came back with. */
final class Actor<V> {

    private final FutureTask<V> result;
    private final CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    final Thread thread;

    private Actor(String name, Callable<V> part) {
        result = new FutureTask<>(part); // unlike CompletableFuture it hands out every exception in the same way
        thread = new Thread(
                () -> {
                    result.run();
                    interrupted.complete(Thread.currentThread().isInterrupted());
                },
                name);
        thread.setDaemon(true);
    }

    static <V> Actor<V> start(String name, Callable<V> part) {
        Actor<V> actor = new Actor<>(name, part);
        actor.thread.start();
        return actor;
    }

    /** Starts a thread that enters, and returns once it waits in the queue. */
    static <V> Actor<V> startWaiting(BareStage<?, ?, ?> stage, String name, Callable<V> part) {
        int before = stage.snapshot(0).waiters();
        Actor<V> actor = start(name, part);
        await().until(() -> stage.snapshot(0).waiters() == before + 1 || actor.result.isDone());
        assertThat(stage.snapshot(0).waiters()).as("waiters").isEqualTo(before + 1);
        return actor;
    }

    V result() throws Exception {
        try {
            return Patience.get(result);
        } catch (TimeoutException e) {
            throw new AssertionError(thread + " hangs in " + Arrays.toString(thread.getStackTrace()), e);
        }
    }

    Throwable thrown() throws Exception {
        try {
            throw new AssertionError("nothing thrown, but returned " + result());
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    boolean isDone() {
        return result.isDone();
    }

    boolean wasLeftInterrupted() throws Exception {
        return Patience.get(interrupted);
    }
}
