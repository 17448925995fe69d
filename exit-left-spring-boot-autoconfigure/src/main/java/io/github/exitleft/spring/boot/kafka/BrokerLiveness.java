package io.github.exitleft.spring.boot.kafka;

import io.github.exitleft.TransientSourceException;
import java.io.Serial;
import java.time.Duration;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.Metric;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether brokers answer a consumer, which does not say so itself.
 *
 * <p>A broker answers each fetch within {@link #INTERVAL_MILLIS}, with nothing if it has nothing; the consumer counts the answers in
 * its metrics. Silence is measured in time spent reading, since fetches are sent only then. A consumer that replaces one that failed
 * counts as unanswered until the first answer.
 */
final class BrokerLiveness {

    static final int INTERVAL_MILLIS = 500;

    /** Thrown once when the last answer is too long ago. */
    static final class LostException extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1L;
    }

    private final Consumer<?, ?> consumer;
    private final long limit;

    /** Null if the consumer has no such metric; brokers are then taken to answer. */
    private final @Nullable Metric fetches;

    private Object seen = 0.0;
    private long silence;
    private boolean lost;

    /**
     * Begins to watch.
     *
     * @param lost whether brokers count as silent until one answers
     */
    BrokerLiveness(Consumer<?, ?> consumer, Duration limit, boolean lost) {
        this.consumer = consumer;
        this.limit = limit.toNanos();
        this.lost = lost;
        this.fetches = consumer.metrics().entrySet().stream()
                .filter(entry -> entry.getKey().name().equals("fetch-total")
                        && !entry.getKey().tags().containsKey("topic"))
                .<Metric>map(entry -> entry.getValue())
                .findFirst()
                .orElse(null);
    }

    /**
     * Records one poll.
     *
     * @param nothingCame whether the poll gave no records
     * @param nanos how long it took
     * @throws LostException when the last answer is too long ago
     * @throws TransientSourceException after that, until there is an answer
     */
    void polled(boolean nothingCame, long nanos) throws TransientSourceException {
        Object now = this.fetches == null ? this.seen : this.fetches.metricValue();
        if (!nothingCame || this.fetches == null || !now.equals(this.seen)) {
            this.seen = now;
            this.silence = 0;
            this.lost = false;
            return;
        }
        if (!this.lost && this.consumer.assignment().isEmpty()) { // between two rebalances there is nothing to fetch
            return;
        }
        this.silence += nanos;
        if (this.silence >= this.limit) {
            this.silence = 0;
            this.lost = true;
            throw new LostException();
        }
        requireAnswered();
    }

    /**
     * Keeps a read without an answer from returning normally, which would tell the stage that the source works.
     *
     * @throws TransientSourceException if there has been no answer for too long, and still is none
     */
    void requireAnswered() throws TransientSourceException {
        if (this.lost) {
            throw new TransientSourceException(new IllegalStateException("no broker has answered yet"));
        }
    }
}
