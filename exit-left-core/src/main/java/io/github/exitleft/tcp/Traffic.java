package io.github.exitleft.tcp;

import io.github.exitleft.Carriers;
import io.github.exitleft.TransientSourceException;
import io.github.exitleft.internal.Audience;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What is received and sent on the connection of a source, or on several; what needs a connection makes it. */
final class Traffic {

    private static final BooleanSupplier WANTED = () -> false;

    private final Dialler dialler;

    /** The only one, or the first of several. */
    private final Connections connections;

    /** Null unless there are several. */
    private final @Nullable Several several;

    final List<Connections> lanes;
    private final Reading reading;

    private final OneWakeup wakeup = new OneWakeup();

    /** Ends a wait for a frame. */
    private final Waking waking = new Waking() {
        @Override
        public boolean isWoken() {
            return wakeup.isWoken() || reading.isLookWanted();
        }

        @Override
        public void waited() {
            wakeup.waited();
        }
    };

    /** Since when the connections have been in use that are read; written by the reading thread. */
    private volatile long answerableSince = System.nanoTime();

    Traffic(Dialler dialler, TcpSource.Builder settings) {
        this.dialler = dialler;
        this.several = settings.connections == 1 ? null : new Several(dialler, settings.connections, settings.pick);
        this.connections = several == null ? new Connections(dialler) : several.first();
        this.lanes = several == null ? List.of(connections) : several.all();
        this.reading = new Reading(lanes, settings.clock);
    }

    /** Makes all connections. */
    void open() throws IOException {
        try {
            connections.connect(0, WANTED);
            restore();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(e);
        }
    }

    void restore() throws IOException, InterruptedException {
        if (several != null) {
            several.restore();
        }
    }

    @Nullable
    Frame receive(long nanos) throws Exception {
        reading.begin();
        try {
            connections.requireOpen();
            if (several != null && several.isAny()) {
                // not before: what a lost one had received has been given to the readers by now
                answerableSince = several.answerableSince();
                return several.receive(nanos, waking, reading);
            }
            // before looking for an older one, which is noted before it is replaced
            Connection current = connections.current();
            Connection older = connections.untold();
            if (older != null) {
                throw connections.lost(older);
            }
            if (current == null) {
                connect(nanos);
                // the connection works, and what comes is for the next read
                return null;
            }
            // not before: what an older one had received has been given to the readers by now
            answerableSince = current.inUseSince();
            return receive(current, nanos);
        } finally {
            reading.end();
        }
    }

    private @Nullable Frame receive(Connection current, long nanos) throws IOException, InterruptedException {
        try {
            Frame frame = current.receive(nanos, waking);
            if (frame != null && connections.current() != current) {
                // questions may have been sent on the next connection, which this is no answer to
                throw connections.lost(current);
            }
            return frame;
        } catch (IOException | RuntimeException | Error e) {
            // an Error too, since a frame may have been taken without its place
            current.fail(e);
            // first, so that a ticket which is taken after the connection has gone from here is not taken for one
            // before
            boolean renewed = reading.renews(current);
            IOException lost = connections.lost(current);
            if (renewed) {
                // the next read connects, if no sender has done so by then
                return null;
            }
            throw lost;
        }
    }

    /** Connects in order to receive. */
    private void connect(long nanos) throws IOException, InterruptedException, TransientSourceException {
        if (nanos > 0) {
            try {
                Connection made = connections.connect(nanos, wakeup::isWoken);
                if (made != null) {
                    return;
                }
            } catch (IOException e) {
                if (!wakeup.take() || connections.isClosed()) {
                    throw e;
                }
            }
            wakeup.take();
        }
        throw new TransientSourceException(new IOException("there is no connection at the moment"));
    }

    /** Sends a frame; returns its place, or {@link Places#NONE} if it is not sent in order. */
    long send(ByteBuffer[] frame, long nanos, boolean inOrder) throws IOException {
        if (several != null) {
            long place = several.send(frame, nanos, inOrder);
            if (place != Several.NOT_SENT) {
                return place;
            }
        }
        Connection current = connections.current();
        if (current == null || !current.isIntact()) {
            if (current != null && reading.isGoingOn() && !endedUnasked(current)) {
                // all waiters are about to be told of the failure
                throw current.lost();
            }
            if (!dialler.mayBlock()) {
                throw Audience.refusal("connecting to " + dialler);
            }
            try {
                current = connections.connect(nanos, WANTED);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw interrupted(e);
            }
            if (current == null) {
                throw new SocketTimeoutException("another thread has been connecting to " + dialler.toString()
                        + " until the time was up; nothing was sent");
            }
        }
        if (several != null) {
            several.wakeup();
            long place = several.send(frame, nanos, inOrder);
            if (place == Several.NOT_SENT) {
                throw current.lost();
            }
            return place;
        }
        return current.send(frame, nanos, inOrder);
    }

    private static boolean endedUnasked(Connection failed) {
        return failed.watch != null && failed.watch.endedUnasked;
    }

    private InterruptedIOException interrupted(InterruptedException cause) {
        var interrupted =
                new InterruptedIOException("interrupted while connecting to " + dialler + "; nothing was sent");
        interrupted.initCause(cause);
        return interrupted;
    }

    void attach(BooleanSupplier awaited) {
        dialler.attach(awaited);
        reading.attach(awaited);
    }

    void beforeTicket() {
        reading.beforeTicket();
    }

    long answerableSince() {
        return answerableSince;
    }

    /** Fails the connection of a carrier, or all if none is given and one has been in use since then, or longer. */
    void renew(Carriers.@Nullable Carrier carrier, long since, String why) {
        boolean anySince = false;
        for (Connections lane : lanes) {
            Connection current = lane.current();
            Watch watch = current == null ? null : current.watch;
            if (current != null && watch != null && watch.carrier == carrier) {
                current.fail(new IOException(why));
            }
            anySince |= current != null && current.isIntact() && current.inUseSince() - since <= 0;
        }
        if (carrier == null && anySince) {
            for (Connections lane : lanes) {
                Connection current = lane.current();
                if (current != null) {
                    current.fail(new IOException(why));
                }
            }
        }
    }

    @Nullable
    Carriers carriers() {
        return several == null ? null : several.carriers();
    }

    void wakeup() {
        wakeup.set();
        if (several != null) {
            several.wakeup();
        }
        connections.wakeup();
    }

    Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        if (several != null) {
            several.describe(details);
            return details;
        }
        Connection current = connections.current();
        if (current == null || !current.isIntact()) {
            details.put("remote", dialler.toString());
        } else {
            details.put("remote", Dialler.text(current.remote()));
            details.put("localAddress", Dialler.text(current.localAddress()));
            details.put("connectedSince", current.since().toString());
        }
        details.put("reconnects", Math.max(0, connections.made() - 1));
        connections.describe(details);
        return details;
    }

    void close() {
        if (several == null) {
            connections.close();
        } else {
            several.close();
        }
    }
}
