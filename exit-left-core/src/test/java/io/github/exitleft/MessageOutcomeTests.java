package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.test.QueueSource;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** What becomes of messages: each is delivered or explained (M3), and nothing grows without bound (M2). */
class MessageOutcomeTests extends NoteFixture {

    /** A token of which one part throws. */
    private record Brittle(int id, boolean breaksHash, boolean breaksEquals) {

        @Override
        public int hashCode() {
            if (breaksHash) {
                throw new IllegalStateException("hashCode");
            }
            return id;
        }

        @Override
        public boolean equals(Object other) {
            if (breaksEquals) {
                throw new IllegalStateException("equals");
            }
            return other instanceof Brittle that && that.id == id;
        }
    }

    private static void timeOut(Ticket<Integer, Note> ticket) {
        assertThatThrownBy(() -> ticket.await(Duration.ZERO)).isInstanceOf(StageTimeoutException.class);
    }

    @Test
    void m3_messageAfterATimeout_isLateByTheTimeSinceTheTicketsEnd() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
            timeOut(ticket);
        }
        clock.advance(Duration.ofMillis(1_234));
        add(1, "late");
        readAll(stage);

        assertThat(unclaimed).singleElement().satisfies(left -> {
            assertThat(left.outcome()).isEqualTo(MessageOutcome.LATE);
            assertThat(left.late()).isEqualTo(Duration.ofMillis(1_234));
            assertThat(left.token()).isEqualTo(1);
            assertThat(left.message()).isEqualTo(new Note(1, "late"));
        });
        assertThat(count(stage, MessageOutcome.LATE)).isEqualTo(1);
    }

    @Test
    void m3_messageAfterASecondWaitThatTimedOut_isLateThoughTheFirstWasAnswered() throws Exception {
        Stage<Integer, Note> stage = stage();
        try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
            add(1, "first");
            ticket.await();
            timeOut(ticket);
        }
        add(1, "second");
        readAll(stage);

        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.LATE);
    }

    @Test
    void m3_messageAfterTheAnsweredTicketsEnd_isADuplicate() throws Exception {
        Stage<Integer, Note> stage = stage();
        stage.call(1, () -> add(1, "answer"));
        add(1, "again");
        readAll(stage);

        assertThat(unclaimed).singleElement().satisfies(left -> {
            assertThat(left.outcome()).isEqualTo(MessageOutcome.DUPLICATE);
            assertThat(left.late()).isNull();
        });
    }

    @Test
    void m3_secondAnswerBeforeTheWaiterTookTheFirst_isADuplicate() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(9, () -> {}));

        // both are filed while the caller still sends, so that its mailbox holds the first when the second comes
        Note reply = stage.call(1, () -> {
            add(1, "first");
            add(1, "second");
            await().untilAsserted(() ->
                    assertThat(count(stage, MessageOutcome.DUPLICATE)).isEqualTo(1));
        });

        assertThat(reply.text()).isEqualTo("first");
        add(9, "done");
        head.get();
    }

    @Test
    void m3_messageForATokenNeverAsked_isUnknown() throws Exception {
        Stage<Integer, Note> stage = stage();
        add(77, "what?");
        readAll(stage);

        assertThat(unclaimed).singleElement().satisfies(left -> {
            assertThat(left.outcome()).isEqualTo(MessageOutcome.UNKNOWN);
            assertThat(left.token()).isEqualTo(77);
        });
    }

    @Test
    void m3_unclaimedMessages_areLoggedWhereThatIsAskedFor() throws Exception {
        Stage<Integer, Note> stage = stage();
        Logger logger = Logger.getLogger("io.github.exitleft.Unclaimed");
        try (var log = new LogCapture(logger.getName())) {
            add(77, "secret");
            readAll(stage);
            assertThat(log.lines()).as("by default").isEmpty();

            logger.setLevel(Level.FINE);
            add(77, "what?");
            queue.add(new Note(null, "no token"));
            readAll(stage);

            assertThat(log.lines())
                    .containsExactly(
                            "FINE stage 'post' got a message that is unknown: token '77', " + new Note(77, "what?"),
                            "FINE stage 'post' got a message that is unreadable: no token, "
                                    + new Note(null, "no token"));
        } finally {
            logger.setLevel(null);
        }
    }

    @Test
    void m3_messageForATokenNeverAskedOnASharedSource_isForeignAndOnesOwnAreNot() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.shared(true));
        stage.call(1, () -> {
            add(77, "another's");
            add(1, "mine");
        });
        try (Ticket<Integer, Note> ticket = stage.ticket(2)) {
            timeOut(ticket);
        }
        add(1, "again");
        add(2, "late");
        readAll(stage);

        assertThat(unclaimedOutcomes())
                .containsExactly(MessageOutcome.FOREIGN, MessageOutcome.DUPLICATE, MessageOutcome.LATE);
        assertThat(count(stage, MessageOutcome.FOREIGN)).isEqualTo(1);
        assertThat(count(stage, MessageOutcome.UNKNOWN)).isZero();
    }

    @Test
    void m3_messageWithoutAToken_isUnreadable() throws Exception {
        Stage<Integer, Note> stage = stage();
        queue.add(new Note(null, "no token"));
        readAll(stage);

        assertThat(unclaimed).singleElement().satisfies(left -> {
            assertThat(left.outcome()).isEqualTo(MessageOutcome.UNREADABLE);
            assertThat(left.token()).isNull();
            assertThat(left.cause()).isNull();
            assertThat(left.message()).isEqualTo(new Note(null, "no token"));
        });
        assertThat(stage.snapshot(0).role().callbackFailures()).isZero();
    }

    @Test
    void m9_messageWhoseReaderThrows_isUnreadableAndNoFailureOfACallback() throws Exception {
        var broken = new IllegalArgumentException("broken reader");
        Stage<Integer, Note> stage = build(Stage.<Integer, Note>builder("post", Integer.class, source, note -> {
            if (note.token() == 13) {
                throw broken;
            }
            return note.token();
        }));
        stage.addListener(new StageListener<Integer, Note>() {
            @Override
            public void unclaimed(Unclaimed<? extends Integer, ? extends Note> left) {
                unclaimed.add(left);
            }
        });
        Note reply;
        try (var log = new LogCapture("io.github.exitleft")) {
            reply = stage.call(1, () -> {
                add(13, "bad luck");
                add(1, "fine");
            });
            assertThat(log.lines()).as("a stranger may have sent it").isEmpty();
        }

        assertThat(reply.text()).isEqualTo("fine");
        assertThat(unclaimed).singleElement().satisfies(left -> {
            assertThat(left.outcome()).isEqualTo(MessageOutcome.UNREADABLE);
            assertThat(left.cause()).isSameAs(broken);
        });
        assertThat(stage.snapshot(0).role().callbackFailures()).isZero();
    }

    @Test
    void m9_readerThatIsInterrupted_doesNotSwallowTheInterrupt() throws Exception {
        Stage<Integer, Note> stage = build(Stage.<Integer, Note>builder("post", Integer.class, source, note -> {
            throw new InterruptedException("as if it had blocked");
        }));
        Task<Note> head = start(() -> stage.call(1, () -> add(1, "unlucky")));

        assertThat(head.failure()).isInstanceOf(InterruptedException.class);
        assertThat(count(stage, MessageOutcome.UNREADABLE)).isEqualTo(1);
    }

    @Test
    void m10_messageThatTheSourceCannotRead_isUnreadableAndNoFailure() throws Exception {
        Stage<Integer, Note> stage = stage();
        var bad = new UnreadableMessageException("bad checksum", null);
        Note reply = stage.call(1, () -> {
            queue.fail(bad);
            add(1, "good");
        });

        assertThat(reply.text()).isEqualTo("good");
        assertThat(unclaimed).singleElement().satisfies(left -> {
            assertThat(left.outcome()).isEqualTo(MessageOutcome.UNREADABLE);
            assertThat(left.message()).isNull();
            assertThat(left.cause()).isSameAs(bad);
        });
    }

    @Test
    void m9_tokenWhoseHashCodeOrEqualsThrows_isUnreadableAndBreaksNothing() throws Exception {
        var brittle = new QueueSource<Brittle>();
        Stage<Brittle, Brittle> stage = build(Stage.builder("brittle", Brittle.class, hooked(brittle), token -> token));
        var retired = new Brittle(5, false, false);
        stage.call(retired, () -> brittle.add(retired)); // so that equals has something to compare with

        var mine = new Brittle(1, false, false);
        Brittle reply = stage.call(mine, () -> {
            brittle.add(new Brittle(3, true, false));
            brittle.add(new Brittle(5, false, true));
            brittle.add(new Brittle(1, false, true));
            brittle.add(mine);
        });

        assertThat(reply).isEqualTo(mine);
        assertThat(count(stage, MessageOutcome.UNREADABLE)).isEqualTo(3);
        assertThat(stage.snapshot(0).role().callbackFailures()).isZero();
    }

    @Test
    void m2_fullMailbox_dropsTheNewestAndCountsIt() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.mailbox(2, Overflow.DROP_NEWEST));
        try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
            fill();
            readAll(stage);

            assertThat(unclaimed).singleElement().satisfies(left -> {
                assertThat(left.outcome()).isEqualTo(MessageOutcome.OVERFLOW);
                assertThat(left.message()).isEqualTo(new Note(1, "m2"));
            });
            assertThat(List.of(
                            ticket.await().message().text(),
                            ticket.await().message().text()))
                    .containsExactly("m0", "m1");
        }
    }

    @Test
    void m2_fullMailbox_dropsTheOldestAndCountsIt() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.mailbox(2, Overflow.DROP_OLDEST));
        try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
            fill();
            readAll(stage);

            assertThat(unclaimed).singleElement().satisfies(left -> {
                assertThat(left.outcome()).isEqualTo(MessageOutcome.OVERFLOW);
                assertThat(left.message()).isEqualTo(new Note(1, "m0"));
            });
            assertThat(List.of(
                            ticket.await().message().text(),
                            ticket.await().message().text()))
                    .containsExactly("m1", "m2");
        }
    }

    private void fill() {
        for (int i = 0; i < 3; i++) {
            add(1, "m" + i);
        }
    }

    @Test
    void m3_messagesLeftInTheMailboxAtItsEnd_areAbandoned() throws Exception {
        Stage<Integer, Note> stage = stage();
        somebodyElse(stage);
        Ticket<Integer, Note> ticket = stage.ticket(1);
        fill();
        assertThat(ticket.await().message().text()).isEqualTo("m0");
        ticket.close();

        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.ABANDONED, MessageOutcome.ABANDONED);
        assertThat(count(stage, MessageOutcome.ABANDONED)).isEqualTo(2);
    }

    @Test
    void m3_messageForATicketThatWasRefused_isExplainedAll() throws Exception {
        Stage<Integer, Note> stage = stage();
        Ticket<Integer, Note> ticket = stage.ticket(1);
        assertThatThrownBy(() -> stage.ticket(1)).isInstanceOf(IllegalStateException.class);
        add(1, "for the first");
        assertThat(ticket.await().message().text()).isEqualTo("for the first");
        ticket.close();
        assertThat(unclaimed).isEmpty();
    }

    @Test
    void m3_memoryOfTokens_endsAfterAMinute() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
            timeOut(ticket);
        }
        clock.advance(Duration.ofSeconds(60));
        add(1, "just in time");
        readAll(stage);
        clock.advance(Duration.ofNanos(1));
        add(1, "forgotten");
        readAll(stage);

        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.LATE, MessageOutcome.UNKNOWN);
    }

    @Test
    void m3_memoryOfTokens_holds8192() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        for (int i = 0; i <= 8_192; i++) {
            stage.ticket(i).close();
        }
        add(0, "the oldest");
        add(1, "the second oldest");
        add(8_192, "the youngest");
        readAllWithoutTicket(stage);

        assertThat(unclaimedOutcomes())
                .containsExactly(MessageOutcome.UNKNOWN, MessageOutcome.LATE, MessageOutcome.LATE);
    }

    /** Reads with a ticket that stays open meanwhile, since closing one displaces another from the memory. */
    private void readAllWithoutTicket(Stage<Integer, Note> stage) {
        try (Ticket<Integer, Note> passerBy = stage.ticket(-1)) {
            timeOut(passerBy);
        }
    }

    @Test
    void m2_retiredTokens_areBoundedInNumberAndTime() {
        var retired = new RetiredTokens<Integer>();
        for (int i = 0; i < 20_000; i++) {
            retired.add(i, i, false, null);
        }
        assertThat(retired.size()).isEqualTo(8_192);
        retired.add(-1, Duration.ofSeconds(61).toNanos(), true, null);
        assertThat(retired.size()).isEqualTo(1);
    }

    @Test
    void m2_retiredTokenUsedAgain_isYoungAgain() {
        var retired = new RetiredTokens<Integer>();
        for (int i = 0; i < 8_192; i++) {
            retired.add(i, 0, false, null);
        }
        retired.add(0, 1, true, null);
        retired.add(-1, 1, false, null);

        assertThat(retired.find(0, 1)).isEqualTo(new RetiredTokens.Retired(1, true, null));
        assertThat(retired.find(1, 1)).isNull();
    }

    @Test
    void m2_floodOfUnknownTokens_isNotRemembered() {
        // the room's memory is reached through explain() alone when a message has no ticket
        var room = new Mailroom<Integer, Note>(
                new TokenMemory<>(clock::nanoTime, null, null, MessageOutcome.UNKNOWN),
                clock::nanoTime,
                1,
                Overflow.DROP_NEWEST);
        var box = new LooseMailbox<Integer, Note>(room.lockFor(-1));
        assertThat(room.close(-1, box, false)).isEmpty();
        for (int i = 0; i < 100_000; i++) {
            assertThat(room.explain(i, new Note(i, "flood")).outcome()).isEqualTo(MessageOutcome.UNKNOWN);
        }
        assertThat(room.explain(0, new Note(0, "again")).outcome()).isEqualTo(MessageOutcome.UNKNOWN);
        assertThat(room.explain(-1, new Note(-1, "asked")).outcome()).isEqualTo(MessageOutcome.LATE);
    }
}
