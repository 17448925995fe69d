package com.example.sources;

import io.github.exitleft.Source;
import io.github.exitleft.spring.boot.jms.JmsSource;
import io.github.exitleft.test.SourceContractTests;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.jms.connection.CachingConnectionFactory;
import org.springframework.jms.core.JmsTemplate;

/** The contract of every source (M10), over a session that listens to a queue. */
class JmsSourceContractTests extends SourceContractTests<Message> {

    private static final String QUEUE = "contract";
    private static ArtemisBroker broker;
    private static CachingConnectionFactory connections;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = new ArtemisBroker();
        connections = new CachingConnectionFactory(ArtemisBroker.connectionFactory());
    }

    @AfterAll
    static void stopBroker() throws Exception {
        connections.destroy();
        broker.stop();
    }

    @Override
    protected Source<Message> open() throws JMSException {
        return JmsSource.builder(connections).queue(QUEUE).open();
    }

    @Override
    protected void deliver(Source<Message> source, int token) {
        new JmsTemplate(connections).convertAndSend(QUEUE, token);
    }

    @Override
    protected int token(Message message) {
        try {
            return message.getBody(Integer.class);
        } catch (JMSException e) {
            throw new AssertionError(e);
        }
    }
}
