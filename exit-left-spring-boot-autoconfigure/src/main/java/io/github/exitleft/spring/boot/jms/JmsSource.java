package io.github.exitleft.spring.boot.jms;

import io.github.exitleft.Keeper;
import io.github.exitleft.Source;
import io.github.exitleft.spring.boot.source.Reconnector;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import jakarta.jms.ExceptionListener;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jms.connection.SingleConnectionFactory;
import org.springframework.jms.core.JmsOperations;

/**
 * A source of JMS messages: one connection and one session that listens to a queue, temporary or fixed, without a selector.
 *
 * <p>A message is acknowledged as it is received: it comes once, and is lost if the application dies. The connection belongs to
 * this source alone, also where the factory would share one. When the connection is lost the source fails, and the next thread that
 * reads or sends connects again. A temporary queue is then a new one, and answers to the old one are lost.
 *
 * <p>A consumer can't be woken, so a read lasts 100 ms at most and the next one follows. Connecting takes as long as the
 * client library takes.
 */
public final class JmsSource implements Source<Message> {

    private static final long SLICE_MILLIS = 100;

    /** A connection with its session and consumer. */
    private static final class Link implements ExceptionListener {

        private final Connection connection;
        private final MessageConsumer consumer;
        private final Queue queue;
        private volatile @Nullable JMSException failure;

        Link(Connection connection, @Nullable String queue) throws JMSException {
            this.connection = connection;
            connection.setExceptionListener(this);
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            this.queue = queue == null ? session.createTemporaryQueue() : session.createQueue(queue);
            this.consumer = session.createConsumer(this.queue);
            connection.start();
        }

        @Override
        public void onException(JMSException exception) {
            this.failure = exception;
        }
    }

    /**
     * Makes links.
     *
     * @param queue the queue's name, or null for a temporary one
     */
    private record Linking(
            ConnectionFactory factory, @Nullable String queue) implements Reconnector.Connector<Link, JMSException> {

        @Override
        public Link connect() throws JMSException {
            Connection connection = this.factory.createConnection();
            try {
                return new Link(connection, this.queue);
            } catch (JMSException | RuntimeException e) {
                close(connection);
                throw e;
            }
        }

        @Override
        public void close(Link link) {
            close(link.connection);
        }

        private static void close(Connection connection) {
            try {
                connection.close();
            } catch (JMSException | RuntimeException e) {
                // a connection that can't be closed is given up all the same
            }
        }

        @Override
        public JMSException unavailable(String message, @Nullable Throwable cause) {
            var unavailable = new JMSException(message);
            unavailable.initCause(cause);
            return unavailable;
        }

        @Override
        public JMSException closed(String message) {
            return new jakarta.jms.IllegalStateException(message);
        }
    }

    private final @Nullable String queue;
    private final String name;
    private final Reconnector<Link, JMSException> links;
    private final @Nullable JmsSender sender;
    private final boolean timeToLive;

    private JmsSource(Builder settings) {
        this.queue = settings.queue;
        this.name = queue == null ? "a temporary queue" : "queue '" + queue + "'";
        this.links = new Reconnector<>(this.name, new Linking(settings.factory, settings.queue));
        this.sender =
                settings.template == null ? null : new JmsSender(settings.template, settings.timeToLive, this::replyTo);
        this.timeToLive = this.sender != null && settings.timeToLive;
    }

    /**
     * Begins a source over a temporary queue.
     *
     * @param factory makes the connection; a factory that shares one, such as Spring's {@code CachingConnectionFactory}, is
     *     unwrapped
     * @return a builder
     */
    public static Builder builder(ConnectionFactory factory) {
        return new Builder(factory);
    }

    @Override
    public @Nullable Message receive(Duration remaining) throws Exception {
        boolean look = remaining.isZero() || remaining.isNegative();
        if (!look && Thread.interrupted()) {
            throw interrupt(null);
        }
        Link link = this.links.connectionToRead(remaining);
        Message message;
        try {
            message = look ? link.consumer.receiveNoWait() : link.consumer.receive(millis(remaining));
        } catch (JMSException | RuntimeException e) {
            if (link.failure == null && (Thread.interrupted() || Source.isInterrupt(e))) {
                throw interrupt(e);
            }
            this.links.lost(link);
            throw e;
        }
        if (message == null) {
            JMSException failure = link.failure;
            if (failure != null) {
                this.links.lost(link);
                throw Source.isInterrupt(failure) ? ofAnotherThread(failure) : failure;
            }
            if (Thread.interrupted()) {
                throw interrupt(null);
            }
        }
        return message;
    }

    /** Describes a failure without its cause, an interrupt, which would be taken for one of the reading thread. */
    private JMSException ofAnotherThread(JMSException failure) {
        var lost = new JMSException(
                "the connection of " + this.name + " was lost when a thread of the client was interrupted: " + failure);
        lost.addSuppressed(failure);
        return lost;
    }

    private InterruptedException interrupt(@Nullable Throwable cause) {
        var interrupt = new InterruptedException("interrupted while reading " + this.name);
        interrupt.initCause(cause);
        return interrupt;
    }

    private static long millis(Duration remaining) {
        return Math.min(Source.toMillisRoundedUp(remaining), SLICE_MILLIS);
    }

    private Destination replyTo() throws JMSException {
        return this.links.connectionToSend().queue;
    }

    /** Prefers to be read also while no caller waits, so that late answers are counted on arrival and a lost connection is found. */
    @Override
    public Keeper preferredKeeper() {
        return Keeper.IDLE;
    }

    @Override
    public boolean sendsTimeToLive() {
        return this.timeToLive;
    }

    @Override
    public @Nullable JmsSender backdoor() {
        return this.sender;
    }

    @Override
    public String type() {
        return "jms";
    }

    @Override
    public Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("queue", this.queue == null ? "temporary" : this.queue);
        details.put("connected", this.links.isConnected());
        return details;
    }

    @Override
    public void close() {
        this.links.close();
    }

    /** Builds a {@link JmsSource}. */
    public static final class Builder {

        private final ConnectionFactory factory;
        private @Nullable String queue;
        private @Nullable JmsOperations template;
        private boolean timeToLive = true;

        private Builder(ConnectionFactory factory) {
            Objects.requireNonNull(factory, "'factory' must not be null");
            ConnectionFactory target =
                    factory instanceof SingleConnectionFactory sharing ? sharing.getTargetConnectionFactory() : null;
            this.factory = target == null ? factory : target;
        }

        /**
         * Listens to a fixed queue, which must be this application instance's own; a temporary one unless set.
         *
         * @param queue the queue's name
         * @return this builder
         */
        public Builder queue(String queue) {
            this.queue = Objects.requireNonNull(queue, "'queue' must not be null");
            return this;
        }

        /**
         * Sets the template of the {@link JmsSender}; unless set, the source has no sender.
         *
         * @param template the template
         * @return this builder
         */
        public Builder template(JmsOperations template) {
            this.template = Objects.requireNonNull(template, "'template' must not be null");
            return this;
        }

        /**
         * Sets whether a request of a call expires when the call's time is up, so that a server that is behind does not answer it; true
         * unless set. Where the broker's clock does not agree with this machine's, requests would expire too early.
         *
         * @param timeToLive whether requests expire
         * @return this builder
         */
        public Builder timeToLive(boolean timeToLive) {
            this.timeToLive = timeToLive;
            return this;
        }

        /**
         * Connects and listens.
         *
         * @return the source, to be closed by its stage
         * @throws JMSException if that fails
         */
        public JmsSource open() throws JMSException {
            var source = new JmsSource(this);
            source.replyTo();
            return source;
        }
    }
}
