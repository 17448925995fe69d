package io.github.exitleft.spring.boot.channel;

import io.github.exitleft.Keeper;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.source.OpenSource;
import io.github.exitleft.spring.boot.source.SourceBeans;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import io.github.exitleft.spring.boot.source.StandIn;
import io.github.exitleft.spring.boot.source.TokenKeys;
import org.jspecify.annotations.Nullable;
import org.springframework.messaging.Message;
import org.springframework.messaging.PollableChannel;

/** A pollable channel that is not read yet; loaded only where its library is. */
record ChannelDefinition(
        SourceContext context,
        String name,
        ChannelProperties channel,
        @Nullable TokenReader<?, Message<?>> reader) implements SourceDefinition {

    /** The name that Spring Integration gives the header. */
    private static final String CORRELATION_ID = "correlationId";

    static ChannelDefinition of(SourceContext context, ChannelProperties channel) {
        String name = channel.name();
        if (name == null || name.isBlank()) {
            throw context.problem(
                    "name",
                    "a source of type channel needs the name of a bean",
                    "Set " + context.key("name") + " to the name of a PollableChannel bean.");
        }
        ChannelProperties.Token token = channel.token();
        new TokenKeys(context)
                .text("header", token.header(), "header")
                .way("expression", token.expression() != null)
                .reader(token.reader());
        String expression = token.expression();
        TokenReader<?, Message<?>> reader = null;
        if (expression != null) {
            reader = context.check("token.expression", () -> ChannelTokens.expression(context.tokenType(), expression));
        } else if (token.reader() == null) {
            reader =
                    ChannelTokens.header(context.tokenType(), token.header() == null ? CORRELATION_ID : token.header());
        }
        return new ChannelDefinition(context, name, channel, reader);
    }

    @Override
    public Class<?> messageType() {
        return Message.class;
    }

    @Override
    public OpenSource open(SourceBeans beans) {
        TokenReader<?, ?> tokens = tokens(beans);
        PollableChannel bean = beans.named("name", this.name, PollableChannel.class);
        return OpenSource.owned(new ChannelSource(this.name, bean), tokens);
    }

    private TokenReader<?, ?> tokens(SourceBeans beans) {
        return beans.tokenReader(this.reader, this.channel.token().reader(), Message.class);
    }

    @Override
    public StandIn standIn(SourceBeans beans, StandIn.Peer peer) {
        return new StandIn(tokens(beans), null, Keeper.OFF, ChannelSource::errorIn);
    }
}
