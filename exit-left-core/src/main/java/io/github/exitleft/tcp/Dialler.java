package io.github.exitleft.tcp;

import io.github.exitleft.Source;
import io.github.exitleft.internal.Audience;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes connections: tries each remote and each of its addresses in order, and runs the opening. */
final class Dialler {

    private final List<InetSocketAddress> remotes;
    private final Framing framing;
    private final int maxFrameSize;
    private final Duration connectTimeout;
    private final Duration sendTimeout;
    private final @Nullable Opening opening;
    private final Transport.@Nullable Factory transports;

    /** Whether the opening starts the transport. */
    private final boolean byOpening;

    /** Makes what each connection has in addition where there are several; set before the first is made. */
    Supplier<@Nullable Watch> watches = () -> null;

    /** Tells which threads must not wait in order to send; null if any may. */
    private volatile @Nullable Audience audience;

    Dialler(TcpSource.Builder settings, Framing framing) {
        this.remotes = List.copyOf(settings.remotes);
        this.framing = framing;
        this.maxFrameSize = settings.maxFrameSize;
        this.connectTimeout = settings.connectTimeout;
        this.sendTimeout = settings.sendTimeout;
        this.opening = settings.opening;
        this.transports = settings.transports;
        this.byOpening = settings.transportByOpening;
        if (byOpening && opening == null) {
            throw new IllegalStateException("the opening is to start the transport, but there is none; set an opening"
                    + " that calls startTls(), or set the transport by 'transport'");
        }
    }

    /** Is given for whom the source is read. */
    void attach(BooleanSupplier awaited) {
        audience = awaited instanceof Audience known ? known : null;
    }

    /** Returns whether the current thread may wait in order to send. */
    boolean mayBlock() {
        Audience known = audience;
        return known == null || known.mayBlock();
    }

    /**
     * Makes a connection that is ready for use.
     *
     * @param attempts is given each connection before it is used, so that it can be closed meanwhile
     * @param unwanted whether to give up; asked after a wake-up
     * @return the first connection that opens
     * @throws IOException why the last remote failed; the failures before are suppressed exceptions
     */
    Connection dial(Consumer<Connection> attempts, BooleanSupplier unwanted) throws IOException, InterruptedException {
        List<IOException> failures = new ArrayList<>();
        for (InetSocketAddress remote : remotes) {
            for (InetSocketAddress address : addressesOf(remote, failures)) {
                try {
                    return dial(address, attempts, unwanted);
                } catch (IOException e) {
                    failures.add(e);
                }
                if (unwanted.getAsBoolean()) {
                    throw last(failures);
                }
            }
        }
        throw last(failures);
    }

    private static IOException last(List<IOException> failures) {
        IOException last = failures.remove(failures.size() - 1);
        failures.forEach(last::addSuppressed);
        return last;
    }

    /** Resolves a name, anew each time since its addresses may have changed; adds a failure if it is unknown. */
    private static List<InetSocketAddress> addressesOf(InetSocketAddress remote, List<IOException> failures) {
        if (!remote.isUnresolved()) {
            return List.of(remote);
        }
        List<InetSocketAddress> addresses = new ArrayList<>();
        try {
            for (InetAddress address : InetAddress.getAllByName(remote.getHostString())) {
                addresses.add(new InetSocketAddress(address, remote.getPort()));
            }
        } catch (UnknownHostException e) {
            failures.add(new IOException(
                    "cannot connect to " + remote.getHostString() + ":" + remote.getPort() + ": unknown host", e));
        }
        return addresses;
    }

    private Connection dial(InetSocketAddress address, Consumer<Connection> attempts, BooleanSupplier unwanted)
            throws IOException, InterruptedException {
        Connection connection = new Connection(SocketChannel.open(), address, framing, maxFrameSize);
        boolean opened = false;
        try {
            connection.watch = watches.get();
            connection.mayBlock = this::mayBlock;
            attempts.accept(connection);
            try {
                connection.connect(connectTimeout, byOpening ? null : transports, unwanted);
            } catch (IOException e) {
                throw new IOException("cannot connect to " + address + ": " + e.getMessage(), e);
            }
            open(connection, unwanted);
            connection.beginOrder();
            opened = true;
            return connection;
        } finally {
            if (!opened) {
                connection.close();
            }
        }
    }

    private void open(Connection connection, BooleanSupplier unwanted) throws IOException, InterruptedException {
        if (opening == null) {
            return;
        }
        var talk = new Talk(connection, unwanted);
        try {
            opening.open(talk);
        } catch (Exception e) {
            if (Source.isInterrupt(e)) {
                var interrupt = new InterruptedException(
                        "interrupted during the opening of the connection to " + connection.remote());
                interrupt.initCause(e);
                throw interrupt;
            }
            throw new IOException(
                    "opening of the connection to " + connection.remote() + " failed: " + e.getMessage(), e);
        } finally {
            talk.over = true;
        }
        if (!connection.isIntact()) {
            // the connection has failed and the opening has ignored that
            throw connection.lost();
        }
        if (byOpening && !talk.secured) {
            throw new IOException("opening of the connection to " + connection.remote()
                    + " ended without TLS; call startTls() in it, or let TLS start before it");
        }
    }

    static String text(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        if (host == null) {
            return address.getHostString() + ":" + address.getPort();
        }
        return host instanceof Inet6Address
                ? "[" + host.getHostAddress() + "]:" + address.getPort()
                : host.getHostAddress() + ":" + address.getPort();
    }

    /** Returns the remotes, as shown to operators. */
    @Override
    public String toString() {
        return remotes.stream().map(Dialler::text).collect(Collectors.joining(", "));
    }

    /** The peer as an opening sees it. */
    private final class Talk implements Opening.Peer {

        private final Connection connection;
        private final BooleanSupplier unwanted;
        private final Thread thread = Thread.currentThread();
        private volatile boolean over;
        private boolean secured;

        Talk(Connection connection, BooleanSupplier unwanted) {
            this.connection = connection;
            this.unwanted = unwanted;
        }

        @Override
        public void send(byte[] payload) throws IOException {
            send(ByteBuffer.wrap(payload));
        }

        @Override
        public void send(ByteBuffer payload) throws IOException {
            requireOpening();
            connection.send(framing.encode(payload), Nanos.of(sendTimeout), false);
        }

        @Override
        public Frame receive(Duration atMost) throws IOException, InterruptedException {
            requireOpening();
            long nanos = Nanos.of(atMost);
            long deadline = System.nanoTime() + nanos;
            while (true) {
                Frame frame = connection.receive(nanos, unwanted::getAsBoolean);
                if (frame != null) {
                    return frame;
                }
                if (unwanted.getAsBoolean()) {
                    throw new IOException("the attempt was given up");
                }
                if (nanos <= 0) {
                    throw new SocketTimeoutException("no frame from " + remote() + " for " + atMost.toMillis() + " ms");
                }
                nanos = Math.max(0, Nanos.until(deadline));
            }
        }

        @Override
        public void startTls() throws IOException, InterruptedException {
            requireOpening();
            if (transports == null || !byOpening) {
                throw new IllegalStateException("TLS "
                        + (transports == null ? "is not set up" : "has been started before the opening")
                        + "; give the source a transport that the opening starts, or don't start it");
            }
            if (secured) {
                throw new IllegalStateException("TLS has been started already; start it once");
            }
            connection.startTls(transports, connectTimeout, unwanted);
            secured = true;
        }

        @Override
        public InetSocketAddress remote() {
            return connection.remote();
        }

        private void requireOpening() {
            if (over || Thread.currentThread() != thread) {
                throw new IllegalStateException("the peer of an opening is used "
                        + (over
                                ? "afterwards"
                                : "by thread '" + Thread.currentThread().getName() + "'")
                        + "; use it only inside the opening that it was given to");
            }
        }
    }
}
