package io.github.exitleft;

import io.github.exitleft.ChaosLetter.ChaosViolation;
import io.github.exitleft.ChaosLetter.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;

/** What an actor of the chaos tests has going on without waiting for it: asynchronous calls and streams. */
final class ChaosAsyncWaits {

    private static final int MOST = 4;

    private final ChaosWorld world;
    private final ChaosActor actor;
    private final List<Runnable> cancels = new ArrayList<>(); // what ends each, by the actor's own thread

    ChaosAsyncWaits(ChaosWorld world, ChaosActor actor) {
        this.world = world;
        this.actor = actor;
    }

    void step() {
        if (cancels.size() >= MOST || !cancels.isEmpty() && actor.random.nextInt(4) == 0) {
            actor.count("cancel in the background");
            cancels.remove(actor.random.nextInt(cancels.size())).run();
        } else if (actor.random.nextInt(3) == 0) {
            subscribe();
        } else {
            call();
        }
    }

    void end() {
        cancels.forEach(Runnable::run);
        cancels.clear();
    }

    private void call() {
        boolean issued = world.issues && actor.random.nextBoolean();
        Integer brought = actor.randomToken();
        AtomicReference<Integer> token = new AtomicReference<>(); // once it is sent
        int answerAt = actor.isFlooded() ? 0 : actor.random.nextInt(3); // 0 is never
        int failAt = actor.random.nextInt(16) == 0 ? 1 + actor.random.nextInt(2) : 0;
        Duration timeout = answerAt == 1 && failAt == 0 ? ChaosActor.HUGE : actor.timeout();
        CallOptions<ChaosLetter> options =
                CallOptions.<ChaosLetter>checked(world::check).timeout(timeout);
        if (answerAt != 1) {
            options = options.resend(Resends.every(Duration.ofNanos(1 + actor.random.nextInt(200_000)))
                    .atMost(2));
        }
        long before = world.now();
        int[] sends = new int[1]; // by one thread after the other
        world.openCalls.incrementAndGet(); // before anything can end it
        boolean begun = false;
        IssuedSender<Integer, IOException> sender = id -> {
            token.set(id);
            world.taken(id);
            int send = ++sends[0];
            world.requireContextOf(actor);
            if (send == failAt) {
                throw new IOException("of the sender");
            }
            if (send == answerAt) {
                world.post(id, Kind.GOOD);
            }
        };
        if (!issued) {
            world.taken(brought); // also where its request is not sent: it has a ticket for a moment
        }
        try {
            CompletableFuture<ChaosLetter> future = issued
                    ? world.stage.callAsync(options, sender)
                    : world.stage.callAsync(brought, options, () -> sender.send(brought));
            begun = true;
            future.whenComplete((letter, thrown) -> {
                world.requireContextOf(actor);
                ended(issued ? token.get() : brought, letter, thrown);
                world.closed(token.get(), before); // null if it was in line until its end
                world.openCalls.decrementAndGet();
            });
            cancels.add(() -> future.cancel(false));
        } catch (IOException e) {
            actor.count("NOT_SENT");
            world.closed(token.get(), before);
        } catch (RuntimeException e) {
            refused(e, issued);
        } finally {
            if (!begun) {
                world.openCalls.decrementAndGet();
            }
        }
    }

    private void ended(Integer token, ChaosLetter letter, Throwable thrown) {
        try {
            if (letter != null) {
                world.count("DELIVERED");
                // a stray letter may come after the ticket for an issued token and before the sender knows the token
                delivered(token == null ? letter.token : token, letter);
            } else if (thrown instanceof StageTimeoutException) {
                world.count("TIMED_OUT");
            } else if (thrown instanceof CancellationException) {
                world.count("CANCELLED");
            } else if (thrown instanceof StageClosedException) {
                world.count("CLOSED");
            } else if (thrown instanceof SourceFailedException) {
                world.count("FAILED");
            } else if (world.isLimited
                    && (thrown instanceof SendFailedException
                            || thrown instanceof TooManyTicketsException
                            || thrown instanceof TokenInUseException)) {
                world.count("NOT_SENT");
            } else {
                throw new AssertionError("not expected", thrown);
            }
        } catch (Throwable e) {
            world.violated(e);
        }
    }

    private static void delivered(Integer token, ChaosLetter letter) {
        letter.end(MessageOutcome.DELIVERED);
        if (!token.equals(letter.token) || letter.kind == Kind.FOREIGN || letter.kind == Kind.CHECK_THROWS) {
            throw new ChaosViolation(letter + " was given to " + token);
        }
    }

    private void refused(RuntimeException e, boolean issued) {
        boolean expected = e instanceof TooManyTicketsException
                || e instanceof SourceFailedException
                || e instanceof StageClosedException
                || e instanceof TokenInUseException && !issued
                || e instanceof IllegalStateException && e.getMessage().contains("no keeper");
        if (!expected) {
            throw new AssertionError("not expected", e);
        }
        actor.count("refused in the background");
    }

    private void subscribe() {
        Integer token = actor.randomToken();
        var subscriber = new Subscriber(token, world.now(), 1 + actor.random.nextInt(8));
        world.taken(token);
        world.stage.messages(token, world::check).subscribe(subscriber);
        if (subscriber.accepted) {
            actor.count("subscribe");
            cancels.add(subscriber::cancel);
        }
    }

    /** Asks for messages in portions. */
    private final class Subscriber implements Flow.Subscriber<ChaosLetter> {

        private final Integer token;
        private final long before;
        private final int portion;
        private Flow.Subscription subscription;
        private int left;
        private volatile Thread caller;
        private volatile boolean ended;
        volatile boolean accepted = true;

        Subscriber(Integer token, long before, int portion) {
            this.token = token;
            this.before = before;
            this.portion = portion;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            left = portion;
            given.request(portion);
        }

        @Override
        public void onNext(ChaosLetter letter) {
            alone(() -> {
                world.count("letter of a stream");
                delivered(token, letter);
                if (--left == 0) {
                    left = portion;
                    subscription.request(portion);
                }
            });
        }

        @Override
        public void onError(Throwable thrown) {
            alone(() -> {
                ended = true;
                accepted = false;
                if (!(subscription instanceof MessageStream)) {
                    refused((RuntimeException) thrown, false);
                } else if (thrown instanceof SourceFailedException || thrown instanceof StageClosedException) {
                    world.closed(token, before);
                } else {
                    throw new AssertionError("not expected", thrown);
                }
            });
        }

        @Override
        public void onComplete() {
            world.violated("a stream is complete");
        }

        /** Signals come one after the other (§1.3), and none after the last. */
        private void alone(Runnable signal) {
            if (caller != null || ended) {
                world.violated("called by " + Thread.currentThread() + " in spite of " + caller + ", ended: " + ended);
            }
            caller = Thread.currentThread();
            world.requireContextOf(actor);
            try {
                signal.run();
            } catch (Throwable e) {
                world.violated(e);
            } finally {
                caller = null;
            }
        }

        void cancel() {
            subscription.cancel();
            world.closed(token, before);
        }
    }
}
