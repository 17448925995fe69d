package io.github.exitleft.tcp;

import io.github.exitleft.internal.Audience;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Sends the frames of many threads over one connection, each whole.
 *
 * <p>One thread at a time writes: it has the turn. A thread that comes meanwhile queues its frame and waits; so does,
 * for a moment, a thread that others are likely to follow. The thread that has the turn takes queued frames along, many
 * in one write that costs little more than one of its own. A frame that was taken along and written in part is finished
 * by its own thread, which gets the turn for it. No thread has the turn while it only lets others go ahead.
 */
final class FrameWriter {

    /** The connection that is written to. */
    interface Wire {

        /** Writes as {@link Transport#write} does. */
        long write(ByteBuffer[] parts, int offset, int count) throws IOException;

        /** Returns whether no bytes are taken for which there is no room. */
        default boolean isDirect() {
            return true;
        }

        /** Waits until there is room, the connection fails, or the thread is interrupted; may return for no reason. */
        void awaitRoom(long nanos) throws IOException;

        boolean isIntact();

        /** Returns whether the current thread may wait. */
        default boolean mayBlock() {
            return true;
        }

        /** Fails the connection, on which nothing can be sent any more. */
        void giveUp(Throwable cause);

        /** Returns what to throw for a failed connection; a new exception for each thread. */
        IOException lost();
    }

    /** How many bytes are written at once. Each attempt to write more would make the JVM copy all of the rest. */
    private static final int CHUNK = 1 << 17;

    private static final int MOST_PARTS = 64;

    /** How often a thread writes for others once its own frame is sent. */
    private static final int MOST_ROUNDS = 8;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Wire wire;
    private final InetSocketAddress remote;
    private final ReentrantLock lock = new ReentrantLock();

    // guarded by the lock

    private final Queue<Outgoing> queue = new ArrayDeque<>();
    private final Company company = new Company();

    /** Whether a thread has the turn. */
    private boolean writing;

    /** Whether that thread waits for room. */
    private boolean full;

    // the fields from here on are used by the thread with the turn only

    private final Places places;
    private final ByteBuffer[] batch = new ByteBuffer[MOST_PARTS];

    /** The first frames of the queue, while they are being written. */
    private final List<Outgoing> taken = new ArrayList<>(MOST_PARTS);

    /** A frame of which another thread has written a part; its own gets the turn next. */
    private @Nullable Outgoing heir;

    FrameWriter(Wire wire, Places places, InetSocketAddress remote) {
        this.wire = wire;
        this.places = places;
        this.remote = remote;
    }

    /**
     * Sends a whole frame. A frame that was begun is finished even if the thread is interrupted, since an interrupt
     * must not cost all other callers the connection. If there is no room for the rest in time, the connection fails.
     *
     * <p>A thread that must not block waits for its turn as long as the others need no room, which is no longer than for a lock, and
     * for the rest of a frame that was begun. It is refused where it would wait for room to begin.
     *
     * @param parts the frame's bytes
     * @param nanos how long to wait for room, and for other senders, in nanoseconds
     * @param inOrder whether the frame takes a place
     * @return its place, or {@link Places#NONE}
     */
    long send(ByteBuffer[] parts, long nanos, boolean inOrder) throws IOException {
        long deadline = System.nanoTime() + nanos;
        var mine = new Outgoing(parts, inOrder, wire.mayBlock());
        if (!begin(mine, nanos > 0)) {
            awaitTurn(mine, deadline);
        }
        if (mine.state == Outgoing.State.FAILED) {
            throw wire.lost();
        }
        if (mine.state == Outgoing.State.WRITING) {
            try {
                finish(mine, deadline, nanos);
                writeForOthers();
            } catch (Error e) {
                // a place may have been taken for what was not written, which would shift all answers
                wire.giveUp(e);
                settle(false);
                throw e;
            } finally {
                passOn();
            }
        }
        return mine.place;
    }

    /** Takes the turn if it is free, and others need not go ahead; otherwise queues. */
    private boolean begin(Outgoing mine, boolean patient) {
        lock.lock();
        try {
            if (writing || patient && company.isLikely(mine.thread)) {
                queue.add(mine);
                return false;
            }
            writing = true;
            mine.state = Outgoing.State.WRITING;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the turn, or until another thread has written the frame. */
    private void awaitTurn(Outgoing mine, long deadline) throws IOException {
        boolean interrupted = false;
        // meanwhile others queue their frames, or write this one, either of which saves a call of the system
        Thread.yield();
        try {
            while (true) {
                long rest = Nanos.until(deadline);
                Outgoing.State state = mine.state;
                if (state == Outgoing.State.QUEUED) {
                    state = takeTurnOrLeave(mine, interrupted, rest <= 0);
                }
                if (state != Outgoing.State.QUEUED && state != Outgoing.State.TAKEN) {
                    return;
                }
                mine.park(this, state, state == Outgoing.State.QUEUED ? rest : Long.MAX_VALUE);
                interrupted |= Thread.interrupted();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Outgoing.State takeTurnOrLeave(Outgoing mine, boolean interrupted, boolean late) throws IOException {
        lock.lock();
        try {
            boolean refused = full && !mine.mayBlock;
            if (mine.state != Outgoing.State.QUEUED || writing && !interrupted && !late && !refused) {
                return mine.state;
            }
            queue.remove(mine);
            if (!writing) {
                writing = true;
                mine.state = Outgoing.State.WRITING;
                return Outgoing.State.WRITING;
            }
        } finally {
            lock.unlock();
        }
        if (interrupted) {
            throw interrupted();
        }
        if (!late) {
            throw refusal();
        }
        throw new SocketTimeoutException(
                "others have been sending to " + remote + " until the time was up; nothing was sent");
    }

    /** Writes what is left of this thread's frame. */
    private void finish(Outgoing mine, long deadline, long nanos) throws IOException {
        boolean interrupted = false;
        long rest = mine.remaining();
        try {
            while (mine.remaining() > 0 || rest > 0) {
                if (!wire.isIntact()) {
                    throw wire.lost();
                }
                if (mine.isBegun()) {
                    interrupted |= Thread.interrupted();
                }
                long bytes = write(mine);
                if (bytes == 0) {
                    if (!mine.mayBlock && !mine.isBegun()) {
                        throw refusal();
                    }
                    awaitRoom(mine, deadline, nanos);
                }
                rest -= bytes;
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Writes what there is room for, of this thread's frame and then of others. */
    private long write(Outgoing mine) throws IOException {
        if (!mine.isBegun()) {
            mine.place = places.take(mine.inOrder);
        }
        ByteBuffer last = mine.parts[0];
        int limit = last.limit();
        int room = CHUNK;
        int count = 0;
        for (ByteBuffer part : mine.parts) {
            if (part.hasRemaining() && room > 0 && count < MOST_PARTS) {
                last = part;
                limit = part.limit();
                part.limit(part.position() + Math.min(room, part.remaining()));
                room -= part.remaining();
                batch[count++] = part;
            }
        }
        try {
            long bytes = writeBatch(takeAlong(count, room));
            if (bytes == 0 && !mine.isBegun()) {
                // before waiting, so that what comes meanwhile is no answer
                mine.place = places.giveBack(mine.inOrder);
            }
            return bytes;
        } finally {
            last.limit(limit);
        }
    }

    /** Writes for others what can be written without waiting. */
    private void writeForOthers() {
        try {
            boolean more = true;
            for (int round = 0; round < MOST_ROUNDS && more && heir == null; round++) {
                int count = takeAlong(0, CHUNK);
                more = count > 0 && writeBatch(count) > 0;
            }
        } catch (IOException e) {
            // their threads have been told, and this thread's frame is sent
        }
    }

    /** Adds frames from the queue to the batch, as long as there is room for them. */
    private int takeAlong(int parts, int bytes) {
        int count = parts;
        int room = bytes;
        lock.lock();
        try {
            company.found(!queue.isEmpty());
            if (queue.isEmpty() || !wire.isIntact()) {
                return count;
            }
            for (Outgoing next : queue) {
                if (!wire.isDirect()
                        || next.size > room
                        || next.parts.length > MOST_PARTS - count
                        || taken.size() == MOST_PARTS
                        || !takePlace(next)) {
                    break;
                }
                next.state = Outgoing.State.TAKEN;
                taken.add(next);
                for (ByteBuffer part : next.parts) {
                    batch[count++] = part;
                }
                room -= (int) next.size;
            }
        } finally {
            lock.unlock();
        }
        return count;
    }

    /** Takes the place of another thread's frame; returns false if that can't be, as its own thread will find out. */
    private boolean takePlace(Outgoing next) {
        try {
            next.place = places.take(next.inOrder);
            return true;
        } catch (IOException | IllegalStateException e) {
            return false;
        }
    }

    /** Gives the places of the frames back of which nothing was written, those taken last first. */
    private void giveBackPlaces() {
        for (int i = taken.size() - 1; i >= 0 && !taken.get(i).isBegun(); i--) {
            try {
                taken.get(i).place = places.giveBack(taken.get(i).inOrder);
            } catch (IOException e) {
                // the connection is lost by that, as all that are to write are told
            }
        }
    }

    private long writeBatch(int count) throws IOException {
        boolean written = false;
        try {
            long bytes = wire.write(batch, 0, count);
            giveBackPlaces();
            written = true;
            return bytes;
        } catch (Throwable e) {
            // it is unknown how much was written
            wire.giveUp(e);
            if (e instanceof IOException) {
                throw wire.lost();
            }
            throw e;
        } finally {
            settle(written);
            Arrays.fill(batch, 0, count, NOTHING);
        }
    }

    /** Tells the threads of the frames that were taken along what became of these. */
    private void settle(boolean written) {
        if (taken.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            for (int i = 0; i < taken.size(); i++) {
                Outgoing frame = taken.get(i);
                if (!written || frame.remaining() == 0) {
                    queue.remove();
                    frame.state = written ? Outgoing.State.SENT : Outgoing.State.FAILED;
                } else if (frame.isBegun()) {
                    queue.remove();
                    heir = frame;
                } else {
                    frame.state = Outgoing.State.QUEUED;
                }
            }
        } finally {
            lock.unlock();
        }
        // also those that are in the queue again, and so have a deadline again
        for (int i = 0; i < taken.size(); i++) {
            taken.get(i).wake();
        }
        taken.clear();
    }

    /** Gives the turn to the thread whose frame is written in part, or else lets any thread take it. */
    private void passOn() {
        Outgoing next;
        lock.lock();
        try {
            next = heir;
            if (next != null) {
                heir = null;
                next.state = Outgoing.State.WRITING;
            } else {
                writing = false;
                next = queue.peek();
            }
        } finally {
            lock.unlock();
        }
        if (next != null) {
            LockSupport.unpark(next.thread);
        }
    }

    private void awaitRoom(Outgoing mine, long deadline, long nanos) throws IOException {
        long sent = mine.size - mine.remaining();
        try {
            long rest = Nanos.until(deadline);
            if (rest <= 0) {
                throw new SocketTimeoutException("no room to send " + mine.size + " bytes to " + remote
                        + " for " + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms; "
                        + (sent == 0
                                ? "nothing was sent"
                                : "the connection is given up, since " + sent + " of them were sent"));
            }
            setFull(true);
            try {
                wire.awaitRoom(rest);
            } finally {
                setFull(false);
            }
        } catch (Throwable e) {
            if (sent > 0) {
                wire.giveUp(e);
            }
            throw e;
        }
        if (sent == 0 && Thread.currentThread().isInterrupted()) {
            throw interrupted();
        }
    }

    /** Notes that the thread with the turn begins to wait for room, of which it tells those in the queue, or has ended to. */
    private void setFull(boolean now) {
        lock.lock();
        try {
            full = now;
            if (now) {
                queue.forEach(Outgoing::wake);
            }
        } finally {
            lock.unlock();
        }
    }

    private IllegalStateException refusal() {
        return Audience.refusal("waiting for room to send to " + remote);
    }

    private InterruptedIOException interrupted() {
        return new InterruptedIOException("interrupted while waiting to send to " + remote + "; nothing was sent");
    }
}
