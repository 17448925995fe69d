package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.bare.Outcome;
import io.github.exitleft.bare.TestPlatforms;
import io.github.exitleft.bare.TestPlatforms.StrictClock;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

/** Errors inside a stage of messages, and tickets that are closed while their threads head: rules S19 and S20. */
class StageErrorTests extends NoteFixture {

    @Test
    void s19_errorAtAnyCallOfTheKeeper_doesNotEndIt() throws Exception {
        int number = 0;
        StrictClock strict;
        do {
            String name = "kept-" + ++number;
            strict = new StrictClock();
            strict.failWhen("exit-left keeper of stage '" + name + "'", number);
            StrictClock time = strict;
            var queue = new QueueSource<Note>();
            Stage<Integer, Note> stage = build(Stage.builder(name, Integer.class, queue, Note::token)
                    .keeper(Keeper.ALWAYS)
                    .seam(TestPlatforms.on(strict)));

            until(() -> {
                queue.add(new Note(7, "for nobody")); // each time, since the one may be lost that the Error comes after
                time.advance(Duration.ofSeconds(1));
                assertThat(count(stage, MessageOutcome.UNKNOWN)).isPositive();
            });
            assertThat(keepers(stage)).hasSize(1);
        } while (strict.hasFailed());
        assertThat(number).isGreaterThan(1);
    }

    @Test
    void s19_errorOfAWait_isCountedAsAFailure() throws Exception {
        var strict = new StrictClock();
        Stage<Integer, Note> stage = stage(builder -> builder.seam(TestPlatforms.on(strict)));
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        Task<Note> failing = start(() -> {
            strict.failWhen(Thread.currentThread().getName(), 1, "park");
            return stage.call(2, () -> {});
        });
        assertThat(failing.failure()).isInstanceOf(OutOfMemoryError.class);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.FAILED, 1L);
        assertThat(stage.snapshot(0).role().tickets()).isEqualTo(1);
        add(1, "done");
        head.get();
    }

    @Test
    void s20_ticketClosedWhileItsThreadReads_endsTheWaitAndTheTokenIsFree() throws Exception {
        Stage<Integer, Note> stage = stage();
        Ticket<Integer, Note> ticket = stage.ticket(1);
        Task<Received<Note>> head = startHead(stage, () -> ticket.await(Duration.ofDays(1)));
        Task<Note> next = startWaiter(stage, () -> stage.call(2, () -> {}));

        ticket.close();

        stage.ticket(1).close();
        assertThat(head.failure()).isInstanceOf(CancellationException.class);
        add(2, "served by the next");
        assertThat(next.get().text()).isEqualTo("served by the next");
    }

    @Test
    void s20_messageThatWasDeliveredBeforeTheClose_wins() throws Exception {
        Stage<Integer, Note> stage = stage();
        Ticket<Integer, Note> ticket = stage.ticket(1);
        Task<Received<Note>> head = startHead(stage, () -> ticket.await(Duration.ofDays(1)));
        add(1, "first");
        assertThat(head.get().message().text()).isEqualTo("first");
        ticket.close();
    }
}
