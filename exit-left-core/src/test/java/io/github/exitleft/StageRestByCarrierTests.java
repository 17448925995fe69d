package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tokens that rest until they are answered, or until what carried their questions is lost (M11). */
class StageRestByCarrierTests extends NoteFixture {

    private static final CallOptions<Note> NO_TIME =
            CallOptions.<Note>defaults().timeout(Duration.ZERO);

    private final Carriers carriers = new Carriers();
    private final Carriers.Carrier a = carriers.add();
    private final Carriers.Carrier b = carriers.add();
    private final long since = System.nanoTime();
    private final List<@Nullable Object> renewed = new ArrayList<>();

    /** The queue as a source with several connections, all of which are there from the beginning. */
    private final class Connected extends OverQueue {

        @Override
        public Carriers carriers() {
            return carriers;
        }

        @Override
        public boolean tellsAnswerable() {
            return true;
        }

        @Override
        public long answerableSince() {
            return since;
        }

        @Override
        public void renew(Carriers.@Nullable Carrier carrier, long of, String why) {
            renewed.add(carrier);
        }
    }

    private Stage<Integer, Note> stage(int most, UnaryOperator<StageBuilder<Integer, Note>> settings) {
        return build(
                settings.apply(Stage.<Integer, Note>builder("post", Integer.class, hooked(new Connected()), Note::token)
                        .onFailure(OnFailure.FAIL_ALL)
                        .defaultTimeout(LONG)
                        .restUntilAnswered(most)));
    }

    private Stage<Integer, Note> stage(int most) {
        return stage(most, builder -> builder);
    }

    private static void carry(Carriers.Carrier... by) {
        for (Carriers.Carrier carrier : by) {
            assertThat(carrier.carry()).isTrue();
        }
    }

    private static void timeOut(Stage<Integer, Note> stage, int token, Carriers.Carrier... by) {
        assertThatThrownBy(() -> stage.call(token, NO_TIME, () -> carry(by))).isInstanceOf(StageTimeoutException.class);
    }

    private void lose(Stage<Integer, Note> stage, Carriers.Carrier carrier) throws InterruptedException {
        queue.fail(new CarrierLostException(carrier, new IOException("one cable cut")));
        readOn(stage);
    }

    /** Reads all there is, by a question that is answered, since the token of another one would rest. */
    private void readOn(Stage<Integer, Note> stage) throws InterruptedException {
        stage.call(999, () -> add(999, "the last there is"));
    }

    private static void assertRests(Stage<Integer, Note> stage, int token) {
        assertThatThrownBy(() -> stage.ticket(token)).isInstanceOf(TokenInUseException.class);
    }

    private static void assertFree(Stage<Integer, Note> stage, int token) {
        assertThatCode(() -> stage.ticket(token).close()).doesNotThrowAnyException();
    }

    @Test
    void m11_lossOfACarrier_freesWhatItAloneCarried() throws Exception {
        for (int bits : new int[] {0, 4, 8, 30}) {
            Stage<Integer, Note> stage = stage(100, builder -> bits == 0 ? builder : builder.issueSequence(bits));
            Carriers.Carrier lost = carriers.add();
            timeOut(stage, 1, lost);
            timeOut(stage, 2, b);
            timeOut(stage, 3, lost, b);
            timeOut(stage, 4, lost);

            lose(stage, lost);

            assertFree(stage, 1);
            assertRests(stage, 2);
            assertRests(stage, 3);
            assertFree(stage, 4);
        }
    }

    @Test
    void m11_callThatALossEnds_leavesItsTokenFree() throws Exception {
        for (int bits : new int[] {0, 8}) {
            Stage<Integer, Note> stage = stage(1, builder -> bits == 0 ? builder : builder.issueSequence(bits));
            Carriers.Carrier lost = carriers.add();
            List<Task<Note>> tasks = new ArrayList<>();
            tasks.add(startHead(stage, () -> stage.call(1, () -> carry(lost))));
            for (int token = 2; token <= 5; token++) {
                int own = token;
                tasks.add(startWaiter(stage, () -> stage.call(own, () -> carry(lost))));
            }
            queue.fail(new CarrierLostException(lost, new IOException("one cable cut")));
            for (Task<Note> task : tasks) {
                assertThat(task.failure()).isInstanceOf(SourceFailedException.class);
            }

            assertFree(stage, 1);
            assertThat(renewed).isEmpty();
        }
    }

    @Test
    void m11_tooManyThatRest_renewTheCarrierOfMostUntilThatIsLost() throws Exception {
        Stage<Integer, Note> stage = stage(4);
        timeOut(stage, 1, b);
        timeOut(stage, 2, a);
        timeOut(stage, 3, a);
        timeOut(stage, 4, b);
        assertThat(renewed).isEmpty();
        timeOut(stage, 5, b);
        assertThat(renewed).containsExactly(b);
        // now most were asked by the other one, but it is not lost yet
        timeOut(stage, 6, a);
        timeOut(stage, 7, a);
        assertThat(renewed).containsExactly(b, b, b);

        lose(stage, b);

        await().until(() -> keepers(stage).isEmpty());
        renewed.clear();
        timeOut(stage, 8, a);
        assertThat(renewed).containsExactly(a);
        lose(stage, a);
        await().until(() -> keepers(stage).isEmpty());
    }

    @Test
    void m11_lateAnswers_countForTheirCarrierNoMore() throws Exception {
        Stage<Integer, Note> stage = stage(2);
        timeOut(stage, 1, b);
        timeOut(stage, 2, b);
        add(1, "late");
        add(2, "late");
        readOn(stage);
        timeOut(stage, 3, b);
        timeOut(stage, 4, a);
        timeOut(stage, 5, a);

        assertThat(renewed).containsExactly(a);
        lose(stage, a);
        await().until(() -> keepers(stage).isEmpty());
    }

    @Test
    void m11_tokensWhoseCarrierIsUnknown_renewAllOnceTheyAreMost() throws Exception {
        Stage<Integer, Note> stage = stage(2);
        timeOut(stage, 1, a);
        timeOut(stage, 2);
        timeOut(stage, 3);

        assertThat(renewed).hasSize(1).containsOnlyNulls();
        lose(stage, a);
        await().until(() -> keepers(stage).isEmpty());
    }
}
