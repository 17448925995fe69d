package io.github.exitleft;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections on which a stage's questions are asked, where tokens rest until they are answered (M11): frees those whose connection
 * is gone, and has the source make the next one when too many rest.
 *
 * <p>A question counts as asked on the connection that was there when it had been sent. Only a head learns that another connection is
 * read, between two messages, since until then it may hold a message of the old one. What rests from then on for an older connection
 * is free at once, which the memories of tokens see to under their locks.
 *
 * <p>Nothing need read a source whose connection is given up, so a keeper reads from then on until the next connection is there.
 */
final class Renewals implements Recipient {

    /** Of a mailbox whose question was asked on a connection that is not known. */
    static final byte UNKNOWN = 0;

    /** As many connections can be told apart in a mailbox. */
    private static final int MARKS = 255;

    private static final RuntimeException NOT_ADMITTED = new IllegalStateException("the source has failed");

    private final BareStage<?, ?, ?> bare;
    private final Source<?> source;
    private final int most;
    private final AsyncWaits asyncWaits;

    /** The connection that is read; written by heads. */
    private volatile long reads;

    /** The last connection that was given up since too many tokens rested. */
    private final AtomicLong givenUp = new AtomicLong(-1);

    /**
     * Creates what watches the connections of a source.
     *
     * @param most how many tokens may rest
     */
    Renewals(BareStage<?, ?, ?> bare, Source<?> source, int most, AsyncWaits asyncWaits) {
        this.bare = bare;
        this.source = source;
        this.most = most;
        this.asyncWaits = asyncWaits;
        this.reads = source.connection();
    }

    /** Returns what marks a mailbox whose question has just been sent. */
    byte mark() {
        return (byte) (source.connection() % MARKS + 1);
    }

    /** Returns the latest connection on which the question of a mailbox may have been asked. */
    long askedOn(Mailbox<?, ?> box) {
        long now = source.connection();
        int mark = Byte.toUnsignedInt(box.asked);
        // if there were more connections meanwhile than marks, this is a later one than that of the question
        return mark == UNKNOWN ? now : now - Math.floorMod(now - (mark - 1), MARKS);
    }

    /**
     * Looks whether another connection is read; called by the head while it holds no message.
     *
     * @param frees frees the tokens that were asked on connections before the one that it is given
     * @param relieves is run when a keeper need no longer read for this
     */
    void look(LongConsumer frees, Runnable relieves) {
        long now = source.connection();
        if (now == reads) {
            return;
        }
        frees.accept(now);
        // last, so that it is done again if memory runs out
        reads = now;
        if (asyncWaits.remove(this)) {
            relieves.run();
        }
    }

    /**
     * Gives up the connection if too many tokens rest that were asked on it; called with no lock held, after a token has begun to rest.
     *
     * @param resting returns how many tokens rest
     * @param attends has a keeper read
     */
    void rested(IntSupplier resting, Runnable attends) {
        long now = reads;
        long before = givenUp.get();
        if (now <= before || now != source.connection() || resting.getAsInt() < most) {
            return;
        }
        if (givenUp.compareAndSet(before, now)
                && source.renew(now, most + " tokens rest whose questions it has not answered")) {
            asyncWaits.add(this);
            attends.run();
            if (reads != now && asyncWaits.remove(this)) {
                // a head was faster
                attends.run();
            }
        }
    }

    @Override
    public void lookAgain() {
        if (bare.isClosed()) {
            asyncWaits.remove(this);
        }
    }

    @Override
    public void lookNow() {
        lookAgain();
    }

    @Override
    public @Nullable RuntimeException failure() {
        // a keeper that tries a failed source for this keeps to its pauses
        return bare.parts.generations.admitsAll() ? null : NOT_ADMITTED;
    }
}
