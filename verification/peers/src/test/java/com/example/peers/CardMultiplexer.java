package com.example.peers;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdom2.Element;
import org.jpos.core.SimpleConfiguration;
import org.jpos.iso.ISOException;
import org.jpos.iso.ISOMsg;
import org.jpos.iso.channel.NACChannel;
import org.jpos.iso.packager.ISO87BPackager;
import org.jpos.q2.iso.QMUX;
import org.jpos.space.Space;

/** The multiplexer of jPOS with one connection to a card host, without its container. */
final class CardMultiplexer implements AutoCloseable {

    private static final String NAME = "cards";
    private static final String SENT = "cards-sent";
    private static final String RECEIVED = "cards-received";
    private static final long TICK_MILLIS = 100;

    private final NACChannel channel;
    private final QMUX mux = new QMUX();
    private final AtomicInteger late = new AtomicInteger();
    private volatile boolean closed;

    CardMultiplexer(InetSocketAddress host) throws Exception {
        this.channel = new NACChannel(host.getHostString(), host.getPort(), new ISO87BPackager(), null);
        this.channel.connect();
        this.mux.setName(NAME);
        this.mux.setPersist(new Element("mux")
                .addContent(new Element("in").setText(RECEIVED))
                .addContent(new Element("out").setText(SENT)));
        this.mux.setConfiguration(new SimpleConfiguration());
        this.mux.initService();
        this.mux.addISORequestListener((source, message) -> this.late.incrementAndGet() > 0);
        this.mux.startService();
        start(this::send);
        start(this::receive);
    }

    private static void start(Runnable body) {
        var thread = new Thread(body, NAME);
        thread.setDaemon(true);
        thread.start();
    }

    @SuppressWarnings("unchecked") // a space of anything
    private Space<Object, Object> space() {
        return this.mux.getSpace();
    }

    private void send() {
        try {
            while (!this.closed) {
                if (space().in(SENT, TICK_MILLIS) instanceof ISOMsg message) {
                    this.channel.send(message);
                }
            }
        } catch (IOException | ISOException e) {
            // its callers time out
        }
    }

    private void receive() {
        try {
            while (!this.closed) {
                space().out(RECEIVED, this.channel.receive());
            }
        } catch (IOException | ISOException e) {
            // closed
        }
    }

    /** Returns the answer; null if it does not come in time, or another request has the same number. */
    ISOMsg request(ISOMsg request, long millis) {
        try {
            return this.mux.request(request, millis);
        } catch (ISOException e) {
            return null;
        }
    }

    /** Returns how many messages have come that answered no request. */
    int late() {
        return this.late.get();
    }

    @Override
    public void close() throws IOException {
        this.closed = true;
        this.mux.stopService();
        this.channel.disconnect();
    }
}
