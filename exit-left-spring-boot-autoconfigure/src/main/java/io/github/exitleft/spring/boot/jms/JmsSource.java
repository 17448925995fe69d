package io.github.exitleft.spring.boot.jms;

import io.github.exitleft.Keeper;
import io.github.exitleft.Source;
import io.github.exitleft.TransientSourceException;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.springframework.jms.connection.SingleConnectionFactory;
import org.springframework.jms.core.JmsOperations;

/**
 * A source of JMS messages: one connection and one session that listens to a queue, temporary or fixed, without a selector.
 *
 * <p>A message is acknowledged as it is received, so each comes once, and is lost with the application. The connection is
 * this source's own, also where the factory would share one. When it is lost the source fails, and connects again for the
 * next one who sends or reads; a temporary queue is another one then, and answers to the old one are lost.
 *
 * <p>A consumer can't be woken, so a read lasts 100 ms at most and the next one follows. Connecting takes as long as the
 * client library takes.
 */
public final class JmsSource implements Source<Message> {

    private static final long SLICE_MILLIS = 100;

    /** How long one who sends waits for another who connects. */
    private static final long TURN_MILLIS = 5_000;

    /** Causes that are looked at; some exceptions are, in the end, their own. */
    private static final int DEPTH = 16;

    /** One connection with what hangs on it. */
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

        void close() {
            close(this.connection);
        }

        /** Whatever it throws, the connection is given up. */
        static void close(Connection connection) {
            try {
                connection.close();
            } catch (JMSException | RuntimeException e) {
                // as lost as before
            }
        }
    }

    private final ConnectionFactory factory;
    private final @Nullable String queue;
    private final @Nullable JmsSender sender;
    private final ReentrantLock connecting = new ReentrantLock();

    /** Read by the one who reads, made by that one or by one who sends; null while there is none. */
    private final AtomicReference<@Nullable Link> link = new AtomicReference<>();

    private volatile boolean closed;

    private JmsSource(Builder settings) {
        this.factory = settings.factory;
        this.queue = settings.queue;
        this.sender = settings.template == null ? null : new JmsSender(settings.template, this::replyTo);
    }

    /**
     * Begins a source over a temporary queue.
     *
     * @param factory makes the connection; of a factory that shares one, such as Spring's {@code CachingConnectionFactory},
     *     the one beneath is taken
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
        Link link = this.link.get();
        if (link == null) {
            link = look ? null : connect(millis(remaining));
            if (link == null) {
                throw new TransientSourceException(new IllegalStateException("there is no connection at the moment"));
            }
        }
        Message message;
        try {
            message = look ? link.consumer.receiveNoWait() : link.consumer.receive(millis(remaining));
        } catch (JMSException | RuntimeException e) {
            if (link.failure == null && (Thread.interrupted() || isInterrupt(e))) { // which libraries wrap
                throw interrupt(e);
            }
            giveUp(link);
            throw e;
        }
        if (message == null) {
            JMSException failure = link.failure;
            if (failure != null) {
                giveUp(link);
                throw isInterrupt(failure) ? ofAnotherThread(failure) : failure;
            }
            if (Thread.interrupted()) {
                throw interrupt(null);
            }
        }
        return message;
    }

    private static boolean isInterrupt(Throwable thrown) {
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < DEPTH; depth++, cause = cause.getCause()) {
            if (cause instanceof InterruptedException) {
                return true;
            }
        }
        return false;
    }

    /** What ended the connection, not caused by an interrupt: that would be taken for one of the thread that reads. */
    private JMSException ofAnotherThread(JMSException failure) {
        var lost = new JMSException(
                "the connection of " + name() + " was lost when a thread of the client was interrupted: " + failure);
        lost.addSuppressed(failure);
        return lost;
    }

    private InterruptedException interrupt(@Nullable Throwable cause) {
        var interrupt = new InterruptedException("interrupted while reading " + name());
        interrupt.initCause(cause);
        return interrupt;
    }

    /** Rounds up, because zero means for ever. */
    private static long millis(Duration remaining) {
        return remaining.compareTo(Duration.ofMillis(SLICE_MILLIS)) >= 0
                ? SLICE_MILLIS
                : remaining.plusNanos(999_999).toMillis();
    }

    private Destination replyTo() throws JMSException {
        try {
            Link link = connect(TURN_MILLIS);
            if (link == null) {
                throw new JMSException("another thread has been connecting to " + name() + " for " + TURN_MILLIS
                        + " ms; look for what holds it up, and try again");
            }
            return link.queue;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            var interrupted = new JMSException("interrupted while another thread connected to " + name());
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    /** The connection, made now if there is none; null if somebody else has been at that for too long. */
    private @Nullable Link connect(long patienceMillis) throws JMSException, InterruptedException {
        Link present = this.link.get();
        if (present != null) {
            return present;
        }
        if (!this.connecting.tryLock(patienceMillis, TimeUnit.MILLISECONDS)) {
            return null;
        }
        try {
            requireOpen();
            Link made = this.link.get();
            if (made == null) {
                made = link();
                this.link.set(made);
                if (this.closed && this.link.compareAndSet(made, null)) { // by somebody who did not wait for this
                    made.close();
                }
                requireOpen();
            }
            return made;
        } finally {
            this.connecting.unlock();
        }
    }

    private void requireOpen() throws JMSException {
        if (this.closed) {
            throw new jakarta.jms.IllegalStateException("the source of " + name() + " is closed");
        }
    }

    private Link link() throws JMSException {
        Connection connection = this.factory.createConnection();
        try {
            return new Link(connection, this.queue);
        } catch (JMSException | RuntimeException e) {
            Link.close(connection);
            throw e;
        }
    }

    private void giveUp(Link lost) {
        this.link.compareAndSet(lost, null);
        lost.close();
    }

    private String name() {
        return this.queue == null ? "a temporary queue" : "queue '" + this.queue + "'";
    }

    /** Read also while no caller waits, so that late answers are counted when they come, and a lost connection is found. */
    @Override
    public Keeper preferredKeeper() {
        return Keeper.IDLE;
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
        details.put("connected", this.link.get() != null);
        return details;
    }

    @Override
    public void close() {
        this.closed = true; // whoever connects now finds out, and is not waited for
        Link last = this.link.getAndSet(null);
        if (last != null) {
            last.close();
        }
    }

    /** Builds a {@link JmsSource}. */
    public static final class Builder {

        private final ConnectionFactory factory;
        private @Nullable String queue;
        private @Nullable JmsOperations template;

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
         * Sets what the {@link JmsSender} sends with; there is none unless set.
         *
         * @param template the template
         * @return this builder
         */
        public Builder template(JmsOperations template) {
            this.template = Objects.requireNonNull(template, "'template' must not be null");
            return this;
        }

        /**
         * Connects and listens.
         *
         * @return the source, to be closed by the stage that gets it
         * @throws JMSException if that fails
         */
        public JmsSource open() throws JMSException {
            var source = new JmsSource(this);
            source.replyTo();
            return source;
        }
    }
}
