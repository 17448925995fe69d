package com.example.sources;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.MessageOutcome;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.testing.Patience;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Callers on threads of their own, and what their stage says of them. */
final class Threads {

    private Threads() {}

    /** Starts a caller. */
    static <V> FutureTask<V> start(Callable<V> body) {
        var task = new FutureTask<>(body);
        Thread thread = new Thread(task, "caller");
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    /** What a caller threw; fails if it returned. */
    static Throwable failure(FutureTask<?> task) throws Exception {
        try {
            throw new AssertionError("should have failed, but returned " + Patience.get(task));
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    /** Waits until so many callers wait, one of them as the head unless that is the keeper. */
    static void awaitCallers(Stage<?, ?> stage, int number) {
        await().until(() -> {
            var role = stage.snapshot(0).role();
            if (role.head() == null) {
                return false;
            }
            boolean kept = role.head().thread().startsWith("exit-left keeper");
            return role.waiters() == (kept ? number : number - 1);
        });
    }

    /** Sees that the source is still failed: no two tickets are given in a second, and one may be due. */
    static <T> void assertRefusesTickets(Stage<T, ?> stage, T token) {
        assertThatThrownBy(() -> {
                    while (true) {
                        stage.ticket(token).close();
                    }
                })
                .isInstanceOf(SourceFailedException.class);
    }

    /** How many messages came to that end. */
    static long count(Stage<?, ?> stage, MessageOutcome outcome) {
        return stage.snapshot(0).messages().getOrDefault(outcome, 0L);
    }
}
