package io.github.exitleft.lincheck;

import static io.github.exitleft.lincheck.Play.LONG;

import io.github.exitleft.SourceFailedException;
import io.github.exitleft.StageClosedException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Races of asynchronous calls and streams, for which no thread waits, with the head, their owner, the clock, a failure and a close.
 *
 * <p>The main thread heads until it has a letter of its own; what it brings about for the others it also does.
 */
final class AsyncScenarios {

    static final List<Scenario> ALL = List.of(
            Scenario.of(
                    "answer against sending",
                    "M1 M20",
                    300,
                    AsyncScenarios::answerAgainstSending,
                    "DELIVERED DELIVERED FINISHED SIGNALLED"),
            Scenario.of(
                    "answer against cancel",
                    "M20 M3",
                    300,
                    AsyncScenarios::answerAgainstCancel,
                    "DELIVERED DELIVERED FINISHED SIGNALLED",
                    "DELIVERED CANCELLED FINISHED CANCELLED LATE",
                    "DELIVERED CANCELLED FINISHED CANCELLED ABANDONED"),
            Scenario.of(
                    "answer against the time",
                    "M20 S2",
                    300,
                    AsyncScenarios::answerAgainstTheTime,
                    "DELIVERED DELIVERED FINISHED SIGNALLED",
                    "DELIVERED TIMED_OUT FINISHED TIMED_OUT LATE"),
            Scenario.of(
                    "time against cancel",
                    "M20",
                    1500,
                    AsyncScenarios::timeAgainstCancel,
                    "CANCELLED CANCELLED",
                    "TIMED_OUT TIMED_OUT"),
            Scenario.of(
                    "failure against calling",
                    "M6 M20",
                    500,
                    AsyncScenarios::failureAgainstCalling,
                    "FAILED FAILED FAILED FAILED",
                    "FAILED REFUSED FAILED"),
            Scenario.of(
                    "close against calling",
                    "S16 M20",
                    500,
                    AsyncScenarios::closeAgainstCalling,
                    "CLOSED CLOSED",
                    "REFUSED "),
            Scenario.of(
                    "failure against subscribing",
                    "M6 M20",
                    500,
                    AsyncScenarios::failureAgainstSubscribing,
                    "FAILED FAILED"),
            Scenario.of("letters against requests", "M20", 500, AsyncScenarios::lettersAgainstRequests, "DELIVERED 2"),
            Scenario.of("requests at once", "M20", 500, AsyncScenarios::requestsAtOnce, "2"));

    private AsyncScenarios() {}

    private static CompletableFuture<Integer> call(StagePlay play, int token) {
        return play.stage.callAsync(token, () -> {});
    }

    /** How a future has ended; it must have. */
    private static End end(CompletableFuture<Integer> future) {
        Exploration.pause();
        try {
            if (!future.isDone()) {
                throw new AssertionError("the future has not ended");
            }
            return future.isCancelled()
                    ? End.CANCELLED
                    : future.handle((letter, thrown) -> letter != null
                                    ? End.DELIVERED
                                    : thrown instanceof StageClosedException
                                            ? End.CLOSED
                                            : thrown instanceof SourceFailedException ? End.FAILED : End.TIMED_OUT)
                            .join();
        } finally {
            Exploration.resume();
        }
    }

    private static void end(StagePlay play, Object... ends) {
        String exits = play.exits();
        String unclaimed = play.unclaimed();
        Object[] outcome = new Object[ends.length + (unclaimed.isEmpty() ? 1 : 2)];
        System.arraycopy(ends, 0, outcome, 0, ends.length);
        outcome[ends.length] = exits;
        if (!unclaimed.isEmpty()) {
            outcome[ends.length + 1] = unclaimed;
        }
        play.end(outcome);
    }

    private static void answerAgainstSending() {
        var play = StagePlay.inTheBackground();
        var own = play.ticket(1);
        var future = new CompletableFuture<?>[1];
        var b = play.actor(() -> {
            CompletableFuture<Integer> called = play.stage.callAsync(2, () -> play.letters.post(2));
            play.letters.post(1);
            future[0] = called;
            return End.FINISHED;
        });
        Exploration.resume();
        b.start();
        End end = play.await(own, LONG);
        b.join();
        end(play, end, end(cast(future[0])));
    }

    @SuppressWarnings("unchecked")
    private static CompletableFuture<Integer> cast(CompletableFuture<?> future) {
        return (CompletableFuture<Integer>) future;
    }

    private static void answerAgainstCancel() {
        var play = StagePlay.inTheBackground();
        var own = play.ticket(1);
        var future = call(play, 2);
        var b = play.actor(() -> {
            future.cancel(false);
            return End.FINISHED;
        });
        play.letters.post(2);
        play.letters.post(1);
        play.whenFirstRead(b::start);
        End end = play.await(own, LONG);
        b.join();
        end(play, end, end(future));
    }

    private static void answerAgainstTheTime() {
        var play = StagePlay.inTheBackground();
        var own = play.ticket(1);
        var future = call(play, 2);
        var b = play.actor(() -> {
            play.timer.fire();
            return End.FINISHED;
        });
        play.letters.post(2);
        play.letters.post(1);
        play.whenFirstRead(b::start);
        End end = play.await(own, LONG);
        b.join();
        end(play, end, end(future));
    }

    private static void timeAgainstCancel() {
        var play = StagePlay.inTheBackground();
        var future = call(play, 2);
        var b = play.actor(() -> {
            play.timer.fire();
            return End.FINISHED;
        });
        Exploration.resume();
        b.start();
        future.cancel(false);
        b.join();
        end(play, end(future));
    }

    private static void failureAgainstCalling() {
        var play = StagePlay.inTheBackground();
        var own = play.ticket(1);
        var future = new CompletableFuture<?>[1];
        var b = play.actor(() -> {
            try {
                future[0] = call(play, 2);
                return End.FINISHED;
            } catch (SourceFailedException e) {
                return End.REFUSED;
            }
        });
        play.letters.post(Letters.BOMB);
        Exploration.resume();
        b.start();
        End end = play.await(own, LONG);
        End called = b.join();
        end(play, end, called == End.REFUSED ? called : end(cast(future[0])));
    }

    private static void closeAgainstCalling() {
        var play = StagePlay.inTheBackground();
        var future = new CompletableFuture<?>[1];
        var b = play.actor(() -> {
            try {
                future[0] = call(play, 2);
                return End.FINISHED;
            } catch (StageClosedException e) {
                return End.REFUSED;
            }
        });
        Exploration.resume();
        b.start();
        play.stage.close();
        End called = b.join();
        end(play, called == End.REFUSED ? called : end(cast(future[0])));
    }

    /** Counts what it hears, and notices two threads at once. */
    private static final class Heard implements Flow.Subscriber<Integer> {

        private final int wanted;
        volatile int letters;
        volatile int errors;
        private volatile boolean busy;
        volatile boolean violated;
        volatile Flow.@Nullable Subscription subscription;

        Heard(int wanted) {
            this.wanted = wanted;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            if (wanted > 0) {
                given.request(wanted);
            }
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // that is what is checked
        public void onNext(Integer letter) {
            violated |= busy;
            busy = true;
            letters = letters + 1;
            busy = false;
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate")
        public void onError(Throwable thrown) {
            violated |= busy;
            errors = errors + 1;
        }

        @Override
        public void onComplete() {
            violated = true;
        }
    }

    private static void failureAgainstSubscribing() {
        var play = StagePlay.inTheBackground();
        var own = play.ticket(1);
        var heard = new Heard(1);
        var b = play.actor(() -> {
            play.stage.messages(2).subscribe(heard);
            return End.FINISHED;
        });
        play.letters.post(Letters.BOMB);
        Exploration.resume();
        b.start();
        End end = play.await(own, LONG);
        b.join();
        end(play, heard.errors == 1 && !heard.violated ? End.FAILED : "errors: " + heard.errors);
    }

    private static void lettersAgainstRequests() {
        var play = StagePlay.inTheBackground();
        var own = play.ticket(1);
        var heard = new Heard(0);
        play.stage.messages(2).subscribe(heard);
        Flow.Subscription subscription = heard.subscription;
        var b = play.actor(() -> {
            subscription.request(1);
            subscription.request(1);
            return End.FINISHED;
        });
        play.letters.post(2);
        play.letters.post(2);
        play.letters.post(1);
        play.whenFirstRead(b::start);
        End end = play.await(own, LONG);
        b.join();
        subscription.cancel();
        play.end(end, heard.violated ? "violated" : heard.letters);
    }

    private static void requestsAtOnce() {
        var play = StagePlay.inTheBackground();
        var own = play.ticket(1);
        var heard = new Heard(0);
        play.stage.messages(2).subscribe(heard);
        Flow.Subscription subscription = heard.subscription;
        var b = play.actor(() -> {
            subscription.request(1);
            return End.FINISHED;
        });
        play.letters.post(2);
        play.letters.post(2);
        play.letters.post(1);
        play.await(own, LONG); // has all of them filed
        Exploration.resume();
        b.start();
        subscription.request(1);
        b.join();
        subscription.cancel();
        play.end(heard.violated ? "violated" : heard.letters);
    }
}
