package io.github.exitleft.test;

import io.github.exitleft.MessageOutcome;
import io.github.exitleft.Stage;
import io.github.exitleft.StageSnapshot;
import java.util.EnumMap;
import java.util.Map;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * AssertJ's assertions on a stage.
 *
 * {@snippet :
 * import static io.github.exitleft.test.StageAssert.assertThat;
 *
 * assertThat(stun).hasNoOpenTickets().hasNothingUnclaimed();
 * }
 */
public final class StageAssert extends AbstractAssert<StageAssert, Stage<?, ?>> {

    /** How many waits to name. */
    private static final int OLDEST = 5;

    private StageAssert(@Nullable Stage<?, ?> actual) {
        super(actual, StageAssert.class);
    }

    /**
     * Begins assertions on a stage.
     *
     * @param actual the stage
     * @return the assertions
     */
    public static StageAssert assertThat(@Nullable Stage<?, ?> actual) {
        return new StageAssert(actual);
    }

    /**
     * Verifies that all tickets are closed, those of calls and futures included, so that nothing waits.
     *
     * @return these assertions
     * @throws AssertionError if a ticket is open
     */
    public StageAssert hasNoOpenTickets() {
        isNotNull();
        StageSnapshot snapshot = actual.snapshot(OLDEST);
        if (snapshot.role().tickets() > 0) {
            failWithMessage(
                    "%nExpecting stage '%s' to have no open tickets, but it has %d.%nOldest waits: %s%n"
                            + "Close tickets in a try statement, and end calls and futures before the test ends.",
                    actual.name(), snapshot.role().tickets(), snapshot.role().oldest());
        }
        return this;
    }

    /**
     * Verifies that every message since the stage was built was delivered or is an event: none was late, a duplicate, foreign, unknown,
     * unreadable, or dropped. A message that no thread has read yet does not count.
     *
     * @return these assertions
     * @throws AssertionError if there was another message
     */
    public StageAssert hasNothingUnclaimed() {
        return nothingUnclaimed(Map.of());
    }

    /**
     * Verifies the same for the messages since a snapshot was taken, for stages that serve several tests.
     *
     * @param before the snapshot
     * @return these assertions
     * @throws AssertionError if there was another message
     */
    public StageAssert hasNothingUnclaimedSince(StageSnapshot before) {
        return nothingUnclaimed(before.messages());
    }

    private StageAssert nothingUnclaimed(Map<MessageOutcome, Long> before) {
        isNotNull();
        Map<MessageOutcome, Long> unclaimed = new EnumMap<>(MessageOutcome.class);
        actual.snapshot(0).messages().forEach((outcome, count) -> {
            long since = count - before.getOrDefault(outcome, 0L);
            if (since > 0 && outcome != MessageOutcome.DELIVERED && outcome != MessageOutcome.EVENT) {
                unclaimed.put(outcome, since);
            }
        });
        if (!unclaimed.isEmpty()) {
            failWithMessage(
                    "%nExpecting every message of stage '%s' to be delivered, but there were unclaimed ones: %s.%n"
                            + "If they are of another test, compare with a snapshot of before: hasNothingUnclaimedSince(snapshot).",
                    actual.name(), unclaimed);
        }
        return this;
    }

    /**
     * Verifies how many messages had an outcome since the stage was built.
     *
     * @param outcome the outcome
     * @param count how many
     * @return these assertions
     * @throws AssertionError if there were more or fewer
     */
    public StageAssert hasMessages(MessageOutcome outcome, long count) {
        isNotNull();
        Map<MessageOutcome, Long> messages = actual.snapshot(0).messages();
        if (messages.getOrDefault(outcome, 0L) != count) {
            failWithMessage(
                    "%nExpecting stage '%s' to have had %d messages with the outcome %s, but there were: %s",
                    actual.name(), count, outcome, messages);
        }
        return this;
    }
}
