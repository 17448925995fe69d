package io.github.exitleft.spring.boot.channel;

import io.github.exitleft.Source;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.messaging.Message;
import org.springframework.messaging.PollableChannel;
import org.springframework.messaging.support.ErrorMessage;

/**
 * A source of messages out of a pollable channel, such as Spring Integration's {@code QueueChannel}.
 *
 * <p>The channel belongs to whoever made it and stays open. Nobody else may poll it, or messages go there. A channel can't be
 * woken, so a read lasts 100 ms at most and the next one follows.
 *
 * <p>An {@link ErrorMessage} for a message that carries a token ({@link ChannelTokens}) is the exception of that token's
 * caller.
 */
public final class ChannelSource implements Source<Message<?>> {

    private static final Duration SLICE = Duration.ofMillis(100);

    private final String name;
    private final PollableChannel channel;

    /**
     * Makes a source.
     *
     * @param name what operators know the channel by
     * @param channel the channel
     */
    public ChannelSource(String name, PollableChannel channel) {
        this.name = Objects.requireNonNull(name, "'name' must not be null");
        this.channel = Objects.requireNonNull(channel, "'channel' must not be null");
    }

    @Override
    public @Nullable Message<?> receive(Duration remaining) throws InterruptedException {
        if (remaining.isZero() || remaining.isNegative()) {
            return this.channel.receive(0);
        }
        Message<?> message = this.channel.receive(millis(remaining));
        if (message == null && Thread.interrupted()) { // which channels tell by the flag only
            throw new InterruptedException("interrupted while reading channel '" + this.name + "'");
        }
        return message;
    }

    /** Rounds up, because zero only looks. */
    private static long millis(Duration remaining) {
        return remaining.compareTo(SLICE) >= 0
                ? SLICE.toMillis()
                : remaining.plusNanos(999_999).toMillis();
    }

    /** Gives the exception of an {@link ErrorMessage}, which is no answer. */
    @Override
    public @Nullable Throwable errorOf(Message<?> message) {
        return message instanceof ErrorMessage error ? error.getPayload() : null;
    }

    @Override
    public String type() {
        return "channel";
    }

    @Override
    public Map<String, Object> details() {
        return Map.of("channel", this.name);
    }

    /** Does nothing, since the channel is not this source's own. */
    @Override
    public void close() {}
}
