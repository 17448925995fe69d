/*
 * The protocol of the bare stage (Role.java, Waiter.java, and enterUntil and close of BareStage.java) as a model for Spin.
 *
 * N threads take tickets, enter, wait, head, signal and leave; another closes the stage; a stranger closes a ticket that
 * somebody else may be waiting with. README.md maps each step to a method and says what is left out.
 *
 * An atomic block is what the code does with the lock held, and what it does without is a step of its own.
 *
 * "Every waiter ends" is a matter of safety here: nothing is repeated without end, so it is enough that no execution stops
 * with somebody blocked (no invalid end state), and that none goes round in circles (run with -DNP and -l). No fairness is
 * assumed. Timeouts, interrupts, the stranger and the call of close may come at any time or never; but when everybody else
 * stands still they do not come to the rescue, so a lost hand-over or wake-up can't hide behind them.
 */

#ifndef N
#define N 4 /* threads */
#endif
#ifdef SHARED
#define TOKEN(w) ((w) < 2 -> 0 : (w)) /* threads 0 and 1 want the same token, one after the other */
#define ALONE (N - 1)
#define NEXT_THREAD skip
#define MEANWHILE } ; atomic {
#else
#define TOKEN(w) (w)
/* nothing tells one thread from another then, so without loss they may take their tickets in this order */
#define ALONE 0
/* what happens between finding a ticket and signalling it, or closing it and removing it, matters only to who takes it next */
#define MEANWHILE ;
#define NEXT_THREAD if :: me < N - 1 -> run Thread(me + 1) :: else fi
#endif
#ifndef ENTRIES
#define ENTRIES 1 /* how often at most a thread enters with its ticket */
#endif
#ifndef SIGNALS
#define SIGNALS 1 /* how often at most a head signals while it heads */
#endif

#ifndef CLOSES
#define CLOSES true /* whether the stage may be closed from outside */
#endif
/* what makes it smaller: with WAIT nobody leaves without having waited; with CLOSED_FROM_OUTSIDE no head closes the stage */

#define CLOSER N /* the place of the thread that closes the stage, after those of the others */
#define THREADS ((1 << N) - 1)
#define NONE 255

mtype = { IDLE, WAITING, HEADING, SIGNALLED, EXPIRED, INTERRUPTED, CLOSED };

/* guarded by the lock; sets are bits, one for each place */
mtype state[N + 1] = IDLE; /* Waiter.state; its own thread looks without the lock */
byte queue; /* WaiterQueue */
byte head = NONE;
byte open; /* BareTicket.open */
byte pending; /* BareTicket.signalPending */
bit closed;
bit resourceClosed;

/* not guarded */
byte tickets[N] = NONE; /* BareStage.tickets: who holds the token */
byte permit; /* of LockSupport.park; sticky */
byte interrupted; /* the threads' flags */

/* for the properties only */
byte parked; /* who is in park */
byte over; /* who has ended */
byte reading = NONE; /* who is in a head routine */
byte timesClosed; /* the resource */
bit forced; /* the resource may be closed under its head */
byte owed; /* to whom a signal was delivered, and nobody told of it yet */
byte asked; /* to whom an interrupt was delivered, and nobody told of it yet */
bit closerRuns;

#define HAS(set, w) ((set >> (w)) & 1)
#define ADD(set, w) set = set | (1 << (w))
#define DROP(set, w) set = set & ~(1 << (w))

/* somebody is parked, and nobody is left who could do anything about it */
#define BLOCKED (parked & ~permit)
#define STUCK (BLOCKED != 0 && ((over | BLOCKED) & THREADS) == THREADS && (!closerRuns || HAS(BLOCKED, CLOSER)))

/* whether a permit, or a signal that is kept, can still make a difference to somebody */
#define MAY_PARK(w) (ENTRIES > 1 || HAS(parked, w))
#define MAY_ENTER(w) (ENTRIES > 1 || state[w] == IDLE)

/* ends each step with the lock held: the role is never free while somebody is queued */
#ifdef NO_INVARIANT
#define UNLOCK skip
#else
#define UNLOCK assert(queue == 0 || head != NONE)
#endif

/* ---- with the lock held ---- */

inline enqueue(w) {
    state[w] = WAITING;
    ADD(queue, w);
    ADD(parked, w)
}

inline dequeue(w) {
    assert(HAS(queue, w)); /* to unlink what is not linked would tear the list */
    DROP(queue, w)
}

inline giveRoleTo(w) {
    state[w] = HEADING;
    head = w
}

/* any policy: who is next is anybody's choice */
inline choose(w, set) {
    w = 0;
    do
    :: HAS(set, w) -> break
    :: (set >> (w + 1)) != 0 -> w++
    od
}

inline endAll() {
    threads = queue;
    next = 0;
    do
    :: next <= N ->
        if
        :: HAS(queue, next) ->
            dequeue(next);
            state[next] = CLOSED
        :: else
        fi;
        next++
    :: else -> break
    od;
    next = NONE
}

/* ---- without ---- */

inline unpark(w) {
#ifdef UNPARK_DROPPED
    skip
#else
    if
    :: !HAS(over, w) && MAY_PARK(w) -> ADD(permit, w)
    :: else
    fi
#endif
}

inline unparkAll() {
#ifndef SHARED
    atomic {
        permit = permit | (threads & parked);
        threads = 0
    }
#else
    do
    :: threads != 0 ->
        atomic {
            choose(next, threads);
            unpark(next);
            DROP(threads, next);
            next = NONE
        }
    :: else -> break
    od
#endif
}

inline unparkNext() {
    if
    :: next != NONE ->
        atomic {
            unpark(next);
            next = NONE
        }
    :: else
    fi
}

inline closeResource() {
    atomic {
        assert(timesClosed == 0);
        assert(reading == NONE || forced);
        timesClosed++
    }
}

/* takes the waiter itself out of WAITING, unless somebody else did so first */
inline quit(w, how) {
    if
    :: state[w] == WAITING ->
        dequeue(w);
        state[w] = how
    :: state[w] != WAITING && how == INTERRUPTED -> ADD(interrupted, w) /* for the caller to see */
    :: else
    fi;
    UNLOCK
}

/*
 * The waiter is parked, or about to park, or has just woken. That it wakes for no reason, or did not park since it looked in
 * time, makes a difference only if its state has changed by then.
 */
inline await(w) {
    do
    :: atomic { !HAS(parked, w) -> break }
    :: atomic { HAS(parked, w) && HAS(permit, w) ->
            DROP(permit, w);
#ifdef WAKE_UP_ONLY
            if
            :: state[w] == WAITING && head == NONE ->
                dequeue(w);
                giveRoleTo(w)
            :: else
            fi;
#endif
            if
            :: state[w] != WAITING -> DROP(parked, w)
            :: else
            fi
        }
    :: atomic { HAS(parked, w) && state[w] != WAITING && !STUCK -> DROP(parked, w) }
    :: atomic { HAS(parked, w) && w != CLOSER && !STUCK ->
            DROP(parked, w);
            ADD(asked, w);
            quit(w, INTERRUPTED)
        }
#ifdef TIMEOUT_NOT_ATOMIC
    :: atomic { HAS(parked, w) && state[w] == WAITING && !STUCK -> DROP(parked, w) };
        atomic {
            DROP(queue, w);
            state[w] = EXPIRED
        }
#else
    :: atomic { HAS(parked, w) && !STUCK ->
            DROP(parked, w);
            quit(w, EXPIRED)
        }
#endif
    od
}

/* the second round is the leave after closing the resource */
inline leave() {
    do
    :: atomic {
            reading = NONE;
            if
            :: queue != 0 ->
#ifdef PROMOTION_DROPPED
                head = NONE
#else
                choose(next, queue);
#ifdef WAKE_UP_ONLY
                head = NONE
#else
                dequeue(next);
                giveRoleTo(next)
#endif
#endif
#ifndef LAST_OUT_DOES_NOT_CLOSE
            :: queue == 0 && closed && !resourceClosed ->
                resourceClosed = 1;
                closing = 1
#endif
            :: else -> head = NONE
            fi;
            UNLOCK
        };
        unparkNext();
        if
        :: closing -> closeResource(); closing = 0
        :: else -> break
        fi
    od
}

/* finds who holds the token */
inline find() {
    next = tickets[token];
    first = 0;
    do /* S6, S7: whoever has a live ticket is found */
    :: first < N ->
        assert(!(HAS(open, first) && TOKEN(first) == token && next != first));
        first++
    :: else -> break
    od;
    first = 0;
    token = 0
}

/* then tells them */
inline signal() {
    if
    :: next != NONE ->
        if
        :: HAS(open, next) && state[next] == WAITING ->
            ADD(owed, next);
#ifndef SIGNALLED_STAYS_QUEUED
            dequeue(next);
#endif
            state[next] = SIGNALLED
        :: HAS(open, next) && state[next] != WAITING && MAY_ENTER(next) ->
            ADD(owed, next);
#ifndef EARLY_SIGNAL_DROPPED
            ADD(pending, next);
#endif
            next = NONE
        :: else -> next = NONE
        fi
    :: else
    fi;
    UNLOCK
}

/* closes the ticket, which may be closed already; with the lock held */
inline release(w) {
    if
    :: HAS(open, w) ->
        DROP(open, w);
        first = 1;
        if
        :: state[w] == WAITING ->
            dequeue(w);
            state[w] = CLOSED;
            next = w
        :: else
        fi
    :: else
    fi;
    UNLOCK
}

/* then gives its token back */
inline remove(w) {
    if
#if defined(REMOVAL_BY_KEY)
    :: true -> tickets[TOKEN(w)] = NONE
#elif defined(REMOVAL_BY_KEY_ONCE)
    :: first -> tickets[TOKEN(w)] = NONE
    :: else
#elif defined(REMOVAL_BY_IDENTITY_ALWAYS)
    :: tickets[TOKEN(w)] == w -> tickets[TOKEN(w)] = NONE
    :: else
#else
    :: first && tickets[TOKEN(w)] == w -> tickets[TOKEN(w)] = NONE
    :: else
#endif
    fi;
    first = 0
}

/* when all have ended nothing is left behind, and the resource was closed if the stage was */
inline finish() {
    if
    :: (over & THREADS) == THREADS && !closerRuns ->
        assert(queue == 0 && head == NONE && reading == NONE && parked == 0);
        assert(timesClosed == closed && resourceClosed == closed)
    :: else
    fi
}

/* ---- who takes part ---- */

/* a thread with a ticket: ticket, enter (once or more), close */
proctype Thread(byte me) {
    byte next = NONE;
    byte todo = ENTRIES;
    byte signals;
    byte token;
    byte threads;
    byte first;
    bit closing;

    atomic {
        NEXT_THREAD;
        if
        :: closed -> goto gone
#ifdef WAIT
        :: !closed && tickets[TOKEN(me)] == NONE ->
#else
        :: tickets[TOKEN(me)] == NONE -> /* or closed since it looked */
#endif
            tickets[TOKEN(me)] = me;
            ADD(open, me)
        fi
    };

again:
    /* arrive */
    atomic {
        todo--;
        if
        :: !HAS(open, me) -> goto leaving
        :: HAS(open, me) && HAS(pending, me) ->
            DROP(pending, me);
            state[me] = SIGNALLED
        :: HAS(open, me) && !HAS(pending, me) && closed -> state[me] = CLOSED
        :: HAS(open, me) && !HAS(pending, me) && !closed ->
            if
            :: !HAS(interrupted, me) && head == NONE -> giveRoleTo(me)
#ifndef WAIT
            :: true -> DROP(interrupted, me); ADD(asked, me); state[me] = INTERRUPTED
            :: !HAS(interrupted, me) && head != NONE -> state[me] = EXPIRED
#endif
            :: !HAS(interrupted, me) && head != NONE -> enqueue(me)
            fi
        fi;
        assert(!HAS(owed, me) || state[me] == SIGNALLED); /* S5: the signal that came early */
        UNLOCK
    };

#if ENTRIES == 1 && !defined(SHARED) && !defined(TIMEOUT_NOT_ATOMIC)
    /* whoever neither heads nor enters again has nothing to do with the others any more, so leaves in the same step */
    atomic {
        await(me);
        if
        :: state[me] != HEADING -> goto departing
        :: else
        fi
    };
#else
    await(me);
#endif

    if
    :: state[me] == HEADING ->
        if
        :: atomic { true -> DROP(interrupted, me); DROP(asked, me) };
#ifdef INTERRUPTED_KEEPS_ROLE
            goto departing
#endif
        :: atomic { !HAS(interrupted, me) ->
                assert(reading == NONE && head == me); /* S4: one head */
                assert(timesClosed == 0 || forced);
                reading = me;
                signals = SIGNALS
            };
            do
            :: atomic { signals > 0 ->
                    signals--;
                    token = 0;
                    do
                    :: token < N - 1 -> token++
                    :: break
                    od;
                    find()
                    MEANWHILE
                    signal()
                };
                unparkNext()
#ifndef CLOSED_FROM_OUTSIDE
            :: atomic { !closed -> /* close from inside the head, which does not wait */
                    closed = 1;
                    endAll();
                    UNLOCK
                };
                unparkAll()
#endif
            :: atomic { true -> signals = 0; break }
            od
        fi;
        leave()
    :: else
    fi;

departing:
    atomic {
        if
        :: state[me] == SIGNALLED ->
            assert(HAS(owed, me));
            DROP(owed, me);
            owed = owed | (pending & (1 << me))
        :: state[me] == INTERRUPTED ->
            assert(HAS(asked, me));
            DROP(asked, me)
        :: else
        fi;
        assert(state[me] != WAITING && state[me] != IDLE); /* S1 */
        assert(HAS(owed, me) == HAS(pending, me)); /* S2: told of the signal now, or at the next entry */
        assert(HAS(asked, me) == HAS(interrupted, me)); /* S10: thrown, or still to be seen */
        state[me] = IDLE;
        if
        :: todo > 0 -> goto again
        :: true -> todo = 0
        fi;
leaving:
        release(me)
        MEANWHILE
        remove(me);
gone:
        /* nobody will look at these any more */
        DROP(pending, me);
        DROP(owed, me);
        DROP(permit, me);
        DROP(interrupted, me);
        DROP(asked, me);
        ADD(over, me);
        finish()
    }
}

/* close from outside, or from a helper, where it must not wait */
proctype Closer() {
    byte next = NONE;
    byte threads;
    bit closing;

end:
    atomic {
        CLOSES && !STUCK && !closed -> /* a second close returns at once */
        closerRuns = 1;
        closed = 1;
        endAll();
        if
#ifdef CLOSES_UNDER_HEAD
        :: true ->
            resourceClosed = 1;
            closing = 1
#else
        :: head == NONE -> giveRoleTo(CLOSER)
        :: head != NONE -> enqueue(CLOSER)
        :: head != NONE -> skip /* must not wait */
#endif
        fi;
        UNLOCK
    };
    unparkAll();
#ifdef CLOSES_UNDER_HEAD
    closeResource();
#endif
    await(CLOSER);
    if
    :: state[CLOSER] == HEADING ->
        leave();
        assert(timesClosed == 1)
    :: state[CLOSER] == EXPIRED ->
        if
        :: atomic { true -> /* the resource may be closed under its head */
                if
                :: !resourceClosed ->
                    resourceClosed = 1;
                    forced = 1;
                    closing = 1
#ifdef FORCED_CLOSE_UNCHECKED
                :: else -> closing = 1
#else
                :: else
#endif
                fi;
                UNLOCK
            };
            if
            :: closing -> closeResource(); closing = 0
            :: else
            fi
        :: true /* it may not, so the head does it when it leaves */
        fi
    :: else
    fi;
    atomic {
        closerRuns = 0;
        state[CLOSER] = IDLE;
        DROP(permit, CLOSER);
        ADD(over, CLOSER);
        finish()
    }
}

#ifdef SHARED
/* closes the ticket of thread 0, whatever that is about */
proctype Stranger() {
    byte next = NONE;
    bit first;

end:
    atomic {
        HAS(open, 0) && !STUCK ->
        release(0)
    };
    unparkNext();
    atomic {
        remove(0)
    }
}
#endif

init {
    atomic {
        byte i;
        for (i : 0 .. ALONE) {
            run Thread(i)
        }
        i = 0;
        run Closer();
#ifdef SHARED
        run Stranger()
#endif
    }
}
