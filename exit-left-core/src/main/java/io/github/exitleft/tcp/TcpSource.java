package io.github.exitleft.tcp;

import io.github.exitleft.Carriers;
import io.github.exitleft.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A source of frames: one TCP connection at a time, or {@linkplain Builder#connections several}, which no interrupt
 * closes.
 *
 * <p>It reads a non-blocking channel and waits with a selector, because an interrupt closes a channel that blocks. A
 * part of a frame is kept for the next reader. When the peer closes or resets the connection, when bytes come that are
 * no frame, or when a frame was sent in part only, the source fails, once; the next read or the next send makes a new
 * connection. Nothing from an old connection gets to a later one.
 *
 * <p>A connection that the peer closes while no answer is awaited is replaced without a failure, at most once a second.
 * Without a thread that reads, the next call finds that out before it sends.
 *
 * <p>Connecting takes up to the {@linkplain Builder#connectTimeout connect timeout} for each remote, and the time that
 * the {@linkplain Builder#opening opening} takes, even if the read was to be shorter. A look without waiting does not
 * connect.
 */
public final class TcpSource implements Source<Frame> {

    private final Dialler dialler;
    private final Traffic traffic;
    private final TcpSender sender;

    private TcpSource(Builder settings, Framing framing) {
        this.dialler = new Dialler(settings, framing);
        this.traffic = new Traffic(dialler, settings);
        this.sender = new TcpSender(this::send, framing, settings.sendTimeout);
    }

    /**
     * Returns a builder; it needs a {@linkplain Builder#remote(String, int) remote} and a {@linkplain Builder#framing
     * framing}.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public @Nullable Frame receive(Duration remaining) throws Exception {
        return traffic.receive(Nanos.of(remaining));
    }

    /** Sends a frame; returns its place, or {@link Places#NONE} if it is not sent in order. */
    long send(ByteBuffer[] frame, long nanos, boolean inOrder) throws IOException {
        return traffic.send(frame, nanos, inOrder);
    }

    List<Connections> lanes() {
        return traffic.lanes;
    }

    @Override
    public void attach(BooleanSupplier awaited) {
        traffic.attach(awaited);
    }

    @Override
    public void beforeTicket() {
        traffic.beforeTicket();
    }

    @Override
    public void wakeup() {
        traffic.wakeup();
    }

    @Override
    public boolean closesUnderReader() {
        return true;
    }

    @Override
    public boolean tellsAnswerable() {
        return true;
    }

    @Override
    public long answerableSince() {
        return traffic.answerableSince();
    }

    @Override
    public void renew(Carriers.@Nullable Carrier carrier, long since, String why) {
        traffic.renew(carrier, since, why);
    }

    @Override
    public @Nullable Carriers carriers() {
        return traffic.carriers();
    }

    @Override
    public void restore() throws IOException, InterruptedException {
        traffic.restore();
    }

    @Override
    public TcpSender backdoor() {
        return sender;
    }

    @Override
    public String type() {
        return "tcp";
    }

    @Override
    public Map<String, Object> details() {
        return traffic.details();
    }

    @Override
    public void close() {
        traffic.close();
    }

    /** Builds a {@link TcpSource}. */
    public static final class Builder {

        private static final int MOST_CONNECTIONS = 1_024;

        final List<InetSocketAddress> remotes = new ArrayList<>();
        int maxFrameSize = 65_536;
        int connections = 1;
        Pick pick = Pick.LEAST_IN_FLIGHT;
        Duration connectTimeout = Duration.ofSeconds(2);
        Duration sendTimeout = Duration.ofSeconds(1);

        LongSupplier clock = System::nanoTime;

        @Nullable
        Opening opening;

        Transport.@Nullable Factory transports;
        boolean transportByOpening;

        private @Nullable Framing framing;

        private Builder() {}

        /**
         * Adds a remote.
         *
         * <p>Remotes are tried in the order in which they were added, each time from the first, with all addresses of a
         * name.
         *
         * @param host its address, or its name, which is resolved whenever it is tried
         * @param port 1 to 65535
         * @return this builder
         * @throws IllegalArgumentException if the port is out of that range
         */
        public Builder remote(String host, int port) {
            Objects.requireNonNull(host, "'host' must not be null");
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("'port' must be from 1 to 65535, but is " + port);
            }
            remotes.add(InetSocketAddress.createUnresolved(host, port));
            return this;
        }

        /**
         * Adds a remote.
         *
         * @param address address and port; an unresolved name is resolved whenever it is tried
         * @return this builder
         * @see #remote(String, int)
         */
        public Builder remote(InetSocketAddress address) {
            remotes.add(Objects.requireNonNull(address, "'address' must not be null"));
            return this;
        }

        /**
         * Sets the framing, which finds the end of each frame.
         *
         * @param framing the framing
         * @return this builder
         */
        public Builder framing(Framing framing) {
            this.framing = Objects.requireNonNull(framing, "'framing' must not be null");
            return this;
        }

        /**
         * Sets the longest frame that may be received, as it travels; 64 KiB unless set. A longer one is a failure,
         * since nothing says where the next frame begins.
         *
         * @param bytes the size in bytes; at least 1. So much memory is allocated as soon as a frame claims to be that
         *     long
         * @return this builder
         */
        public Builder maxFrameSize(int bytes) {
            if (bytes < 1) {
                throw new IllegalArgumentException("'maxFrameSize' must be at least 1, but is " + bytes);
            }
            this.maxFrameSize = bytes;
            return this;
        }

        /**
         * Sets how many connections there are; 1 unless set. If one of several is lost, the calls end whose requests were
         * sent on it, the others go on, and it is made anew meanwhile. If all are lost, the source fails.
         *
         * @param number the number of connections, all to the same remotes
         * @return this builder
         * @throws IllegalArgumentException if it is not from 1 to 1024
         */
        public Builder connections(int number) {
            if (number < 1 || number > MOST_CONNECTIONS) {
                throw new IllegalArgumentException(
                        "'connections' must be from 1 to " + MOST_CONNECTIONS + ", but is " + number);
            }
            this.connections = number;
            return this;
        }

        /**
         * Sets how one of several connections is picked for a frame; the one that carries the fewest calls unless set.
         *
         * @param pick how to pick
         * @return this builder
         */
        public Builder pick(Pick pick) {
            this.pick = Objects.requireNonNull(pick, "'pick' must not be null");
            return this;
        }

        /**
         * Sets how long each address of each remote has to accept a connection; 2 s unless set.
         *
         * @param timeout the timeout; positive
         * @return this builder
         */
        public Builder connectTimeout(Duration timeout) {
            this.connectTimeout = Nanos.positive(timeout, "connectTimeout");
            return this;
        }

        /**
         * Sets how long a sender waits for room unless it has a timeout of its own; 1 s unless set.
         *
         * @param timeout the timeout; positive
         * @return this builder
         */
        public Builder sendTimeout(Duration timeout) {
            this.sendTimeout = Nanos.positive(timeout, "sendTimeout");
            return this;
        }

        /**
         * Sets what prepares each new connection before it is used; nothing unless set.
         *
         * @param opening talks to the peer
         * @return this builder
         */
        public Builder opening(Opening opening) {
            this.opening = Objects.requireNonNull(opening, "'opening' must not be null");
            return this;
        }

        /**
         * Sets what each connection reads and writes through from its beginning, such as TLS; nothing unless set.
         *
         * @param transports makes the transport of each connection
         * @return this builder
         */
        public Builder transport(Transport.Factory transports) {
            this.transports = Objects.requireNonNull(transports, "'transports' must not be null");
            this.transportByOpening = false;
            return this;
        }

        /**
         * Sets what each connection reads and writes through once its opening calls {@link Opening.Peer#startTls()},
         * which it must.
         *
         * @param transports makes the transport of each connection
         * @return this builder
         */
        public Builder transportByOpening(Transport.Factory transports) {
            transport(transports);
            this.transportByOpening = true;
            return this;
        }

        /**
         * Connects.
         *
         * @return the source, to be closed by the stage that gets it
         * @throws UncheckedIOException if no remote can be connected, or the opening fails; also if the thread is
         *     interrupted, whose interrupt flag stays set
         * @throws IllegalStateException if there is no remote or no framing, or no opening that is to start the transport
         */
        public TcpSource open() {
            if (remotes.isEmpty() || framing == null) {
                throw new IllegalStateException("a tcp source needs a " + (framing == null ? "framing" : "remote")
                        + "; set one before it is opened");
            }
            var source = new TcpSource(this, framing);
            boolean opened = false;
            try {
                source.traffic.open();
                opened = true;
                return source;
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "tcp source of " + source.dialler + " could not be opened: " + e.getMessage(), e);
            } finally {
                if (!opened) {
                    source.close();
                }
            }
        }
    }
}
