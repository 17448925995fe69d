package io.github.exitleft.spring.boot.jms;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys of a source over JMS.
 *
 * @param queue Name of the queue to listen to, which no other instance may. A temporary queue unless set.
 * @param token How the token is read; the JMSCorrelationID unless set.
 * @param connectionFactory Name of the ConnectionFactory bean. The only one unless set.
 * @param template Name of the JmsTemplate bean to send requests with. The only one unless set.
 * @param timeToLive Whether a request expires when its call's time is up, by the broker's clock.
 */
@ConfigurationPropertiesSource
record JmsProperties(
        @Nullable String queue,
        @DefaultValue Token token,
        @Nullable String connectionFactory,
        @Nullable String template,
        @DefaultValue("true") boolean timeToLive) {

    /**
     * The keys of the token in a JMS message.
     *
     * @param reader Name of a TokenReader bean that reads the token.
     */
    record Token(@Nullable String reader) {}
}
