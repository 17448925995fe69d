package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Senders of sources whose requests carry their time to live find what is left of their call's timeout. */
@SuppressWarnings("try") // closing a source may throw anything
class StageTimeToLiveTests extends NoteFixture {

    private final List<Duration> left = new CopyOnWriteArrayList<>();

    private void note() {
        left.add(Sender.timeLeft());
    }

    private Stage<Integer, Note> stage(boolean sendsTimeToLive) {
        clock.restless = true;
        var telling = new ForwardingSource<>(source) {
            @Override
            public boolean sendsTimeToLive() {
                return sendsTimeToLive;
            }
        };
        return build(Stage.<Integer, Note>builder("post", Integer.class, telling, Note::token)
                .defaultTimeout(Duration.ofSeconds(3))
                .issueSequence(8)
                .seam(bare -> bare.parker(clock)));
    }

    @Test
    void callAndItsResends_findWhatIsLeftOfTheTimeout() throws Exception {
        Stage<Integer, Note> stage = stage(true);
        CallOptions<Note> options = CallOptions.<Note>defaults()
                .timeout(Duration.ofSeconds(10))
                .resend(Resends.every(Duration.ofSeconds(4)));

        Task<Note> call = startHead(stage, () -> stage.call(1, options, this::note));
        for (int resends = 1; resends <= 2; resends++) {
            int sends = 1 + resends;
            pass(Duration.ofSeconds(4));
            await().untilAsserted(() -> assertThat(left).hasSize(sends));
            untilHeadReadsAnew();
        }
        add(1, "answer");

        assertThat(call.get().text()).isEqualTo("answer");
        assertThat(left).containsExactly(Duration.ofSeconds(10), Duration.ofSeconds(6), Duration.ofSeconds(2));
    }

    @Test
    void senderOfACallWithoutATimeout_findsTheDefault() throws Exception {
        stage(true).call(1, () -> {
            note();
            add(1, "answer");
        });

        assertThat(left).containsExactly(Duration.ofSeconds(3));
    }

    @Test
    void timeLeft_isNeverNegative() throws Exception {
        stage(true).call(1, () -> {
            clock.advance(Duration.ofSeconds(4));
            note();
            add(1, "answer");
        });

        assertThat(left).containsExactly(Duration.ZERO);
    }

    @Test
    void futureAndItsSender_findItToo() throws Exception {
        Stage<Integer, Note> stage = stage(true);
        stage.keeper(Keeper.ALWAYS);
        CompletableFuture<Note> future = stage.callAsync(1, () -> {
            note();
            add(1, "answer");
        });

        assertThat(Patience.get(future).text()).isEqualTo("answer");
        assertThat(left).containsExactly(Duration.ofSeconds(3));
        assertThat(Sender.timeLeft()).isNull();
    }

    @Test
    void sendersOfEachKindOfCall_findIt() throws Exception {
        Stage<Integer, Note> stage = stage(true);
        stage.keeper(Keeper.ALWAYS);
        Sender<RuntimeException> sender = () -> {
            note();
            add(1, "answer");
        };

        stage.call(id -> {
            note();
            add(id, "answer");
        });
        Patience.get(stage.callAsync(id -> {
            note();
            add(id, "answer");
        }));
        stage.gather(1, Until.first(1), sender);
        stage.callAll(List.of("peer"), peer -> Question.of(1, sender), CallOptions.defaults());

        assertThat(left).hasSize(4).containsOnly(Duration.ofSeconds(3));
    }

    @Test
    void senderThatAsksAnotherStage_findsItsOwnAfterwards() throws Exception {
        Stage<Integer, Note> stage = stage(true);

        stage.call(1, () -> {
            stage.call(2, CallOptions.<Note>defaults().timeout(Duration.ofSeconds(1)), () -> {
                note();
                add(2, "inner");
            });
            note();
            add(1, "outer");
        });

        assertThat(left).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(3));
    }

    @Test
    void senderThatThrows_leavesNothingBehind() {
        Stage<Integer, Note> stage = stage(true);

        assertThat(catchThrowable(() -> stage.call(1, () -> {
                    note();
                    throw new IOException("no route");
                })))
                .hasMessage("no route");

        assertThat(left).hasSize(1);
        assertThat(Sender.timeLeft()).isNull();
    }

    @Test
    void senderOfASourceThatDoesNotAsk_findsNone() throws Exception {
        stage(false).call(1, () -> {
            note();
            add(1, "answer");
        });

        assertThat(left).containsExactly((Duration) null);
    }
}
