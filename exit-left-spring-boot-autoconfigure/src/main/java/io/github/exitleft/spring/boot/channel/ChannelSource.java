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
 * <p>The channel belongs to the application and stays open. It must have no other poller, which would take messages away. A channel
 * can't be woken, so a read lasts 100 ms at most and the next one follows.
 *
 * <p>If an {@link ErrorMessage} has a token ({@link ChannelTokens}), that token's caller gets its exception.
 */
public final class ChannelSource implements Source<Message<?>> {

    private static final long SLICE_MILLIS = 100;

    private final String name;
    private final PollableChannel channel;

    /**
     * Creates a source.
     *
     * @param name the channel's name, as shown to operators
     * @param channel the channel
     */
    public ChannelSource(String name, PollableChannel channel) {
        this.name = Objects.requireNonNull(name, "'name' must not be null");
        this.channel = Objects.requireNonNull(channel, "'channel' must not be null");
    }

    @Override
    public @Nullable Message<?> receive(Duration remaining) throws InterruptedException {
        long millis = Math.min(Source.toMillisRoundedUp(remaining), SLICE_MILLIS);
        Message<?> message = this.channel.receive(millis);
        if (message == null && millis > 0 && Thread.interrupted()) { // a channel shows an interrupt by the flag alone
            throw new InterruptedException("interrupted while reading channel '" + this.name + "'");
        }
        return message;
    }

    /** Returns the exception of an {@link ErrorMessage}, which is no answer. */
    @Override
    public @Nullable Throwable errorOf(Message<?> message) {
        return errorIn(message);
    }

    static @Nullable Throwable errorIn(Object message) {
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

    /** Does nothing, since the channel belongs to the application. */
    @Override
    public void close() {}
}
