package io.github.exitleft.spring.boot.jms;

import io.github.exitleft.Sender;
import io.github.exitleft.Source;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jms.core.JmsOperations;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.jms.core.MessageCreator;
import org.springframework.jms.support.JmsUtils;

/**
 * The backdoor of a stage over JMS: sends requests that say where their answers go, from any thread, and never reads.
 *
 * <p>Each request is sent in a session of the template's, not in the source's. If the source's connection was lost it is made again
 * first, so that the request names a queue to which the source listens.
 *
 * <p>A request that the sender of a call sends expires ({@code JMSExpiration}) when the call's time is up, or earlier if the template
 * says so, unless {@link JmsSource.Builder#timeToLive} is off. The broker's clock must agree with this machine's. A template of another class
 * than {@link JmsTemplate} itself sends as it does anyway.
 */
public final class JmsSender {

    /** Gives the queue for answers, once the source listens to it. */
    @FunctionalInterface
    interface ReplyTo {
        Destination get() throws JMSException;
    }

    private final JmsOperations template;
    private final @Nullable JmsTemplate expiring;
    private final ReplyTo replyTo;

    /**
     * Creates a sender.
     *
     * @param timeToLive whether the requests of calls expire
     */
    JmsSender(JmsOperations template, boolean timeToLive, ReplyTo replyTo) {
        this.template = template;
        this.expiring = timeToLive && template.getClass() == JmsTemplate.class ? (JmsTemplate) template : null;
        this.replyTo = replyTo;
    }

    /**
     * Sends a request, converted to a message as the template does.
     *
     * @param destination the name of the queue
     * @param payload the request
     * @param token the answer's correlation id
     * @throws org.springframework.jms.JmsException if it could not be sent
     */
    public void send(String destination, Object payload, String token) {
        Destination answer = replyTo();
        template().convertAndSend(destination, payload, message -> addressed(message, token, answer));
    }

    /**
     * Sends a request.
     *
     * @param destination the name of the queue
     * @param request makes the message; its correlation id and reply destination are set here
     * @param token the answer's correlation id
     * @throws org.springframework.jms.JmsException if it could not be sent
     */
    public void send(String destination, MessageCreator request, String token) {
        Destination answer = replyTo();
        template().send(destination, session -> addressed(request.createMessage(session), token, answer));
    }

    /**
     * Returns the queue for answers, for requests that are sent in another way. The source listens to it.
     *
     * @return the queue; a temporary one is replaced by another each time that the connection is made again
     * @throws org.springframework.jms.JmsException if the connection was lost and can't be made again
     */
    public Destination replyTo() {
        try {
            return this.replyTo.get();
        } catch (JMSException e) {
            throw JmsUtils.convertJmsAccessException(e);
        }
    }

    /** Returns what to send a request with; a template of its own if the request is to expire, since the broker sets that. */
    private JmsOperations template() {
        JmsTemplate original = this.expiring;
        Duration left = Sender.timeLeft();
        if (original == null || left == null) {
            return this.template;
        }
        JmsTemplate template = new JmsTemplate(original);
        long own = template.isExplicitQosEnabled() ? template.getTimeToLive() : 0;
        // zero would be for ever
        long most = Math.max(1, Source.toMillisRoundedUp(left));
        template.setExplicitQosEnabled(true);
        template.setTimeToLive(own > 0 ? Math.min(own, most) : most);
        return template;
    }

    private static Message addressed(Message message, String token, Destination answer) throws JMSException {
        message.setJMSCorrelationID(Objects.requireNonNull(token, "'token' must not be null"));
        message.setJMSReplyTo(answer);
        return message;
    }
}
