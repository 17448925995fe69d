package io.github.exitleft.spring.boot.channel;

import io.github.exitleft.spring.boot.source.RequiredClass;
import io.github.exitleft.spring.boot.source.SourceAdapter;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import java.util.List;

/** Polls a channel of Spring Messaging. */
final class ChannelAdapter implements SourceAdapter<ChannelProperties> {

    @Override
    public String type() {
        return "channel";
    }

    @Override
    public Class<ChannelProperties> propertiesType() {
        return ChannelProperties.class;
    }

    @Override
    public List<RequiredClass> requirements() {
        return List.of(new RequiredClass(
                "org.springframework.messaging.PollableChannel",
                "org.springframework.boot:spring-boot-starter-integration"));
    }

    @Override
    public SourceDefinition define(ChannelProperties properties, SourceContext context) {
        return ChannelDefinition.of(context, properties);
    }
}
