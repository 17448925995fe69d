package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.autoconfigure.StageProperties.Jms;
import io.github.exitleft.spring.boot.jms.JmsSource;
import io.github.exitleft.spring.boot.jms.JmsTokens;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jms.core.JmsOperations;

/** A source over JMS that is going to be opened; loaded only where its library is. */
record JmsPlan(StageKeys keys, Jms jms, @Nullable TokenReader<?, Message> reader) implements SourcePlan {

    static JmsPlan of(StageKeys keys, Class<?> tokenType, @Nullable Jms given) {
        Jms jms = given == null ? new Jms(null, new StageProperties.JmsToken(null), null, null) : given;
        if (jms.queue() != null && jms.queue().isBlank()) {
            throw keys.problem(
                    "source.jms.queue",
                    "a queue needs a name",
                    "Set it to the name of a queue, or remove it to get a temporary one.");
        }
        new WaysToReadTheToken(keys, "source.jms.token").reader(jms.token().reader());
        TokenReader<?, Message> reader = jms.token().reader() != null
                ? null
                : keys.possible("token-type", () -> JmsTokens.correlationId(tokenType));
        return new JmsPlan(keys, jms, reader);
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
                        "source.jms.token.reader",
                        Objects.requireNonNull(this.jms.token().reader()),
                        Message.class);
        JmsSource.Builder builder = JmsSource.builder(beans.namedOrOnly(
                "source.jms.connection-factory", this.jms.connectionFactory(), ConnectionFactory.class));
        JmsOperations template =
                beans.namedOrOnlyIfAny("source.jms.template", this.jms.template(), JmsOperations.class);
        if (template != null) {
            builder.template(template);
        }
        if (this.jms.queue() != null) {
            builder.queue(this.jms.queue());
        }
        try {
            return new Opened(builder.open(), tokens, true);
        } catch (JMSException e) {
            throw this.keys.problem(
                    this.jms.queue() == null ? "source.jms" : "source.jms.queue",
                    "the broker can't be listened to: " + e.getMessage(),
                    "Start the broker, or correct where it is, for example spring.artemis.broker-url, and the queue.",
                    e);
        }
    }
}
