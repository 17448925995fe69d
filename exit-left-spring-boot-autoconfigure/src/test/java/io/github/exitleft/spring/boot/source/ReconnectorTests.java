package io.github.exitleft.spring.boot.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.TransientSourceException;
import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The connection that a source's reader and its senders share. */
class ReconnectorTests {

    private static final Duration LONG = Patience.FOR_EVER;

    private final Connections connections = new Connections();
    private final Reconnector<String, IOException> reconnector = new Reconnector<>("queue 'a'", this.connections);

    @Test
    void firstReadThatMayWait_connectsAndOthersGetTheSame() throws Exception {
        assertThat(this.reconnector.isConnected()).isFalse();

        assertThat(this.reconnector.connectionToRead(LONG)).isEqualTo("1");

        assertThat(this.reconnector.isConnected()).isTrue();
        assertThat(this.reconnector.connectionToRead(Duration.ZERO)).isEqualTo("1");
        assertThat(this.reconnector.connectionToSend()).isEqualTo("1");
    }

    @Test
    void m10_readThatMayNotWait_doesNotConnect() {
        assertThatThrownBy(() -> this.reconnector.connectionToRead(Duration.ZERO))
                .isInstanceOf(TransientSourceException.class);
        assertThatThrownBy(() -> this.reconnector.connectionToRead(Duration.ofNanos(-1)))
                .isInstanceOf(TransientSourceException.class);
        assertThat(this.connections.made).isZero();
    }

    @Test
    void m10_readWhileAnotherThreadConnects_endsAsTransientInTime() throws Exception {
        this.connections.gate.lock();
        FutureTask<String> connecting = start(this.reconnector::connectionToSend);
        await().until(this.connections.gate::hasQueuedThreads);
        try {
            assertThatThrownBy(() -> this.reconnector.connectionToRead(LONG))
                    .isInstanceOf(TransientSourceException.class);
        } finally {
            this.connections.gate.unlock();
        }
        assertThat(result(connecting)).isEqualTo("1");
    }

    @Test
    void connectionThatWasLost_isAbortedAndMadeAnew() throws Exception {
        String first = this.reconnector.connectionToSend();

        this.reconnector.lost(first);

        assertThat(this.reconnector.isConnected()).isFalse();
        assertThat(this.connections.aborted).containsExactly("1");
        assertThat(this.reconnector.connectionToSend()).isEqualTo("2");
        this.reconnector.lost(first); // told again, too late
        assertThat(this.reconnector.connectionToRead(Duration.ZERO)).isEqualTo("2");
    }

    @Test
    void connectorThatFails_failsTheThreadThatConnectsAndIsAskedAgain() throws Exception {
        this.connections.failure = new IOException("refused");
        assertThatThrownBy(() -> this.reconnector.connectionToRead(LONG)).isSameAs(this.connections.failure);
        assertThatThrownBy(this.reconnector::connectionToSend).isSameAs(this.connections.failure);

        this.connections.failure = null;

        assertThat(this.reconnector.connectionToSend()).isEqualTo("1");
    }

    @Test
    void s10_senderThatIsInterruptedWhileAnotherThreadConnects_failsAndKeepsItsFlag() throws Exception {
        this.connections.gate.lock();
        FutureTask<String> connecting = start(this.reconnector::connectionToSend);
        await().until(this.connections.gate::hasQueuedThreads);
        try {
            Thread.currentThread().interrupt();

            assertThatThrownBy(this.reconnector::connectionToSend)
                    .isInstanceOf(IOException.class)
                    .hasMessage("interrupted while another thread connected to queue 'a'")
                    .hasCauseInstanceOf(InterruptedException.class);
            assertThat(Thread.interrupted()).isTrue();

            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> this.reconnector.connectionToRead(LONG)).isInstanceOf(InterruptedException.class);
        } finally {
            this.connections.gate.unlock();
        }
        assertThat(result(connecting)).isEqualTo("1");
    }

    @Test
    void s16_close_doesNotWaitForAThreadThatConnectsAndClosesItsConnection() throws Exception {
        this.connections.gate.lock();
        FutureTask<String> connecting = start(this.reconnector::connectionToSend);
        await().until(this.connections.gate::hasQueuedThreads);
        try {
            this.reconnector.close();
        } finally {
            this.connections.gate.unlock();
        }

        assertThatThrownBy(() -> result(connecting))
                .hasRootCauseMessage("the source of queue 'a' is closed")
                .hasRootCauseInstanceOf(IOException.class);
        assertThat(this.connections.closed).containsExactly("1");
        assertThat(this.reconnector.isConnected()).isFalse();
    }

    @Test
    void s16_close_closesOnceAndNothingConnectsAnyMore() throws Exception {
        this.reconnector.connectionToSend();

        this.reconnector.close();
        this.reconnector.close();

        assertThat(this.connections.closed).containsExactly("1");
        assertThatThrownBy(this.reconnector::connectionToSend).hasMessage("the source of queue 'a' is closed");
        assertThatThrownBy(() -> this.reconnector.connectionToRead(LONG))
                .hasMessage("the source of queue 'a' is closed");
        assertThat(this.connections.made).isEqualTo(1);
    }

    private static FutureTask<String> start(Callable<String> action) {
        var task = new FutureTask<>(action);
        var thread = new Thread(task, "connecting");
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    private static String result(FutureTask<String> task) throws Exception {
        try {
            return task.get(Patience.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }

    /** Numbers its connections, though not as long as the gate is shut. */
    private static final class Connections implements Reconnector.Connector<String, IOException> {

        final ReentrantLock gate = new ReentrantLock();
        final List<String> closed = new ArrayList<>();
        final List<String> aborted = new ArrayList<>();
        volatile int made;
        volatile @Nullable IOException failure;

        @Override
        public String connect() throws IOException {
            this.gate.lock();
            try {
                if (this.failure != null) {
                    throw this.failure;
                }
                this.made++;
                return String.valueOf(this.made);
            } finally {
                this.gate.unlock();
            }
        }

        @Override
        public void close(String connection) {
            this.closed.add(connection);
        }

        @Override
        public void abort(String connection) {
            this.aborted.add(connection);
        }

        @Override
        public IOException unavailable(String message, @Nullable Throwable cause) {
            return new IOException(message, cause);
        }
    }
}
