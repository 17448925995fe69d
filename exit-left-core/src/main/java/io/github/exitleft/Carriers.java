package io.github.exitleft;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What carries the questions of a source that has several connections, each of which may be lost alone.
 *
 * <p>A source makes one of these for itself, which it returns from {@link Source#carriers()}, and a {@linkplain #add()
 * carrier} for each connection. What sends on a connection calls {@link Carrier#carry()} before it writes: the call
 * whose request the thread sends is in flight on that carrier from then on, until it ends. Once all has been read that
 * came on a lost connection, {@link Source#receive} throws a {@link CarrierLostException}, which ends the calls that are
 * carried by that carrier and by no other, and no other call.
 *
 * <p>A request that is sent again on another connection is carried by both, and its call ends when the last of them is
 * lost.
 */
public final class Carriers {

    /** What ends when all that carried it is lost. */
    interface Carried {

        /** Is told so, by the thread that heads; may be told twice. */
        void lost(Generation lost);
    }

    /** What is carried: a call, from its first request to its end. All fields are guarded by the lock. */
    static final class Load {

        private final Carried carried;
        private @Nullable Leg legs;

        /** Counts the times that it has been sent. */
        private int sendings;

        /** Whether nothing carries it any more, and nothing is going to. */
        private boolean over;

        /** Why it has ended; null unless all that carried it has been lost. */
        private @Nullable Generation lost;

        /** Why something was lost that carried it since an earlier sending, while a later one was under way. */
        private @Nullable Generation lostBefore;

        /** The next of those that a loss has ended. */
        private @Nullable Load next;

        private Load(Carried carried) {
            this.carried = carried;
        }

        /** Returns the next that the same loss has ended; for the thread that reports the loss, since no other writes it. */
        @Nullable
        Load next() {
            return next;
        }

        /** Tells what was carried; called by the same thread. */
        void end(Generation why) {
            next = null;
            carried.lost(why);
        }

        private boolean isOn(Carrier carrier) {
            Leg leg = legs;
            while (leg != null && leg.carrier != carrier) {
                leg = leg.nextOfLoad;
            }
            return leg != null;
        }

        private void forget(Leg gone) {
            Leg before = null;
            for (Leg leg = legs; leg != gone && leg != null; leg = leg.nextOfLoad) {
                before = leg;
            }
            if (before == null) {
                legs = gone.nextOfLoad;
            } else {
                before.nextOfLoad = gone.nextOfLoad;
            }
        }
    }

    /** That a load is on a carrier. */
    private static final class Leg {

        private final Load load;
        private final Carrier carrier;

        /** By which sending of the load it came to be. */
        private int sending;

        private @Nullable Leg nextOfLoad;
        private @Nullable Leg older;
        private @Nullable Leg newer;

        private Leg(Load load, Carrier carrier) {
            this.load = load;
            this.carrier = carrier;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final ThreadLocal<@Nullable Load> sending = new ThreadLocal<>();

    /** Creates the carriers of a source, which has none yet. */
    public Carriers() {}

    /**
     * Adds a carrier; each new connection has one of its own.
     *
     * @return the carrier
     */
    public Carrier add() {
        return new Carrier();
    }

    /** Begins to keep what a call is carried by. */
    Load load(Carried carried) {
        return new Load(carried);
    }

    /** Begins to send a load, on this thread; returns what {@link #leave} is to be given. */
    @Nullable
    Load enter(Load load) {
        Load before = sending.get();
        sending.set(load);
        lock.lock();
        try {
            load.sendings++;
        } finally {
            lock.unlock();
        }
        return before;
    }

    /**
     * Ends what {@link #enter} began.
     *
     * @param sent false if the sender threw, so that nothing was sent
     * @return whether that ends what was to be sent again, since all that carried it before has been lost
     */
    boolean leave(@Nullable Load before, Load load, boolean sent) {
        if (before == null) {
            sending.remove();
        } else {
            sending.set(before);
        }
        return !sent && unloadLast(load);
    }

    private boolean unloadLast(Load load) {
        Generation lost = null;
        lock.lock();
        try {
            Leg leg = load.legs;
            while (leg != null && leg.sending == load.sendings) { // the youngest come first
                leg.carrier.unlink(leg);
                load.legs = leg.nextOfLoad;
                leg = leg.nextOfLoad;
            }
            if (load.legs == null && !load.over) {
                lost = load.lostBefore;
                load.over = lost != null;
                load.lost = lost;
            }
        } finally {
            lock.unlock();
        }
        if (lost == null) {
            return false;
        }
        load.carried.lost(lost);
        return true;
    }

    /** Takes a call that has ended off whatever carries it. */
    void unload(@Nullable Load load) {
        if (load == null) {
            return;
        }
        lock.lock();
        try {
            load.over = true;
            for (Leg leg = load.legs; leg != null; leg = leg.nextOfLoad) {
                leg.carrier.unlink(leg);
            }
            load.legs = null;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a call whose registration, or wait with others, the loss may have missed because it came later. */
    void endIfLost(@Nullable Load load) {
        Generation lost = null;
        if (load != null) {
            lock.lock();
            try {
                lost = load.lost;
            } finally {
                lock.unlock();
            }
        }
        if (load != null && lost != null) {
            load.carried.lost(lost);
        }
    }

    /** Marks a carrier as lost, and returns what was carried by it alone; the others are found by {@link Load#next()}. */
    @Nullable
    Load lose(Carrier carrier, Generation why) {
        lock.lock();
        try {
            carrier.lost = true;
            Load ended = null;
            for (Leg leg = carrier.newest; leg != null; leg = leg.older) {
                Load load = leg.load;
                load.forget(leg);
                if (load.legs == null) {
                    load.over = true;
                    load.lost = why;
                    load.next = ended;
                    ended = load;
                } else if (leg.sending < load.sendings) {
                    load.lostBefore = why;
                }
            }
            carrier.newest = null;
            carrier.inFlight = 0;
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** A connection, as the thing that carries questions, from its making to its loss. */
    public final class Carrier {

        private @Nullable Leg newest;

        /** Written with the lock held. */
        private volatile boolean lost;

        /** Written with the lock held. */
        private volatile int inFlight;

        private Carrier() {}

        /**
         * Notes that the request which this thread sends is going to be sent on this carrier's connection. Outside a call's
         * sender there is nothing to note.
         *
         * @return whether the connection may be used; false once its loss has been reported
         */
        public boolean carry() {
            Load load = sending.get();
            if (load == null) {
                return !lost;
            }
            var leg = new Leg(load, this);
            lock.lock();
            try {
                if (!lost && !load.over && !load.isOn(this)) {
                    leg.sending = load.sendings;
                    leg.nextOfLoad = load.legs;
                    load.legs = leg;
                    link(leg);
                }
                return !lost;
            } finally {
                lock.unlock();
            }
        }

        /**
         * Returns how many calls are carried by this carrier now.
         *
         * @return their number; exact, but others may come and go meanwhile
         */
        public int inFlight() {
            return inFlight;
        }

        Carriers carriers() {
            return Carriers.this;
        }

        @SuppressWarnings("NonAtomicVolatileUpdate") // with the lock held
        private void link(Leg leg) {
            leg.older = newest;
            if (newest != null) {
                newest.newer = leg;
            }
            newest = leg;
            inFlight++;
        }

        @SuppressWarnings("NonAtomicVolatileUpdate") // with the lock held
        private void unlink(Leg leg) {
            if (leg.newer == null) {
                newest = leg.older;
            } else {
                leg.newer.older = leg.older;
            }
            if (leg.older != null) {
                leg.older.newer = leg.newer;
            }
            inFlight--;
        }
    }
}
