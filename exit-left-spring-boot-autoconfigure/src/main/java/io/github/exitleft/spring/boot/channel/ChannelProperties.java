package io.github.exitleft.spring.boot.channel;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys of a source over a channel of Spring Messaging.
 *
 * @param name Name of the PollableChannel bean, which nothing else may poll. Required.
 * @param token How the token is read; the header correlationId unless set.
 */
@ConfigurationPropertiesSource
record ChannelProperties(
        @Nullable String name, @DefaultValue Token token) {

    /**
     * The keys of the token in a message of a channel; at most one of them.
     *
     * @param header Name of the header that is the token.
     * @param expression Expression, in the Spring Expression Language, that gives the token when evaluated on the message.
     * @param reader Name of a TokenReader bean that reads the token.
     */
    record Token(
            @Nullable String header,
            @Nullable String expression,
            @Nullable String reader) {}
}
