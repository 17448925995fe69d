package com.example.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot.State;
import io.github.exitleft.Keeper;
import io.github.exitleft.OnFailure;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.jms.JmsSender;
import io.github.exitleft.spring.boot.jms.JmsSource;
import io.github.exitleft.spring.boot.jms.JmsTokens;
import io.github.exitleft.testing.Patience;
import jakarta.jms.Connection;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jms.JmsException;
import org.springframework.jms.connection.UserCredentialsConnectionFactoryAdapter;
import org.springframework.jms.core.JmsTemplate;

/** A connection to a real JMS broker that is lost, or takes its time. */
class JmsConnectionTests {

    private ArtemisBroker broker;
    private final SlowFactory factory = new SlowFactory();
    private Stage<String, Message> stage;
    private JmsSender sender;

    @BeforeEach
    void openStage() throws Exception {
        this.broker = new ArtemisBroker();
        JmsSource source = JmsSource.builder(this.factory)
                .template(new JmsTemplate(ArtemisBroker.connectionFactory()))
                .open();
        this.stage = Stage.builder("rpc", String.class, source, JmsTokens.correlationId(String.class))
                .keeper(Keeper.OFF)
                .onFailure(OnFailure.FAIL_ALL)
                .defaultTimeout(Patience.LIMIT)
                .build();
        this.sender = this.stage.backdoor(JmsSender.class);
    }

    @AfterEach
    void closeStage() throws Exception {
        this.stage.close();
        this.broker.stop();
    }

    private void loseConnection(JMSException failure) throws Exception {
        FutureTask<?> caller = Threads.start(() -> this.stage.call("in vain", () -> {}));
        Threads.awaitCallers(this.stage, 1);

        // as the client's own thread would
        this.factory
                .made
                .get(this.factory.made.size() - 1)
                .getExceptionListener()
                .onException(failure);

        assertThat(Threads.failure(caller)).isInstanceOf(SourceFailedException.class);
        assertThat(this.stage.snapshot(0).role().state()).isEqualTo(State.FAILED);
    }

    @Test
    void s10_connectionThatIsLostByAnInterruptOfAnotherThread_isNoInterruptOfTheReaderAndMadeAnew() throws Exception {
        var failure = new JMSException("lost");
        failure.initCause(new InterruptedException("of a thread of the client"));

        loseConnection(failure);

        var tokens = new AtomicInteger(); // another for each question, since it rests when that fails
        await().until(() -> {
            String token = "a" + tokens.incrementAndGet();
            try {
                return this.stage.call(token, () -> this.sender.send(replies(), "answer", token)) != null;
            } catch (SourceFailedException e) {
                return false;
            }
        });
        assertThat(this.factory.made).hasSize(2);
    }

    /** The stage's own queue, so that what it sends is its own answer. */
    private String replies() throws JMSException {
        return ((jakarta.jms.Queue) this.sender.replyTo()).getQueueName();
    }

    @Test
    void s16_closeAndOtherSenders_doNotWaitForOneThatConnects() throws Exception {
        loseConnection(new JMSException("lost"));
        this.factory.gate.lock();
        FutureTask<?> connecting;
        try {
            connecting = Threads.start(this.sender::replyTo);
            await().until(this.factory.gate::hasQueuedThreads);

            var flag = new FutureTask<>(() -> {
                assertThatThrownBy(this.sender::replyTo)
                        .isInstanceOf(JmsException.class)
                        .hasRootCauseInstanceOf(InterruptedException.class);
                return Thread.currentThread().isInterrupted();
            });
            var interrupted = new Thread(flag, "interrupted");
            interrupted.setDaemon(true);
            interrupted.start();
            await().until(() -> interrupted.getState() == Thread.State.TIMED_WAITING
                    || interrupted.getState() == Thread.State.WAITING);
            interrupted.interrupt();
            assertThat(Patience.get(flag)).isTrue();

            FutureTask<?> patient = Threads.start(this.sender::replyTo);
            assertThat(Threads.failure(patient))
                    .isInstanceOf(JmsException.class)
                    .hasStackTraceContaining("another thread has been connecting");

            FutureTask<?> closing = Threads.start(() -> {
                this.stage.close();
                return true;
            });
            assertThat(Patience.get(closing)).isEqualTo(true);
            assertThat(connecting).isNotDone();
        } finally {
            this.factory.gate.unlock();
        }
        assertThat(Threads.failure(connecting)).hasStackTraceContaining("is closed");
        assertThat(this.factory.made).hasSize(2);
        assertThatThrownBy(() -> this.factory.made.get(1).createSession()).isInstanceOf(IllegalStateException.class);
    }

    /** Makes real connections, though not as long as the gate is shut, and keeps them. */
    private static final class SlowFactory extends UserCredentialsConnectionFactoryAdapter {

        final ReentrantLock gate = new ReentrantLock();
        final List<Connection> made = new CopyOnWriteArrayList<>();

        SlowFactory() {
            setTargetConnectionFactory(ArtemisBroker.connectionFactory());
        }

        @Override
        protected Connection doCreateConnection(String user, String password) throws JMSException {
            this.gate.lock();
            try {
                Connection connection = super.doCreateConnection(user, password);
                this.made.add(connection);
                return connection;
            } finally {
                this.gate.unlock();
            }
        }
    }
}
