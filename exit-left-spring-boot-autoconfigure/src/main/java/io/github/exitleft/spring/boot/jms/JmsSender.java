package io.github.exitleft.spring.boot.jms;

import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.util.Objects;
import org.springframework.jms.core.JmsOperations;
import org.springframework.jms.core.MessageCreator;
import org.springframework.jms.support.JmsUtils;

/**
 * What any thread may do with a stage over JMS: send requests that say where their answers go; never read.
 *
 * <p>Each request is sent in a session of the template's, not in the one that is read. If the connection was lost it is made
 * again first, so that the request names a queue that somebody listens to.
 */
public final class JmsSender {

    /** Where answers go, once somebody listens there. */
    @FunctionalInterface
    interface ReplyTo {
        Destination get() throws JMSException;
    }

    private final JmsOperations template;
    private final ReplyTo replyTo;

    JmsSender(JmsOperations template, ReplyTo replyTo) {
        this.template = template;
        this.replyTo = replyTo;
    }

    /**
     * Sends a request, converted to a message as the template does.
     *
     * @param destination the name of the queue
     * @param payload what to send
     * @param token the answer's correlation id
     * @throws org.springframework.jms.JmsException if it could not be sent
     */
    public void send(String destination, Object payload, String token) {
        Destination answer = replyTo();
        this.template.convertAndSend(destination, payload, message -> addressed(message, token, answer));
    }

    /**
     * Sends a request.
     *
     * @param destination the name of the queue
     * @param request makes the message; its correlation id and where to reply are set here
     * @param token the answer's correlation id
     * @throws org.springframework.jms.JmsException if it could not be sent
     */
    public void send(String destination, MessageCreator request, String token) {
        Destination answer = replyTo();
        this.template.send(destination, session -> addressed(request.createMessage(session), token, answer));
    }

    /**
     * Where answers go, for those who send in another way; somebody listens there.
     *
     * @return the queue, which is another one each time that the connection had to be made again, if it is temporary
     * @throws org.springframework.jms.JmsException if the connection was lost and can't be made again
     */
    public Destination replyTo() {
        try {
            return this.replyTo.get();
        } catch (JMSException e) {
            throw JmsUtils.convertJmsAccessException(e);
        }
    }

    private static Message addressed(Message message, String token, Destination answer) throws JMSException {
        message.setJMSCorrelationID(Objects.requireNonNull(token, "'token' must not be null"));
        message.setJMSReplyTo(answer);
        return message;
    }
}
