package io.github.exitleft.demo.stun;

import io.github.exitleft.demo.stun.StunMessage.Attribute;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BinaryOperator;

/**
 * STUN servers on loopback that answer late, out of order and, if told so, not at all or twice.
 *
 * <p>One daemon thread serves them all. What is not a well-formed Binding request gets no answer.
 */
public final class LoopbackStunServers implements AutoCloseable {

    private static final int RECEIVE_BUFFER = 4 << 20;
    private static final int LARGEST_REQUEST = 2048;
    private static final int READS_IN_A_ROW = 256;
    private static final int MOST_PENDING = 1 << 16;
    private static final int UNKNOWN_ATTRIBUTE = 420;
    private static final byte[] UNKNOWN_ATTRIBUTE_REASON = "Unknown Attribute".getBytes(StandardCharsets.UTF_8);

    private final Selector selector;
    private final List<InetSocketAddress> addresses;
    private final Thread thread;
    private final AtomicLong requests = new AtomicLong();

    private volatile double loss;
    private volatile double duplicates;
    private volatile Delay delay;
    private volatile boolean closed;

    // Only the servers' thread touches what follows.
    private final SplittableRandom random;
    private final BinaryOperator<InetSocketAddress> nat;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(LARGEST_REQUEST);
    private final PriorityQueue<Reply> pending = new PriorityQueue<>();

    private LoopbackStunServers(Builder builder, Selector selector, List<InetSocketAddress> addresses) {
        this.selector = selector;
        this.addresses = addresses;
        this.random = new SplittableRandom(builder.seed);
        this.delay = builder.delay;
        this.nat = builder.nat;
        this.thread = new Thread(this::serve, "loopback-stun-servers");
        this.thread.setDaemon(true);
    }

    /**
     * Starts two servers on 127.0.0.1 and, where that can be bound, one on 127.0.0.2, each with a delay of 5 to 60 ms.
     */
    public static LoopbackStunServers start() {
        return builder()
                .listenOn(anyPortOf(1), anyPortOf(1))
                .listenWherePossible(anyPortOf(2))
                .start();
    }

    private static InetSocketAddress anyPortOf(int lastByte) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) lastByte}), 0);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 bytes are an address", e);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Returns the servers' addresses with their ports, in the order in which they were asked for. */
    public List<InetSocketAddress> addresses() {
        return addresses;
    }

    /** Leaves a share of the requests unanswered from now on: 0 none, 1 all. */
    public void loss(double ratio) {
        this.loss = checkRatio("loss", ratio);
    }

    public double loss() {
        return loss;
    }

    /** Delays the replies to requests that arrive from now on as this says. */
    public void delay(Delay delay) {
        this.delay = delay;
    }

    public Delay delay() {
        return delay;
    }

    /** Answers a share of the answered requests twice from now on, each time with a delay of its own. */
    public void duplicates(double ratio) {
        this.duplicates = checkRatio("duplicates", ratio);
    }

    /** Returns how many Binding requests have arrived, answered or not. */
    public long requests() {
        return requests.get();
    }

    /** Ends the thread and closes the sockets; pending replies are not sent. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                // the thread ends by itself, so it is not left behind if this one stops waiting
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve() {
        try {
            while (!closed) {
                Reply next = pending.peek();
                long millis = next == null ? Long.MAX_VALUE : next.millisLeft();
                if (millis > 0) {
                    selector.select(this::receive, millis);
                } else {
                    selector.selectNow(this::receive);
                }
                sendDue();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the loopback STUN servers cannot wait for requests any longer", e);
        } finally {
            closeAll(selector);
        }
    }

    /** Takes what has arrived, up to a limit, so that a flood at one server does not keep the others waiting. */
    private void receive(SelectionKey key) {
        DatagramChannel channel = (DatagramChannel) key.channel();
        for (int i = 0; i < READS_IN_A_ROW; i++) {
            InetSocketAddress client;
            try {
                client = (InetSocketAddress) channel.receive(buffer.clear());
            } catch (IOException e) {
                // Some systems report here that an earlier reply found no reader.
                return;
            }
            if (client == null) {
                return;
            }
            answer(key, client, buffer.flip());
        }
    }

    private void answer(SelectionKey key, InetSocketAddress client, ByteBuffer datagram) {
        StunMessage request;
        try {
            request = StunMessage.decode(datagram);
        } catch (StunFormatException e) {
            return;
        }
        if (request.type() != StunMessage.BINDING_REQUEST) {
            return;
        }
        requests.incrementAndGet();
        if (random.nextDouble() < loss) {
            return;
        }
        ByteBuffer reply = reply(request, nat.apply((InetSocketAddress) key.attachment(), client));
        int copies = random.nextDouble() < duplicates ? 2 : 1;
        for (int i = 0; i < copies && pending.size() < MOST_PENDING; i++) {
            long due = System.nanoTime() + delay.nextNanos(random);
            pending.add(new Reply(due, (DatagramChannel) key.channel(), client, reply));
        }
    }

    private static ByteBuffer reply(StunMessage request, InetSocketAddress seen) {
        List<Integer> unknown = request.unknownRequired();
        if (unknown.isEmpty()) {
            ByteBuffer mapped = StunAddress.encodeXored(seen, request.transactionId());
            return StunMessage.encode(
                    StunMessage.BINDING_SUCCESS,
                    request.transactionId(),
                    new Attribute(StunMessage.XOR_MAPPED_ADDRESS, mapped));
        }
        ByteBuffer error = ByteBuffer.allocate(4 + UNKNOWN_ATTRIBUTE_REASON.length)
                .putShort((short) 0)
                .put((byte) (UNKNOWN_ATTRIBUTE / 100))
                .put((byte) (UNKNOWN_ATTRIBUTE % 100))
                .put(UNKNOWN_ATTRIBUTE_REASON);
        ByteBuffer types = ByteBuffer.allocate(2 * unknown.size());
        unknown.forEach(type -> types.putChar((char) (int) type));
        return StunMessage.encode(
                StunMessage.BINDING_ERROR,
                request.transactionId(),
                new Attribute(StunMessage.ERROR_CODE, error.flip()),
                new Attribute(StunMessage.UNKNOWN_ATTRIBUTES, types.flip()));
    }

    private void sendDue() {
        for (Reply next = pending.peek(); next != null && next.millisLeft() == 0; next = pending.peek()) {
            pending.remove();
            try {
                next.channel.send(next.datagram.duplicate(), next.client);
            } catch (IOException e) {
                // A reply that cannot be sent is a lost one; the client has to cope with those anyway.
            }
        }
    }

    private static double checkRatio(String name, double ratio) {
        // Written so that NaN is refused too.
        if (!(ratio >= 0 && ratio <= 1)) {
            throw new IllegalArgumentException(name + " " + ratio + " must be between 0 and 1");
        }
        return ratio;
    }

    private static void closeAll(Selector selector) {
        try (selector) {
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a socket of the loopback STUN servers cannot be closed", e);
        }
    }

    /** A datagram that is sent at its time. */
    private record Reply(long dueNanos, DatagramChannel channel, InetSocketAddress client, ByteBuffer datagram)
            implements Comparable<Reply> {

        /** Returns the time left in milliseconds, rounded up so that 0 means due. */
        long millisLeft() {
            return Math.max(0, (dueNanos - System.nanoTime() + 999_999) / 1_000_000);
        }

        @Override
        public int compareTo(Reply other) {
            return Long.signum(dueNanos - other.dueNanos);
        }
    }

    /** Sets where the servers listen and how late they answer. */
    public static final class Builder {

        private final List<InetSocketAddress> wanted = new ArrayList<>();
        private final List<InetSocketAddress> possible = new ArrayList<>();
        private Delay delay = new Delay(Duration.ofMillis(5), Duration.ofMillis(60));
        private long seed = ThreadLocalRandom.current().nextLong();
        private BinaryOperator<InetSocketAddress> nat = (server, client) -> client;

        private Builder() {}

        /** Adds a server for each address, on a free port where the port is 0; each must be bound. */
        public Builder listenOn(InetSocketAddress... addresses) {
            wanted.addAll(checkLoopback(addresses));
            return this;
        }

        /** Adds a server for each address that can be bound, after those that must be. */
        public Builder listenWherePossible(InetSocketAddress... addresses) {
            possible.addAll(checkLoopback(addresses));
            return this;
        }

        /** Delays each reply by a random time between the two, which may be equal. */
        public Builder delay(Duration min, Duration max) {
            delay = new Delay(min, max);
            return this;
        }

        /**
         * Answers as if a NAT were in between.
         *
         * @param nat is given the server's and the client's address, and returns the client's address as the server
         *     sees it; run by the servers' thread
         */
        public Builder nat(BinaryOperator<InetSocketAddress> nat) {
            this.nat = nat;
            return this;
        }

        /** Makes delays, losses and duplicates the same for the same requests in the same order. */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Binds the sockets and begins to answer.
         *
         * @throws UncheckedIOException if an address that must be bound cannot be, or none can
         */
        public LoopbackStunServers start() {
            if (wanted.isEmpty() && possible.isEmpty()) {
                throw new IllegalStateException("no address to listen on, call listenOn first");
            }
            Selector selector;
            try {
                selector = Selector.open();
            } catch (IOException e) {
                throw new UncheckedIOException("the loopback STUN servers cannot open a selector", e);
            }
            List<InetSocketAddress> bound = new ArrayList<>();
            InetSocketAddress current = null;
            try {
                for (InetSocketAddress address : wanted) {
                    current = address;
                    bound.add(bind(address, selector));
                }
            } catch (IOException e) {
                closeAll(selector);
                throw new UncheckedIOException(
                        "no STUN server can listen on " + current + ", choose another address", e);
            }
            for (InetSocketAddress address : possible) {
                try {
                    bound.add(bind(address, selector));
                } catch (IOException e) {
                    // Many systems have no 127.0.0.2, some no IPv6: the caller said that it is not needed.
                }
            }
            if (bound.isEmpty()) {
                closeAll(selector);
                throw new UncheckedIOException(new BindException(
                        "no STUN server can listen on any of " + possible + ", choose other addresses"));
            }
            LoopbackStunServers servers = new LoopbackStunServers(this, selector, List.copyOf(bound));
            servers.thread.start();
            return servers;
        }

        private static InetSocketAddress bind(InetSocketAddress address, Selector selector) throws IOException {
            DatagramChannel channel = open(address);
            try {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
                channel.bind(address);
                channel.configureBlocking(false);
                InetSocketAddress bound = (InetSocketAddress) channel.getLocalAddress();
                channel.register(selector, SelectionKey.OP_READ, bound);
                return bound;
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        }

        private static DatagramChannel open(InetSocketAddress address) throws IOException {
            boolean ipv4 = address.getAddress() instanceof Inet4Address;
            try {
                return DatagramChannel.open(ipv4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
            } catch (UnsupportedOperationException e) {
                throw new IOException("no " + (ipv4 ? "IPv4" : "IPv6") + " on this machine", e);
            }
        }

        private static List<InetSocketAddress> checkLoopback(InetSocketAddress... addresses) {
            for (InetSocketAddress address : addresses) {
                // Anywhere else they would answer strangers, and to forged senders.
                if (address.isUnresolved() || !address.getAddress().isLoopbackAddress()) {
                    throw new IllegalArgumentException(address + " must be a loopback address, such as 127.0.0.1");
                }
            }
            return List.of(addresses);
        }
    }
}
