package com.example.sources;

import io.github.exitleft.Source;
import io.github.exitleft.spring.boot.channel.ChannelSource;
import io.github.exitleft.test.SourceContractTests;
import org.springframework.integration.channel.QueueChannel;
import org.springframework.messaging.Message;
import org.springframework.messaging.support.GenericMessage;

/** The contract of every source (M10), over Spring Integration's queue channel. */
class ChannelSourceContractTests extends SourceContractTests<Message<?>> {

    private final QueueChannel channel = new QueueChannel();

    @Override
    protected Source<Message<?>> open() {
        return new ChannelSource("channel", this.channel);
    }

    @Override
    protected void deliver(Source<Message<?>> source, int token) {
        this.channel.send(new GenericMessage<>(token));
    }

    @Override
    protected int token(Message<?> message) {
        return (Integer) message.getPayload();
    }
}
