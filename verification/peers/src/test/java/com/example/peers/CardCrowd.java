package com.example.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.testing.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.jpos.iso.ISOException;
import org.jpos.iso.ISOMsg;

/**
 * Callers that buy by one client of a {@link CardHost}. The last digit of a purchase's number says what its answer does: it comes at
 * once, never, long after its caller has gone, or, most often, at about the time at which the caller goes.
 */
final class CardCrowd {

    /** How many purchases are never answered, and how many at once. */
    static final int TENTH = Integer.getInteger("exitleft.peers.purchases", 2_000) / 10;

    /** How many purchases there are; {@code -Dexitleft.peers.purchases=10000} is the long run. */
    static final int PURCHASES = 10 * TENTH;

    /** How many trace numbers a client has: few, so that it uses again those whose answers are still to come. */
    static final int STANS = TENTH + 800;

    private static final int CALLERS = 64;
    private static final int UNANSWERED = 0;
    private static final int AT_ONCE = 1;
    private static final int LONG_AFTERWARDS = 2;
    private static final int RACES = 7 * TENTH;
    private static final int MILLIS = 50;
    private static final int LONG_MILLIS = 200;
    private static final double STEP = 1.02;

    /** Asks the host. */
    @FunctionalInterface
    interface Client {

        /** Returns the answer to a purchase; null if there is none in time. */
        Answer ask(String reference, Duration timeout) throws Exception;
    }

    /**
     * What a client takes for the answer to its purchase.
     *
     * @param stan the trace number of the purchase
     */
    record Answer(int stan, ISOMsg message) {}

    /** The references of purchases that were answered, rightly or not. */
    final Set<String> answered = ConcurrentHashMap.newKeySet();

    final Set<String> timedOut = ConcurrentHashMap.newKeySet();

    /** What callers got that are not their answers. */
    final Queue<String> wrong = new ConcurrentLinkedQueue<>();

    /** How many more of the races were lost than won. */
    private final AtomicInteger lost = new AtomicInteger();

    private static int kind(String reference) {
        return Integer.parseInt(reference) % 10;
    }

    /** Returns the delay of an answer in milliseconds; a negative one drops it. */
    static long delay(String reference) {
        int kind = kind(reference);
        return switch (kind) {
            case UNANSWERED -> -1;
            case AT_ONCE -> 0;
            case LONG_AFTERWARDS -> LONG_MILLIS * (1 + Integer.parseInt(reference) / 10 % 10);
            default -> MILLIS - 6 + kind;
        };
    }

    /**
     * Returns how long to wait for an answer. Each race that is lost makes that longer, and each that is won makes it shorter, so that on a
     * machine of any speed many are lost and many are won.
     */
    private Duration timeout(String reference) {
        return kind(reference) == AT_ONCE
                ? Patience.LIMIT
                : Duration.ofNanos((long) (Duration.ofMillis(MILLIS).toNanos() * Math.pow(STEP, this.lost.get())));
    }

    /** Buys until all purchases are made. */
    void buy(Client client) throws Exception {
        var next = new AtomicInteger();
        List<FutureTask<Void>> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(Callers.start(() -> {
                for (int n = next.incrementAndGet(); n <= PURCHASES; n = next.incrementAndGet()) {
                    buy(client, String.format("%012d", n));
                }
                return null;
            }));
        }
        for (FutureTask<Void> caller : callers) {
            // for as long as the run takes
            caller.get();
        }
    }

    private void buy(Client client, String reference) throws Exception {
        Answer answer = client.ask(reference, timeout(reference));
        if (kind(reference) > LONG_AFTERWARDS) {
            this.lost.addAndGet(answer == null ? 1 : -1);
        }
        if (answer == null) {
            this.timedOut.add(reference);
            return;
        }
        this.answered.add(reference);
        check("0210", answer.stan(), reference, answer.message());
    }

    /** Notes an answer that is not the one to a message with this number about this purchase. */
    void check(String type, int stan, String reference, ISOMsg answer) throws ISOException {
        String expected =
                type + " " + String.format("%06d", stan) + " " + reference + " " + CardHost.approval(reference);
        String got = answer.getMTI() + " " + answer.getString(Card.STAN) + " " + answer.getString(CardHost.REFERENCE)
                + " " + answer.getString(CardHost.APPROVAL);
        if (!got.equals(expected)) {
            this.wrong.add("[" + got + "] instead of [" + expected + "]");
        }
    }

    /** Asserts that each purchase ended in one way and in the right one, and that races ended in both. */
    void assertRight() {
        assertThat(this.wrong).isEmpty();
        assertThat(this.answered).doesNotContainAnyElementsOf(this.timedOut);
        assertThat(this.answered.size() + this.timedOut.size()).isEqualTo(PURCHASES);
        assertThat(this.answered)
                .filteredOn(reference -> kind(reference) == AT_ONCE)
                .hasSize(TENTH);
        assertThat(this.timedOut)
                .filteredOn(reference -> kind(reference) == UNANSWERED)
                .hasSize(TENTH);
        assertThat(this.answered)
                .as("races won")
                .filteredOn(reference -> kind(reference) > LONG_AFTERWARDS)
                .hasSizeGreaterThan(RACES / 10);
        assertThat(this.timedOut)
                .as("races lost")
                .filteredOn(reference -> kind(reference) > LONG_AFTERWARDS)
                .hasSizeGreaterThan(RACES / 10);
    }

    @Override
    public String toString() {
        return this.answered.size() + " answered, " + this.wrong.size() + " of them wrongly; " + this.timedOut.size()
                + " timed out";
    }
}
