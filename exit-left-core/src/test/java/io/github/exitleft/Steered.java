package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;

/** What the tests of the primitive share: a stage on a steered parker, and a head that does as it is told. */
abstract class Steered {

    static final Duration LONG = Duration.ofSeconds(100);

    /** What a commanded head does next; true ends it. */
    interface Command {
        boolean run(Director<String, Object, List<String>> director) throws Exception;
    }

    final SteeredParker parker = new SteeredParker();
    final List<Object> closedResources = new ArrayList<>();
    final LinkedBlockingQueue<Command> commands = new LinkedBlockingQueue<>();
    BareStage<String, Object, List<String>> stage = build(Promotion.NEWEST);

    BareStage<String, Object, List<String>> build(Promotion promotion) {
        return BareStage.<String, Object, List<String>>builder("test", new Object(), new ArrayList<>())
                .parker(parker)
                .promotion(promotion)
                .wakeup(resource -> commands.add(director -> true))
                .closer(closedResources::add, false)
                .build();
    }

    /** Builds a stage whose head is not woken when it is closed. */
    BareStage<String, Object, List<String>> deaf(boolean closesUnderItsHead) {
        return BareStage.<String, Object, List<String>>builder("test", "resource", new ArrayList<>())
                .parker(parker)
                .closer(closedResources::add, closesUnderItsHead)
                .build();
    }

    /** Closes the stage on a thread of its own. */
    Actor<String> closer() {
        return Actor.start("closer", () -> {
            stage.close();
            return "closed";
        });
    }

    /** Enters, and returns at once with its own name where it gets to head. */
    Actor<Exit<String>> waiter(String token, Duration timeout) {
        return Actor.startWaiting(stage, token, () -> {
            try (var ticket = stage.ticket(token)) {
                return stage.enter(ticket, timeout, director -> "headed by " + token);
            }
        });
    }

    /** Heads until a command ends it. */
    Actor<Exit<String>> head() {
        var heads = new CountDownLatch(1);
        Actor<Exit<String>> actor = Actor.start("head", () -> {
            try (var ticket = stage.ticket("head")) {
                return stage.enter(ticket, LONG, director -> {
                    heads.countDown();
                    while (!commands.take().run(director)) {
                        assertThat(stage.snapshot(0).head()).isNotNull();
                    }
                    return "head";
                });
            }
        });
        await().until(() -> heads.getCount() == 0);
        return actor;
    }

    void tellHead(Command command) {
        var done = new CountDownLatch(1);
        commands.add(director -> {
            try {
                return command.run(director);
            } finally {
                done.countDown();
            }
        });
        await().until(() -> done.getCount() == 0);
    }

    void signal(String token) {
        tellHead(director -> {
            director.signal(token);
            return false;
        });
    }

    void leave(Actor<?> head) throws Exception {
        commands.add(director -> true);
        head.result();
    }

    /** Returns how often an exchange on a stage with many tickets looks at a token, its own or another's. */
    static long looksAtTokensAmong(int others) throws Exception {
        var looks = new AtomicLong();
        record Token(int number, AtomicLong looks) {
            @Override
            public boolean equals(Object other) {
                looks.incrementAndGet();
                return other instanceof Token that && number == that.number;
            }

            @Override
            public int hashCode() {
                looks.incrementAndGet();
                return number;
            }
        }
        var stage = BareStage.<Token, Object, Object>builder("many", "", "").build();
        for (int i = 1; i <= others; i++) {
            stage.ticket(new Token(i, looks));
        }
        looks.set(0);
        try (var ticket = stage.ticket(new Token(0, looks))) {
            Exit<Boolean> exit = stage.enter(ticket, LONG, director -> director.signal(new Token(others / 2, looks)));
            assertThat(exit).isEqualTo(new Exit.Finished<>(true));
        }
        return looks.get();
    }

    @AfterEach
    void nothingIsLeft() {
        await().untilAsserted(() -> {
            BareSnapshot left = stage.snapshot(10);
            assertThat(left.waiters()).as("waiters").isZero();
            assertThat(left.tickets()).as("tickets").isZero();
            assertThat(left.head()).as("head").isNull();
        });
        assertThat(closedResources.size()).as("closed").isLessThanOrEqualTo(1);
    }

    static Exit<String> finished(String value) {
        return new Exit.Finished<>(value);
    }

    static Exit<String> signalled() {
        return new Exit.Signalled<>();
    }

    static Exit<String> timedOut() {
        return new Exit.TimedOut<>();
    }
}
