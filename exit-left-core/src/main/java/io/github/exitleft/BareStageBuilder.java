package io.github.exitleft;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link BareStage}.
 *
 * @param <T> tokens
 * @param <R> the resource
 * @param <B> the buffer
 */
public final class BareStageBuilder<T, R, B extends @Nullable Object> {

    /**
     * Closes a resource.
     *
     * @param <R> the resource
     */
    @FunctionalInterface
    public interface Closer<R> {

        /**
         * Closes it.
         *
         * @param resource the resource
         * @throws Exception if that fails; it is logged
         */
        void close(R resource) throws Exception;
    }

    final String name;
    final R resource;
    final B buffer;
    Promotion promotion = Promotion.NEWEST;
    int maxTickets = Integer.MAX_VALUE;
    Consumer<? super R> wakeup = resource -> {};
    Closer<? super R> closer = resource -> {};
    boolean closeUnderHead;
    Duration closeTimeout = Duration.ofSeconds(5);
    Parker parker = Parker.JVM;

    BareStageBuilder(String name, R resource, B buffer) {
        this.name = Objects.requireNonNull(name, "'name' must not be null");
        this.resource = Objects.requireNonNull(resource, "'resource' must not be null");
        this.buffer = buffer;
    }

    /**
     * Sets which waiter heads next; {@link Promotion#NEWEST} unless set.
     *
     * @param promotion the policy
     * @return this builder
     */
    public BareStageBuilder<T, R, B> promotion(Promotion promotion) {
        this.promotion = Objects.requireNonNull(promotion, "'promotion' must not be null");
        return this;
    }

    /**
     * Sets how many live tickets there may be; no limit unless set.
     *
     * @param maxTickets at least 1
     * @return this builder
     */
    public BareStageBuilder<T, R, B> maxTickets(int maxTickets) {
        if (maxTickets < 1) {
            throw new IllegalArgumentException("'maxTickets' must be at least 1, but is " + maxTickets);
        }
        this.maxTickets = maxTickets;
        return this;
    }

    /**
     * Sets what makes a head look up from its reading when the stage, or the head's own ticket, is closed. It is called by the closing
     * thread, and may come late, when another heads; so it should be sticky and harmless. Nothing unless set.
     *
     * @param wakeup the hook
     * @return this builder
     */
    public BareStageBuilder<T, R, B> wakeup(Consumer<? super R> wakeup) {
        this.wakeup = Objects.requireNonNull(wakeup, "'wakeup' must not be null");
        return this;
    }

    /**
     * Sets how the resource is closed; called once, by the thread that has the role at the end. Nothing unless set.
     *
     * @param closer closes it
     * @param closeUnderHead whether it may be called while a head that did not come back still uses the resource
     * @return this builder
     */
    public BareStageBuilder<T, R, B> closer(Closer<? super R> closer, boolean closeUnderHead) {
        this.closer = Objects.requireNonNull(closer, "'closer' must not be null");
        this.closeUnderHead = closeUnderHead;
        return this;
    }

    /** Sets how long {@code close} waits for the head; for tests and checkers. */
    BareStageBuilder<T, R, B> closeTimeout(Duration closeTimeout) {
        this.closeTimeout = closeTimeout;
        return this;
    }

    /** Sets what blocks and tells the time; for tests and checkers. */
    BareStageBuilder<T, R, B> parker(Parker parker) {
        this.parker = parker;
        return this;
    }

    ResourceHooks hooks(Callbacks callbacks) {
        Consumer<? super R> wakes = wakeup; // as set now, whatever is set on this builder later
        Closer<? super R> closes = closer;
        return new ResourceHooks(
                () -> wakes.accept(resource),
                () -> {
                    closes.close(resource);
                    return null;
                },
                callbacks);
    }

    /**
     * Builds the stage.
     *
     * @return a new stage
     */
    public BareStage<T, R, B> build() {
        return new BareStage<>(this);
    }
}
