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

    /** How a sender ended. */
    enum Sent {
        YES,
        /** The request is sent by what goes on after that. */
        LATER,
        /** It threw, so nothing was sent. */
        NO
    }

    /** What ends when all that carried it is lost. */
    interface Carried {

        /** Is told so, by the thread that heads; may be told twice. */
        void lost(Generation lost);
    }

    /** What is carried: a call, from its first request to its end. All fields are guarded by the lock. */
    final class Load {

        /** Null once the call has ended. */
        private volatile @Nullable Carried carried;

        private @Nullable Leg legs;

        /** Counts the times that it has been sent. */
        private int sendings;

        /** How many of these have not returned; one that goes on elsewhere never does. */
        private int underWay;

        /** When the last of them had returned. */
        private long sentBefore;

        /** Whether it was sent at all, so that the time above says something. */
        private boolean sent;

        /** Whether nothing carries it any more, and nothing is going to. */
        private boolean over;

        /** Whether it was sent after that, by what nothing tells. */
        private boolean strayed;

        /** Whether its token rests. */
        private boolean rests;

        /** Whether it counts as unanswered on what carried it. */
        private boolean unanswered;

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
            tell(why);
        }

        private void tell(Generation why) {
            Carried told = carried;
            if (told != null) {
                told.lost(why);
            }
        }

        /** Notes that its token rests from now on, until it is answered or can't be any more. */
        void beginRest() {
            lock.lock();
            try {
                rests = true;
            } finally {
                lock.unlock();
            }
        }

        /** Notes that its token does not rest any more. */
        void endRest() {
            lock.lock();
            try {
                rests = false;
                if (unanswered) {
                    unanswered = false;
                    count(this, -1);
                    legs = null;
                }
            } finally {
                lock.unlock();
            }
        }

        /**
         * Returns whether it can't be answered any more, since all that carried it is lost, or it was sent too early.
         *
         * @param answerableSince what {@link Source#answerableSince()} says
         */
        boolean isGone(long answerableSince) {
            lock.lock();
            try {
                if (underWay > 0 || strayed) {
                    return false;
                }
                if (lost != null || sent && sentBefore - answerableSince < 0) {
                    return true;
                }
                Leg leg = over ? legs : null;
                while (leg != null && leg.carrier.lost) {
                    leg = leg.nextOfLoad;
                }
                return over && legs != null && leg == null;
            } finally {
                lock.unlock();
            }
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

    /** How many carriers have been lost; written with the lock held. */
    private volatile int losses;

    // guarded by the lock

    /** The first of the carriers that have questions whose tokens rest. */
    private @Nullable Carrier asked;

    /** How many questions have tokens that rest and are not known to have been carried by any carrier. */
    private int unplaced;

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
            load.underWay++;
        } finally {
            lock.unlock();
        }
        return before;
    }

    /**
     * Ends what {@link #enter} began.
     *
     * @param how how the sender ended
     * @param now the time, if the request has been sent
     * @return whether that ends what was to be sent again, since all that carried it before has been lost
     */
    boolean leave(@Nullable Load before, Load load, Sent how, long now) {
        if (before == null) {
            sending.remove();
        } else {
            sending.set(before);
        }
        Generation lost = null;
        lock.lock();
        try {
            switch (how) {
                case LATER -> {
                    // it stays under way, since what it is carried by is not told here
                }
                case YES -> {
                    load.underWay--;
                    load.sent = true;
                    load.sentBefore = now;
                }
                case NO -> {
                    load.underWay--;
                    lost = unloadLast(load);
                }
            }
        } finally {
            lock.unlock();
        }
        if (lost == null) {
            return false;
        }
        load.tell(lost);
        return true;
    }

    /** Takes back what the last sending has been carried by; returns why that ends the load, or null if it does not. */
    private static @Nullable Generation unloadLast(Load load) {
        if (load.over) {
            return null;
        }
        Leg leg = load.legs;
        while (leg != null && leg.sending == load.sendings) { // the youngest come first
            leg.carrier.unlink(leg);
            load.legs = leg.nextOfLoad;
            leg = leg.nextOfLoad;
        }
        if (load.legs == null && load.lostBefore != null) {
            load.over = true;
            load.lost = load.lostBefore;
        }
        return load.lost;
    }

    /** Takes a call that has ended off whatever carries it. */
    void unload(@Nullable Load load) {
        if (load == null) {
            return;
        }
        lock.lock();
        try {
            load.carried = null;
            if (load.over) {
                return;
            }
            load.over = true;
            for (Leg leg = load.legs; leg != null; leg = leg.nextOfLoad) {
                leg.carrier.unlink(leg);
            }
            if (load.rests) {
                load.unanswered = true;
                count(load, 1);
            } else {
                load.legs = null;
            }
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
            load.tell(lost);
        }
    }

    /** Counts a question whose token rests on all that carried it. */
    private void count(Load load, int more) {
        if (load.legs == null) {
            unplaced += more;
        }
        for (Leg leg = load.legs; leg != null; leg = leg.nextOfLoad) {
            leg.carrier.count(more);
        }
    }

    /** Returns how many carriers have been lost. */
    int losses() {
        return losses;
    }

    /**
     * Picks what is to be renewed so that fewer tokens rest: the carrier with the most questions whose tokens rest, and that one again
     * until it is lost.
     *
     * @param seen how many had been {@linkplain #losses() lost} when the reason was found; if more are by now, what is returned does
     *     not matter
     * @return the carrier; null for all that the source has, since most were not carried by a known one
     */
    @Nullable
    Carrier pickForRenewal(int seen) {
        lock.lock();
        try {
            Carrier picked = null;
            for (Carrier each = asked; each != null; each = each.nextAsked) {
                if (each.renewed) {
                    return each;
                }
                picked = picked == null || each.unanswered > picked.unanswered ? each : picked;
            }
            if (picked == null || picked.unanswered < unplaced) {
                return null;
            }
            picked.renewed = losses == seen;
            return picked;
        } finally {
            lock.unlock();
        }
    }

    /** Marks a carrier as lost, and returns what was carried by it alone; the others are found by {@link Load#next()}. */
    @Nullable
    Load lose(Carrier carrier, Generation why) {
        lock.lock();
        try {
            if (!carrier.lost) {
                carrier.lost = true;
                countLoss();
            }
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

    @SuppressWarnings("NonAtomicVolatileUpdate") // with the lock held
    private void countLoss() {
        losses++;
    }

    /** A connection, as the thing that carries questions, from its making to its loss. */
    public final class Carrier {

        private @Nullable Leg newest;

        /** Written with the lock held. */
        private volatile boolean lost;

        /** Written with the lock held. */
        private volatile int inFlight;

        // guarded by the lock

        /** How many questions were carried by it whose tokens rest. */
        private int unanswered;

        /** The next and the previous that have such questions. */
        private @Nullable Carrier nextAsked;

        private @Nullable Carrier previousAsked;

        /** Whether the source has been asked to renew it. */
        private boolean renewed;

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
                load.strayed |= load.over;
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
            // it may be kept, and others must not be by it
            leg.newer = null;
            leg.older = null;
            inFlight--;
        }

        private void count(int more) {
            unanswered += more;
            if (more > 0 && unanswered == more) {
                nextAsked = asked;
                if (asked != null) {
                    asked.previousAsked = this;
                }
                asked = this;
            } else if (unanswered == 0) {
                if (previousAsked == null) {
                    asked = nextAsked;
                } else {
                    previousAsked.nextAsked = nextAsked;
                }
                if (nextAsked != null) {
                    nextAsked.previousAsked = previousAsked;
                }
                nextAsked = null;
                previousAsked = null;
            }
        }
    }
}
