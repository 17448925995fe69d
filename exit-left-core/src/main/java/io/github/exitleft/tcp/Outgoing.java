package io.github.exitleft.tcp;

import java.nio.ByteBuffer;

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

    /** Written by the thread with the turn. */
    long place = Places.NONE;

    /** Written with the lock held, or by the thread with the turn. */
    volatile State state = State.QUEUED;

    Outgoing(ByteBuffer[] parts, boolean inOrder) {
        this.parts = parts;
        this.inOrder = inOrder;
        this.size = remaining();
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
