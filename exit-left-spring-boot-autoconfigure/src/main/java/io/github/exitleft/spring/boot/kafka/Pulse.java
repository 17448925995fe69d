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
 * <p>A broker answers each fetch, with nothing if need be, within {@link #INTERVAL_MILLIS}; the consumer counts the answers
 * among its metrics. Silence is measured in time spent reading, since nobody else sends fetches. A consumer that takes the
 * place of one that failed has to show first that it is answered.
 */
final class Pulse {

    static final int INTERVAL_MILLIS = 500;

    /** Thrown once when there has been no answer for too long. */
    static final class LostException extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1L;
    }

    private final Consumer<?, ?> consumer;
    private final long limit;
    private final @Nullable Metric fetches; // null if the consumer counts none: then all is taken to be well
    private Object seen = 0.0;
    private long silence;
    private boolean lost;

    /** Begins to listen. @param lost whether brokers are taken not to answer until one does */
    Pulse(Consumer<?, ?> consumer, Duration limit, boolean lost) {
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
     * Takes note of one poll.
     *
     * @throws LostException when the last answer is too long ago
     * @throws TransientSourceException after that, until there is an answer
     */
    void beatOrFail(boolean nothingCame, long nanos) throws TransientSourceException {
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
        requireFound();
    }

    /**
     * Keeps a read without an answer from returning: that would tell the stage that all is well.
     *
     * @throws TransientSourceException if there has been no answer for too long, and still is none
     */
    void requireFound() throws TransientSourceException {
        if (this.lost) {
            throw new TransientSourceException(new IllegalStateException("no broker has answered yet"));
        }
    }
}
