package io.github.exitleft.tcp;

import io.github.exitleft.CarrierLostException;
import io.github.exitleft.Carriers;
import io.github.exitleft.Source;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Several connections to the same peer, each of which may be lost alone.
 *
 * <p>One thread at a time receives, with a selector that all of them are registered with. It reads them in turn, so that none keeps the
 * others waiting. It connects only if there is no connection at all; a single one is made anew by another thread meanwhile.
 */
final class Several implements Closeable {

    private static final Connection.Waking LOOK = () -> true;

    private final Dialler dialler;
    private final Connections[] lanes;
    private final Carriers carriers;
    private final Selector readable;
    private final Pick pick;

    /** Counts frames sent, for turns. */
    private final AtomicInteger turns = new AtomicInteger();

    /** Which was read last; used by the receiving thread only. */
    private int last;

    Several(Dialler dialler, int count, Pick pick, Carriers carriers, Selector readable) {
        this.dialler = dialler;
        this.carriers = carriers;
        this.pick = pick;
        this.readable = readable;
        this.lanes =
                Stream.generate(() -> new Connections(dialler)).limit(count).toArray(Connections[]::new);
    }

    static Selector selector() {
        try {
            return Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException("tcp source has got no selector from the system: " + e.getMessage(), e);
        }
    }

    Carriers carriers() {
        return carriers;
    }

    /** Returns the one that is connected first. */
    Connections first() {
        return lanes[0];
    }

    /** Whether there is a connection, or one whose loss has not been reported. */
    boolean isAny() {
        for (Connections lane : lanes) {
            if (lane.current() != null || lane.untold() != null) {
                return true;
            }
        }
        return false;
    }

    // receiving

    /** Receives as {@link Connection#receive} does, from whichever connection has a frame. */
    @Nullable
    Frame receive(long nanos, Connection.Waking waking) throws Exception {
        Frame frame = next();
        if (frame != null) {
            return frame;
        }
        try {
            if (nanos <= 0) {
                readable.selectNow(Several::ready);
                return next();
            }
            if (!waking.isWoken()) {
                readable.select(Several::ready, Source.toMillisRoundedUp(Duration.ofNanos(nanos)));
            }
        } catch (ClosedSelectorException e) {
            throw new IOException("tcp source of " + dialler + " is closed", e);
        }
        waking.waited();
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while waiting for a frame from " + dialler);
        }
        return next();
    }

    private static Watch watchOf(Connection connection) {
        return Objects.requireNonNull(connection.watch);
    }

    private static void ready(SelectionKey key) {
        ((Watch) key.attachment()).ready = true;
    }

    /** Returns a frame that is there, or reports a loss; looks at the connections in turn. */
    private @Nullable Frame next() throws Exception {
        for (int i = 1; i <= lanes.length; i++) {
            int at = (last + i) % lanes.length;
            Connections lane = lanes[at];
            // before looking for an older one, which is noted before it is replaced
            Connection current = lane.current();
            Connection older = lane.untold();
            if (older != null) {
                throw lost(lane, older);
            }
            if (current != null) {
                Frame frame = next(lane, current);
                if (frame != null) {
                    last = at;
                    return frame;
                }
            }
        }
        return null;
    }

    private @Nullable Frame next(Connections lane, Connection current) throws Exception {
        try {
            Watch watch = watchOf(current);
            if (!watch.registered) {
                current.register(readable);
                watch.registered = true;
            }
            if (!watch.ready && current.isIntact()) {
                return null;
            }
            Frame frame = current.receive(0, LOOK);
            watch.ready = frame != null;
            return frame;
        } catch (IOException | RuntimeException e) {
            current.fail(e);
            throw lost(lane, current);
        }
    }

    /** Gives up a lost connection, and returns what reports it: a failure of the source if there is no other. */
    private Exception lost(Connections lane, Connection failed) {
        IOException lost = lane.lost(failed);
        return isAny() ? new CarrierLostException(watchOf(failed).carrier, lost) : lost;
    }

    void wakeup() {
        readable.wakeup();
    }

    // connecting

    /** Makes all connections that there are not; called by one thread at a time. */
    void restore() throws IOException, InterruptedException {
        for (Connections lane : lanes) {
            if (lane.current() == null) {
                if (lane.connect(0, () -> false) == null) {
                    throw new IOException("another thread is connecting to " + dialler);
                }
                // the receiving thread is to wait for this one too
                readable.wakeup();
            }
        }
    }

    // sending

    /** Sends a frame on one of the connections, if there is one; returns whether it was sent. */
    boolean send(ByteBuffer[] frame, long nanos) throws IOException {
        long deadline = System.nanoTime() + nanos;
        int size = remaining(frame);
        IOException failure = null;
        for (Connection picked = pick(); picked != null; picked = pick()) {
            if (!watchOf(picked).carrier.carry()) {
                continue; // it is no longer intact, so it will not be picked again
            }
            try {
                picked.send(frame, Math.max(0, Nanos.until(deadline)));
                return true;
            } catch (SocketTimeoutException e) {
                throw e;
            } catch (IOException e) {
                if (picked.isIntact() || remaining(frame) != size) {
                    throw e;
                }
                failure = e; // it was lost before anything was sent
            }
        }
        if (failure != null) {
            throw failure;
        }
        return false;
    }

    private static int remaining(ByteBuffer[] frame) {
        int remaining = 0;
        for (ByteBuffer part : frame) {
            remaining += part.remaining();
        }
        return remaining;
    }

    /** Picks an intact connection; null if there is none. */
    private @Nullable Connection pick() {
        int turn = Math.floorMod(turns.getAndIncrement(), lanes.length);
        Connection best = null;
        int fewest = Integer.MAX_VALUE;
        for (int i = 0; i < lanes.length && fewest > 0; i++) {
            Connection each = lanes[(turn + i) % lanes.length].current();
            if (each != null && each.isIntact()) {
                int inFlight =
                        pick == Pick.ROUND_ROBIN ? 0 : watchOf(each).carrier.inFlight();
                if (inFlight < fewest) {
                    best = each;
                    fewest = inFlight;
                }
            }
        }
        return best;
    }

    // watching

    /** Adds what operators are shown. */
    void describe(Map<String, Object> details) {
        List<Map<String, Object>> all = new ArrayList<>();
        long made = 0;
        for (Connections lane : lanes) {
            Connection current = lane.current();
            if (current != null && current.isIntact()) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("remote", Dialler.text(current.remote()));
                one.put("localAddress", Dialler.text(current.localAddress()));
                one.put("connectedSince", current.since().toString());
                one.put("inFlight", watchOf(current).carrier.inFlight());
                all.add(one);
            }
            made += Math.max(0, lane.made() - 1);
        }
        details.put("remote", dialler.toString());
        details.put("connections", all);
        details.put("reconnects", made);
    }

    @Override
    public void close() {
        for (Connections lane : lanes) {
            lane.close();
        }
        try {
            readable.close();
        } catch (IOException e) {
            // it is of no more use either way
        }
    }
}
