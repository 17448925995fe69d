package io.github.exitleft;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * One wait with several tickets, for the first message that comes for any of them.
 *
 * <p>It has a registration of its own, which no token leads to: with it the thread is in the queue once, as any other. While it waits,
 * a head that files a message for one of the tickets marks this mailbox, in which nothing is filed, and signals this registration
 * instead of the ticket's. A head with several tickets leaves by the mark. Closing a ticket closes this registration, which ends the
 * wait as closing a ticket ends its own.
 *
 * <p>No message is overlooked. The head files, and then looks for the group; this thread names the group, and then looks for
 * messages. It takes the mark away before it looks, and the head marks after it has filed.
 */
final class AnyCall<T, M> extends Call<T, M> {

    private static final int NAMED = 8;

    private final List<? extends Grouped<T, M>> calls;

    /** The one whose message was taken. */
    private @Nullable Grouped<T, M> from;

    AnyCall(StageParts<T, M> parts, List<? extends Grouped<T, M>> calls) {
        super(parts, calls.get(0).token(), null, false, null);
        this.calls = calls;
        Grouped<T, M> one = calls.get(0);
        for (Grouped<T, M> call : calls) {
            // all are of the same generation, but for those that have failed
            one = call.failure() != null ? call : one;
        }
        parts.bare.registerBeside(one, this);
        registered();
    }

    /** Waits for the first message; which ticket it came for is then known. */
    Received<M> await(Duration timeout) throws InterruptedException {
        parts.requireMayWait();
        int claimed = 0;
        try {
            for (; claimed < calls.size(); claimed++) {
                parts.mailroom.claim(calls.get(claimed));
            }
            for (Grouped<T, M> call : calls) {
                call.group = this;
            }
            if (parts.carriers != null) {
                for (Grouped<T, M> call : calls) {
                    parts.carriers.endIfLost(call.load);
                }
            }
            // one that is closed from now on ends the wait, and one that was closed before does it here
            if (closed() != null) {
                giveBack();
            }
            return await(timeout, Resends.NONE, null);
        } catch (CancellationException e) {
            Grouped<T, M> closed = closed();
            throw closed == null ? e : new CancellationException(closed + " was closed while its thread waited");
        } finally {
            for (int i = 0; i < claimed; i++) {
                unclaim(calls.get(i));
            }
        }
    }

    private void unclaim(Grouped<T, M> call) {
        try {
            call.group = null;
            parts.listeners.unclaimed(parts.mailroom.unclaim(call.token(), call));
        } catch (Throwable e) { // no memory: the others are to be freed too
            parts.bare.callbackFailed(e);
        }
    }

    private @Nullable Grouped<T, M> closed() {
        for (Grouped<T, M> call : calls) {
            if (!call.isOpen()) {
                return call;
            }
        }
        return null;
    }

    /** Returns the place of the ticket whose message was taken. */
    int place() {
        return calls.indexOf(from);
    }

    @Override
    @Nullable
    Received<M> read(@Nullable Received<M> mark) {
        return take();
    }

    /** Takes the message of all that was received first. */
    @Override
    @Nullable
    Received<M> take() {
        super.take(); // the mark
        while (true) {
            Grouped<T, M> oldest = null;
            long receivedAt = 0;
            for (Grouped<T, M> call : calls) {
                Received<M> first = call.peek();
                if (first != null && (oldest == null || first.receivedAt() - receivedAt < 0)) {
                    oldest = call;
                    receivedAt = first.receivedAt();
                }
            }
            if (oldest == null) {
                return null;
            }
            Received<M> taken = parts.mailroom.take(oldest);
            if (taken != null) { // or it has been closed meanwhile
                from = oldest;
                return taken;
            }
        }
    }

    @Override
    @Nullable
    Received<M> lastLook() {
        Received<M> got = take();
        for (int i = 0; got == null && i < calls.size(); i++) {
            got = parts.mailroom.takeOrMiss(calls.get(i));
            from = calls.get(i);
        }
        return got;
    }

    @Override
    int foreign() {
        return calls.stream().mapToInt(Mailbox::foreign).sum();
    }

    @Override
    public String toString() {
        if (calls.size() == 1) {
            return calls.get(0).toString();
        }
        var text = new StringBuilder("tickets for tokens ");
        for (int i = 0; i < Math.min(NAMED, calls.size()); i++) {
            text.append(i == 0 ? "'" : ", '")
                    .append(Texts.of(calls.get(i).token()))
                    .append('\'');
        }
        if (calls.size() > NAMED) {
            text.append(" and ").append(calls.size() - NAMED).append(" more");
        }
        return text + " of " + parts.bare;
    }
}
