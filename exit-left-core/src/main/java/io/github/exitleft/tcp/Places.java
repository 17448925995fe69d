package io.github.exitleft.tcp;

import java.io.IOException;
import java.net.ProtocolException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The places of one connection in the order of sending: the n-th frame that comes answers the n-th that was sent in order.
 *
 * <p>It is two counters and no queue. The thread that writes takes a place before it does, so that
 * places are taken in the order in which frames are sent, and an answer never comes before its place is taken. It gives the
 * place back if nothing could be written. A frame for which no place has been taken answers nothing: order is lost, and the
 * connection with it.
 *
 * <p>Each side writes its own counter first and reads the other's after that. So a frame that comes just while a place is
 * taken and given back is noticed by the one or the other.
 */
final class Places {

    /** The place of a frame that was not sent in order, or answers nothing. */
    static final long NONE = -1;

    /** The bits of a place that count; those above say which connection it belongs to. */
    private static final int COUNT_BITS = 40;

    private static final long COUNT = (1L << COUNT_BITS) - 1;
    private static final long CONNECTION = (1L << Long.SIZE - 1 - COUNT_BITS) - 1;

    /** Counts the connections of this JVM, so that several behind one stage have no place in common. */
    private static final AtomicLong CONNECTIONS = new AtomicLong();

    private final long connection = (CONNECTIONS.getAndIncrement() & CONNECTION) << COUNT_BITS;

    /** Fails the connection. */
    private final Consumer<IOException> lost;

    /** Whether the opening is over, so that frames count; written before other threads get the connection. */
    private boolean counting;

    /** Whether a frame was sent that has no place; used by the thread that writes. */
    private boolean plain;

    /** How many places have been taken; written by the thread that writes. */
    private volatile long taken;

    /** How many frames have come; written by the receiving thread. */
    private volatile long come;

    Places(Consumer<IOException> lost) {
        this.lost = lost;
    }

    /** Begins to count, since the opening is over. */
    void begin() {
        counting = true;
    }

    /**
     * Takes a place for a frame of which nothing has been written, by the thread that writes.
     *
     * @return the place; {@link #NONE} if the frame is not sent in order
     * @throws IOException if more frames have come than places were taken; the connection is lost by that
     * @throws IllegalStateException if other frames of this connection were sent the other way
     */
    long take(boolean inOrder) throws IOException {
        long place = taken;
        if (!inOrder) {
            if (place > 0) {
                throw mixed("without a place", "with one (TcpSender.sendInOrder)");
            }
            plain |= counting;
            return NONE;
        }
        if (plain) {
            throw mixed("in order", "without a place (TcpSender.send)");
        }
        taken = place + 1;
        requireInOrder(place);
        return connection | place & COUNT;
    }

    private static IllegalStateException mixed(String now, String before) {
        return new IllegalStateException("a frame can't be sent " + now + " on a connection on which others were sent "
                + before
                + ", since their answers could not be told apart; send all in the same way, or the first ones in"
                + " the opening (TcpSource.Builder.opening)");
    }

    /**
     * Gives back the place that was taken last, since nothing has been written, by the thread that writes.
     *
     * @return {@link #NONE}
     * @throws IOException if a frame has come for it all the same; the connection is lost by that
     */
    long giveBack(boolean inOrder) throws IOException {
        if (inOrder) {
            long before = taken - 1;
            taken = before;
            requireInOrder(before);
        }
        return NONE;
    }

    private void requireInOrder(long before) throws IOException {
        if (come > before) {
            throw loseOrder(before);
        }
    }

    /** Returns the place that the next frame answers; {@link #NONE} if it answers nothing. For the receiving thread. */
    long next() {
        if (!counting) {
            return NONE;
        }
        long place = come;
        come = place + 1;
        long before = taken;
        if (place < before) {
            return connection | place & COUNT;
        }
        if (before > 0) {
            loseOrder(before);
        }
        return NONE;
    }

    private IOException loseOrder(long before) {
        // no plain IOException: an idle connection that ends with one is replaced without a word
        var thrown = new ProtocolException("more frames have come than were sent in order, which were " + before
                + ", so that no answer can be told from another any more; let the opening read what the peer sends"
                + " by itself at first (TcpSource.Builder.opening)");
        lost.accept(thrown);
        return thrown;
    }
}
