package io.github.exitleft.spring.boot.jms;

import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.source.OpenSource;
import io.github.exitleft.spring.boot.source.SourceBeans;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import io.github.exitleft.spring.boot.source.TokenKeys;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import org.jspecify.annotations.Nullable;
import org.springframework.jms.core.JmsOperations;

/** A source over JMS that has not been opened yet; loaded only where its library is. */
record JmsDefinition(
        SourceContext context, JmsProperties jms, @Nullable TokenReader<?, Message> reader)
        implements SourceDefinition {

    static JmsDefinition of(SourceContext context, JmsProperties jms) {
        if (jms.queue() != null && jms.queue().isBlank()) {
            throw context.problem(
                    "queue",
                    "a queue needs a name",
                    "Set it to the name of a queue, or remove it to get a temporary one.");
        }
        new TokenKeys(context).reader(jms.token().reader());
        TokenReader<?, Message> reader = jms.token().reader() != null
                ? null
                : context.checkTokenType(() -> JmsTokens.correlationId(context.tokenType()));
        return new JmsDefinition(context, jms, reader);
    }

    @Override
    public Class<?> messageType() {
        return Message.class;
    }

    @Override
    public OpenSource open(SourceBeans beans) {
        TokenReader<?, ?> tokens =
                beans.tokenReader(this.reader, this.jms.token().reader(), Message.class);
        JmsSource.Builder builder = JmsSource.builder(
                        beans.namedOrOnly("connection-factory", this.jms.connectionFactory(), ConnectionFactory.class))
                .timeToLive(this.jms.timeToLive());
        JmsOperations template = beans.namedOrOnlyIfAny("template", this.jms.template(), JmsOperations.class);
        if (template != null) {
            builder.template(template);
        }
        if (this.jms.queue() != null) {
            builder.queue(this.jms.queue());
        }
        try {
            return OpenSource.owned(builder.open(), tokens);
        } catch (JMSException e) {
            throw this.context.problem(
                    this.jms.queue() == null ? "" : "queue",
                    "the broker can't be listened to: " + e.getMessage(),
                    "Start the broker, or correct where it is, for example spring.artemis.broker-url, and the queue.",
                    e);
        }
    }
}
