package com.example.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.MessageOutcome;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.testing.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.IntFunction;

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

    /** Starts five callers that nothing answers, and waits until they wait. */
    static <T> List<FutureTask<?>> startCallers(Stage<T, ?> stage, IntFunction<T> tokens) {
        List<FutureTask<?>> callers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            T token = tokens.apply(i);
            callers.add(start(() -> stage.call(token, () -> {})));
        }
        awaitCallers(stage, callers.size());
        return callers;
    }

    /** Checks that all callers failed with the source, by the same cause, and returns that. */
    static Throwable failedByOneCause(List<FutureTask<?>> callers) throws Exception {
        Throwable cause = null;
        for (FutureTask<?> caller : callers) {
            Throwable thrown = failure(caller);
            assertThat(thrown).isInstanceOf(SourceFailedException.class);
            cause = cause == null ? thrown.getCause() : cause;
            assertThat(thrown.getCause()).isSameAs(cause);
        }
        return cause;
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
