package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.autoconfigure.StageProperties.Channel;
import io.github.exitleft.spring.boot.autoconfigure.StageProperties.ChannelToken;
import io.github.exitleft.spring.boot.channel.ChannelSource;
import io.github.exitleft.spring.boot.channel.ChannelTokens;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.messaging.Message;
import org.springframework.messaging.PollableChannel;

/** A pollable channel that is going to be a source; loaded only where its library is. */
record ChannelPlan(
        StageKeys keys,
        String name,
        Channel channel,
        @Nullable TokenReader<?, Message<?>> reader) implements SourcePlan {

    private static final String CORRELATION_ID = "correlationId"; // as Spring Integration calls it

    static ChannelPlan of(StageKeys keys, Class<?> tokenType, @Nullable Channel channel) {
        String name = channel == null ? null : channel.name();
        if (channel == null || name == null || name.isBlank()) {
            throw keys.problem(
                    "source.channel.name",
                    "a source of type channel needs the name of a bean",
                    "Set " + keys.key("source.channel.name") + " to the name of a PollableChannel bean.");
        }
        ChannelToken token = channel.token();
        new WaysToReadTheToken(keys, "source.channel.token")
                .text("header", token.header(), "header")
                .way("expression", token.expression() != null)
                .reader(token.reader());
        String expression = token.expression();
        TokenReader<?, Message<?>> reader = null;
        if (expression != null) {
            reader = keys.possible(
                    "source.channel.token.expression", () -> ChannelTokens.expression(tokenType, expression));
        } else if (token.reader() == null) {
            reader = ChannelTokens.header(tokenType, token.header() == null ? CORRELATION_ID : token.header());
        }
        return new ChannelPlan(keys, name, channel, reader);
    }

    @Override
    public Class<?> messageType() {
        return Message.class;
    }

    @Override
    public Opened open(NamedBeans beans) {
        TokenReader<?, ?> tokens = this.reader != null
                ? this.reader
                : beans.reader(
                        "source.channel.token.reader",
                        Objects.requireNonNull(this.channel.token().reader()),
                        Message.class);
        PollableChannel bean = beans.named("source.channel.name", this.name, PollableChannel.class);
        return new Opened(new ChannelSource(this.name, bean), tokens, true);
    }
}
