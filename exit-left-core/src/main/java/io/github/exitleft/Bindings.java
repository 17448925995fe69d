package io.github.exitleft;

import io.github.exitleft.HeldMessages.Held;
import java.util.LinkedHashSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The bindings under way on a stage: calls whose requests are being sent, and whose tokens are known only after that.
 *
 * <p>An answer may come before its token is bound. So while there is a binding, messages with tokens that were never asked
 * for are held. A binding that has taken its ticket takes those with its token. What is left is explained as it would have
 * been, once all bindings have ended that were under way when it came.
 *
 * <p>The head looks whether there are bindings before it looks for a ticket, and a binding ends after it has taken its
 * ticket. So a message that meets neither a binding nor a ticket answers no request that has been sent. The lock is held
 * for a few instructions; of foreign code only the tokens' {@code equals} and {@code hashCode} run under it.
 */
final class Bindings<T, M> {

    /**
     * How many messages are held at most, unless more than half as many bindings are under way, each of which may have an
     * answer; for one more, the oldest is explained.
     */
    static final int MOST = 1_024;

    /** One binding; they are numbered as they begin. */
    static final class Binding {

        private final long number;

        private Binding(long number) {
            this.number = number;
        }
    }

    private final BareStage<T, Source<M>, Void> bare;
    private final Listeners<T, M> listeners;
    private final ReentrantLock lock = new ReentrantLock();

    /** From the oldest to the youngest; guarded by the lock. */
    private final LinkedHashSet<Binding> bindings = new LinkedHashSet<>();

    /** Guarded by the lock. */
    private final HeldMessages<T, M> held = new HeldMessages<>();

    /** The number of the youngest binding so far; guarded by the lock. */
    private long youngest;

    /** How many bindings there are; written with the lock held. */
    private volatile int underWay;

    Bindings(BareStage<T, Source<M>, Void> bare, Listeners<T, M> listeners) {
        this.bare = bare;
        this.listeners = listeners;
    }

    /**
     * Begins a binding, before its request is sent; it has to end.
     *
     * @throws StageClosedException if the stage is closed
     * @throws SourceFailedException if the source has failed and may not be tried again yet
     * @throws TooManyTicketsException if there would be no place for its ticket
     */
    Binding begin() {
        RuntimeException refusal = bare.parts.generations.refusal();
        if (refusal != null) {
            throw refusal;
        }
        bare.parts.registrations.requireRoom(underWay);
        lock.lock();
        try {
            var binding = new Binding(youngest + 1);
            bindings.add(binding);
            youngest++;
            underWay = bindings.size();
            return binding;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a binding, whether it has taken a ticket or not. */
    void end(Binding binding) {
        lock.lock();
        try {
            bindings.remove(binding);
            underWay = bindings.size();
        } finally {
            lock.unlock();
        }
        explain(false);
    }

    /** Explains all that is held, since the stage has been closed. */
    void close() {
        explain(true);
    }

    private void explain(boolean all) {
        for (Unclaimed<T, M> next = release(all); next != null; next = release(all)) {
            listeners.unclaimed(next);
        }
    }

    /** Takes the oldest message that no binding under way can be asking for; null if there is none. */
    private @Nullable Unclaimed<T, M> release(boolean any) {
        lock.lock();
        try {
            Held<T, M> oldest = held.oldest();
            boolean free = oldest != null
                    && (any || bindings.isEmpty() || bindings.iterator().next().number > oldest.youngest);
            return free ? removeOldest() : null;
        } finally {
            lock.unlock();
        }
    }

    /** Whether any binding is under way; to be asked before a message's ticket is looked for. */
    boolean areUnderWay() {
        return underWay != 0;
    }

    /**
     * Holds a message for which no ticket was found, or explains it if all bindings have ended since.
     *
     * @return the ticket that its token has by now; null if it has none, and the message has been seen to
     */
    @Nullable
    Registration<T> hold(T token, M message, long receivedAt, Unclaimed<T, M> explained) {
        Unclaimed<T, M> released = explained;
        lock.lock();
        try {
            Registration<T> holder = bare.parts.registrations.find(token);
            if (holder != null) {
                return holder;
            }
            if (!bindings.isEmpty()) {
                held.add(new Held<>(token, new Received<>(message, receivedAt), explained, youngest));
                released = held.size() > Math.max(MOST, 2 * bindings.size()) ? removeOldest() : null;
            }
        } finally {
            lock.unlock();
        }
        if (released != null) {
            listeners.unclaimed(released);
        }
        return null;
    }

    private @Nullable Unclaimed<T, M> removeOldest() {
        Held<T, M> oldest = held.oldest();
        if (oldest == null) {
            return null;
        }
        held.remove(oldest);
        return oldest.explained;
    }

    /**
     * Takes the oldest message that is held for a token, and came since a binding began; null if there is none. The token
     * must have its ticket already.
     */
    @Nullable
    Received<M> take(Binding binding, T token) {
        lock.lock();
        try {
            return held.take(token, binding.number);
        } finally {
            lock.unlock();
        }
    }
}
