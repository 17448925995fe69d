package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.test.QueueSource;
import io.github.exitleft.testing.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;

/** A stage of notes in memory, for tests that need no more. */
abstract class NoteFixture extends StageFixture {

    /** A message. */
    record Note(Integer token, String text) {}

    final QueueSource<Note> queue = new QueueSource<>();
    final HookedSource<Note> source = hooked(queue);
    final List<Unclaimed<?, ?>> unclaimed = new CopyOnWriteArrayList<>();

    static final Duration LONG = Patience.FOR_EVER;

    /** The queue as a source of another kind, which a test says. */
    class OverQueue implements Source<Note> {

        @Override
        public Note receive(Duration remaining) throws Exception {
            return queue.receive(remaining);
        }

        @Override
        public void wakeup() {
            queue.wakeup();
        }

        @Override
        public void close() {}
    }

    final SteeredParker clock = new SteeredParker();

    private int passersBy;
    private final List<Ticket<Integer, Note>> others = new ArrayList<>();

    /** A stage in real time, whose default timeout no test reaches, and whose failed source no thread of its own tries again. */
    Stage<Integer, Note> stage(UnaryOperator<StageBuilder<Integer, Note>> settings) {
        return stage(Note::token, settings);
    }

    Stage<Integer, Note> stage(TokenReader<Integer, Note> reader, UnaryOperator<StageBuilder<Integer, Note>> settings) {
        Stage<Integer, Note> stage =
                build(settings.apply(Stage.<Integer, Note>builder("post", Integer.class, source, reader)
                        .onFailure(OnFailure.FAIL_ALL)
                        .defaultTimeout(LONG)));
        stage.addListener(new StageListener<Integer, Note>() {
            @Override
            public void unclaimed(Unclaimed<? extends Integer, ? extends Note> left) {
                unclaimed.add(left);
            }
        });
        return stage;
    }

    Stage<Integer, Note> stage() {
        return stage(builder -> builder);
    }

    /** A stage on the clock of the test, whose threads look up by themselves each millisecond, as a parker may let them. */
    Stage<Integer, Note> timed(UnaryOperator<StageBuilder<Integer, Note>> settings) {
        clock.restless = true;
        return stage(builder -> settings.apply(builder.seam(bare -> bare.parker(clock))));
    }

    /** A stage on the clock of the test, on which a thread that is parked has seen all there is. */
    Stage<Integer, Note> strictlyTimed(UnaryOperator<StageBuilder<Integer, Note>> settings) {
        return stage(builder -> settings.apply(builder.seam(bare -> bare.parker(clock))));
    }

    /** Waits until the keeper of a strictly timed stage pauses, for exactly so long. */
    void untilKeeperPauses(Stage<Integer, Note> stage, Duration pause) {
        await().untilAsserted(() -> assertThat(keepers(stage))
                .extracting(clock::parkedFor)
                .as("pause of the keeper")
                .containsExactly(pause));
    }

    /** Waits until the keeper of a strictly timed stage does nothing, or waits for the role. */
    void untilKeeperIsParked(Stage<Integer, Note> stage) {
        await().untilAsserted(() -> assertThat(keepers(stage)).hasSize(1).allMatch(clock::isParked));
    }

    /** Whether the method is that of the keeper in which this thread is: where it stands while it looks at the clock. */
    static boolean keeperLooksFrom(String method) {
        return StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> frame.getClassName().equals(KeeperThread.class.getName()))
                        .findFirst())
                .filter(frame -> frame.getMethodName().equals(method))
                .isPresent();
    }

    /** Waits until the head, which found its way to the source before, begins another read. */
    void untilHeadReadsAnew() {
        int reads = source.reads.get();
        source.wakeup();
        await().untilAsserted(() -> assertThat(source.reads).hasValueGreaterThan(reads));
    }

    /** Holds another ticket until the test is over, since a head drains only for other tickets. */
    void somebodyElse(Stage<Integer, Note> stage) {
        others.add(stage.ticket(Integer.MAX_VALUE));
    }

    @AfterEach
    void somebodyElseLeaves() {
        others.forEach(Ticket::close);
    }

    void add(int token, String text) {
        queue.add(new Note(token, text));
    }

    /** Moves the clock and makes the head look at it. */
    void pass(Duration time) {
        clock.advance(time);
        source.wakeup();
    }

    /** Moves the clock and waits until the head has looked at it and reads on. */
    void passUnnoticed(Duration time) {
        clock.advance(time);
        int before = source.reads.get();
        source.wakeup(); // ends the present read or the next; the one after that was begun with the new time
        await().untilAsserted(() -> assertThat(source.reads.get()).isGreaterThan(before));
        int between = source.reads.get();
        source.wakeup();
        await().untilAsserted(() -> assertThat(source.reads.get()).isGreaterThan(between));
    }

    /** Lets the stage read what is there, by a caller that is gone afterwards. */
    void readAll(Stage<Integer, Note> stage) throws InterruptedException {
        int token = Integer.MIN_VALUE + passersBy++; // another each time, since it goes unanswered
        try (Ticket<Integer, Note> passerBy = stage.ticket(token)) {
            long before;
            do {
                before = source.received.get();
                try {
                    passerBy.await(Duration.ZERO);
                } catch (StageTimeoutException expected) {
                    assertThat(expected.token()).isEqualTo(token);
                }
            } while (source.received.get() > before);
        }
    }

    List<MessageOutcome> unclaimedOutcomes() {
        synchronized (unclaimed) {
            return unclaimed.stream().<MessageOutcome>map(Unclaimed::outcome).toList();
        }
    }
}
