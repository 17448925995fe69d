package io.github.exitleft.tcp;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;

/** A frame that a thread sends by a {@link FrameWriter}, and what has become of it. */
final class Outgoing {

    /** What has become of a frame. */
    enum State {
        /** It is in the queue: next {@link #WRITING} if the turn is free, {@link #TAKEN}, or out of time. */
        QUEUED,
        /** Another thread writes it, and says at once what became of it: any of the others. */
        TAKEN,
        /** Its own thread has the turn. */
        WRITING,
        /** Another thread has sent all of it. */
        SENT,
        /** The connection failed while another thread was writing it. */
        FAILED
    }

    final ByteBuffer[] parts;
    final Thread thread = Thread.currentThread();
    final long size;
    final boolean inOrder;

    /** Whether its thread may wait for room, or behind one that does. */
    final boolean mayBlock;

    /** Written by the thread with the turn. */
    long place = Places.NONE;

    /** Written with the lock held, or by the thread with the turn. */
    volatile State state = State.QUEUED;

    /** Whether its thread parks; set before that looks at the state, and read after a change of it. */
    private volatile boolean parked;

    Outgoing(ByteBuffer[] parts, boolean inOrder, boolean mayBlock) {
        this.parts = parts;
        this.inOrder = inOrder;
        this.mayBlock = mayBlock;
        this.size = remaining();
    }

    /** Parks its own thread unless the state is another by now; may return for no reason. */
    void park(Object blocker, State seen, long nanos) {
        parked = true;
        if (state == seen) {
            LockSupport.parkNanos(blocker, nanos);
        }
        parked = false;
    }

    /** Wakes its thread after a change of the state, if that thread waits. */
    void wake() {
        if (parked) {
            LockSupport.unpark(thread);
        }
    }

    long remaining() {
        long remaining = 0;
        for (ByteBuffer part : parts) {
            remaining += part.remaining();
        }
        return remaining;
    }

    boolean isBegun() {
        return remaining() < size;
    }
}
