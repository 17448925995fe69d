package com.example.peers;

import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jpos.iso.ISOException;
import org.jpos.iso.ISOMsg;
import org.jpos.iso.ISOServer;
import org.jpos.iso.ISOServerSocketFactory;
import org.jpos.iso.ISOSource;
import org.jpos.iso.ServerChannel;
import org.jpos.iso.channel.NACChannel;
import org.jpos.iso.packager.ISO87BPackager;
import org.jpos.util.ThreadPool;

/** An ISO 8583 host: jPOS's server, which delays and drops what the test says. */
final class CardHost implements AutoCloseable {

    /** What becomes of the answer to a request with this number. */
    @FunctionalInterface
    interface Delays {

        /** The delay in milliseconds; a negative one drops the answer. */
        long of(String reference);
    }

    /** The field that says which request of the test a message belongs to, which the host sends back. */
    static final int REFERENCE = 37;

    /** The field with what the host makes of the reference, which no request has. */
    static final int APPROVAL = 38;

    private static final int POOL = 10;

    private final CompletableFuture<InetSocketAddress> address = new CompletableFuture<>();
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
    private final ISOServer server;
    private final Delays delays;

    /** How many reversals came for each request, by its reference. */
    final ConcurrentMap<String, AtomicInteger> reversals = new ConcurrentHashMap<>();

    final AtomicInteger logons = new AtomicInteger();
    final AtomicInteger echoes = new AtomicInteger();
    final AtomicInteger requests = new AtomicInteger();

    CardHost(Delays delays) throws Exception {
        this(delays, 0);
    }

    /**
     * Starts a host.
     *
     * @param header how many bytes there are between the length and the message; of five, a TPDU, the addresses are swapped in the answer
     */
    @SuppressWarnings("deprecation") // the server takes no other pool
    CardHost(Delays delays, int header) throws Exception {
        this.delays = delays;
        ServerChannel channel = new NACChannel(new ISO87BPackager(), new byte[header]);
        this.server = new ISOServer(0, channel, new ThreadPool(1, POOL));
        this.server.addISORequestListener(this::process);
        this.server.setSocketFactory(new ISOServerSocketFactory() {
            @Override
            public ServerSocket createServerSocket(int port) throws IOException {
                var listening = new ServerSocket(0, POOL, InetAddress.getLoopbackAddress());
                CardHost.this.address.complete((InetSocketAddress) listening.getLocalSocketAddress());
                return listening;
            }
        });
        var thread = new Thread(this.server, "card host");
        thread.setDaemon(true);
        thread.start();
    }

    InetSocketAddress address() throws Exception {
        return Patience.get(this.address);
    }

    /** Returns the host's own number of a purchase. */
    static String approval(String reference) {
        return String.format("%06d", Long.parseLong(reference) * 7_919 % 1_000_000);
    }

    private boolean process(ISOSource source, ISOMsg request) {
        try {
            ISOMsg answer = (ISOMsg) request.clone();
            answer.setResponseMTI();
            answer.set(39, "00");
            if (request.hasField(REFERENCE)) {
                answer.set(APPROVAL, approval(request.getString(REFERENCE)));
            }
            switch (request.getMTI()) {
                case "0800" -> {
                    ("001".equals(request.getString(70)) ? this.logons : this.echoes).incrementAndGet();
                    source.send(answer);
                }
                case "0400" -> {
                    this.reversals
                            .computeIfAbsent(request.getString(REFERENCE), any -> new AtomicInteger())
                            .incrementAndGet();
                    source.send(answer);
                }
                default -> {
                    this.requests.incrementAndGet();
                    answer(source, answer);
                }
            }
        } catch (ISOException | IOException e) {
            // the client has gone
        }
        return true;
    }

    private void answer(ISOSource source, ISOMsg answer) {
        long delay = this.delays.of(answer.getString(REFERENCE));
        if (delay >= 0) {
            this.later.schedule(
                    () -> {
                        source.send(answer);
                        return null;
                    },
                    delay,
                    TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close() {
        this.later.shutdownNow();
        this.server.shutdown();
    }
}
