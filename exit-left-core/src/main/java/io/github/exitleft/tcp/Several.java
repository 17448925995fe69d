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

    /** What {@link #send} returns if there was no connection; no place of a frame. */
    static final long NOT_SENT = Long.MIN_VALUE;

    private static final Waking LOOK = () -> true;
    private static final int MOST_UNSELECTED = 16;

    private final Dialler dialler;
    private final List<Connections> lanes;
    private final Carriers carriers = new Carriers();
    private final Selector readable;
    private final Pick pick;

    /** Counts frames sent, for turns. */
    private final AtomicInteger turns = new AtomicInteger();

    // used by the receiving thread only

    /** Which was read last. */
    private int last;

    /** How many receives there have been since the selector was last asked. */
    private int unselected;

    Several(Dialler dialler, int count, Pick pick) {
        try {
            this.readable = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException("tcp source has got no selector from the system: " + e.getMessage(), e);
        }
        dialler.watches = () -> new Watch(carriers.add(), readable);
        this.dialler = dialler;
        this.pick = pick;
        this.lanes =
                Stream.generate(() -> new Connections(dialler)).limit(count).toList();
    }

    Carriers carriers() {
        return carriers;
    }

    List<Connections> all() {
        return lanes;
    }

    /** Returns the one that is connected first. */
    Connections first() {
        return lanes.get(0);
    }

    /** Whether there is a connection, or one whose loss has not been reported. */
    boolean isAny() {
        return isAnyBut(null);
    }

    private boolean isAnyBut(@Nullable Connections excepted) {
        for (Connections lane : lanes) {
            if (lane != excepted && (lane.current() != null || lane.untold() != null)) {
                return true;
            }
        }
        return false;
    }

    /** Returns since when the oldest connection has been in use whose loss has not been reported; for the receiving thread. */
    long answerableSince() {
        // no later: what is sent on one that is not seen below is sent after this
        long least = System.nanoTime();
        for (Connections lane : lanes) {
            // before looking for an older one, which is noted before it is replaced
            least = older(lane.current(), least);
            least = older(lane.untold(), least);
        }
        return least;
    }

    private static long older(@Nullable Connection connection, long since) {
        return connection != null && connection.inUseSince() - since < 0 ? connection.inUseSince() : since;
    }

    // receiving

    /** Receives as {@link Connection#receive} does, from whichever connection has a frame. */
    @Nullable
    Frame receive(long nanos, Waking waking, Reading reading) throws Exception {
        if (++unselected > MOST_UNSELECTED) {
            // or one that always has something would keep the others waiting
            select(0);
        }
        Frame frame = next(reading);
        if (frame != null) {
            return frame;
        }
        if (nanos <= 0) {
            select(0);
            return next(reading);
        }
        if (!waking.isWoken()) {
            select(Source.toMillisRoundedUp(Duration.ofNanos(nanos)));
        }
        waking.waited();
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while waiting for a frame from " + dialler);
        }
        return next(reading);
    }

    private void select(long millis) throws IOException {
        unselected = 0;
        try {
            if (millis == 0) {
                readable.selectNow(Several::ready);
            } else {
                readable.select(Several::ready, millis);
            }
        } catch (ClosedSelectorException e) {
            throw new IOException("tcp source of " + dialler + " is closed", e);
        }
    }

    private static Watch watchOf(Connection connection) {
        return Objects.requireNonNull(connection.watch);
    }

    private static void ready(SelectionKey key) {
        ((Watch) key.attachment()).ready = true;
    }

    /** Returns a frame that is there, or reports a loss; looks at the connections in turn. */
    private @Nullable Frame next(Reading reading) throws Exception {
        for (int i = 1; i <= lanes.size(); i++) {
            int at = (last + i) % lanes.size();
            Connections lane = lanes.get(at);
            // before looking for an older one, which is noted before it is replaced
            Connection current = lane.current();
            Connection older = lane.untold();
            if (older != null) {
                throw lost(lane, older);
            }
            if (current != null) {
                Frame frame = next(lane, current, reading);
                if (frame != null) {
                    last = at;
                    return frame;
                }
            }
        }
        return null;
    }

    private @Nullable Frame next(Connections lane, Connection current, Reading reading) throws Exception {
        try {
            Watch watch = watchOf(current);
            if (watch.key == null) {
                watch.key = current.register(readable);
            }
            if (!watch.ready && current.isIntact()) {
                return null;
            }
            Frame frame = current.receive(0, LOOK);
            watch.ready = frame != null;
            watch.await(current.awaits());
            return frame;
        } catch (IOException | RuntimeException | Error e) {
            // an Error too, since a frame may have been taken without its place
            current.fail(e);
            // first, so that a ticket which is taken after the connection has gone from here is not taken for one
            // before
            boolean renewed = !isAnyBut(lane) && reading.renews(current);
            Exception lost = lost(lane, current);
            if (renewed && lost instanceof IOException) {
                // the next read connects, if no sender has done so by then
                return null;
            }
            throw lost;
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
        // not once for each: one may be lost while another is made, and be told as the last of all
        for (Connections missing = missing(); missing != null; missing = missing()) {
            if (missing.connect(0, () -> false) == null) {
                throw new IOException("another thread is connecting to " + dialler);
            }
            // the receiving thread is to wait for this one too
            readable.wakeup();
        }
    }

    private @Nullable Connections missing() {
        for (Connections lane : lanes) {
            if (lane.current() == null) {
                return lane;
            }
        }
        return null;
    }

    // sending

    /**
     * Sends a frame on one of the connections, if there is one.
     *
     * @return its place, or {@link Places#NONE} if it is not sent in order; {@link #NOT_SENT} if it was not sent
     */
    long send(ByteBuffer[] frame, long nanos, boolean inOrder) throws IOException {
        long deadline = System.nanoTime() + nanos;
        int size = remaining(frame);
        IOException failure = null;
        for (Connection picked = pick(); picked != null; picked = pick()) {
            if (!watchOf(picked).carrier.carry()) {
                continue; // it is no longer intact, so it will not be picked again
            }
            try {
                return picked.send(frame, Math.max(0, Nanos.until(deadline)), inOrder);
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
        if (lanes.stream().anyMatch(Connections::isShunned)) {
            throw new IOException("connection to " + dialler + " is being made anew; nothing was sent");
        }
        return NOT_SENT;
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
        int turn = Math.floorMod(turns.getAndIncrement(), lanes.size());
        Connection best = null;
        int fewest = Integer.MAX_VALUE;
        for (int i = 0; i < lanes.size() && fewest > 0; i++) {
            Connections lane = lanes.get((turn + i) % lanes.size());
            Connection each = lane.current();
            if (each != null && each.isIntact() && !lane.isShunned()) {
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
        Map<String, Object> all = new LinkedHashMap<>();
        long made = 0;
        int number = 0;
        for (Connections lane : lanes) {
            number++;
            Connection current = lane.current();
            if (current != null && current.isIntact()) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("remote", Dialler.text(current.remote()));
                one.put("localAddress", Dialler.text(current.localAddress()));
                one.put("connectedSince", current.since().toString());
                one.put("inFlight", watchOf(current).carrier.inFlight());
                lane.describe(one);
                all.put(String.valueOf(number), one);
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
