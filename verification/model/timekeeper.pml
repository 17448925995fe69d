/*
 * How waiters time out when only a few of them park with a time limit (WaiterQueue.java, and await, expireDue and unlock of
 * Role.java), as a model for Spin.
 *
 * Some of the queue are timekeepers. They park until the earliest deadline of all in the queue; the others park without a limit.
 * In stage.pml a timeout comes at any time or never. Here there is a clock, and the property is that nobody is held past the
 * deadline, also when the head hangs and nobody does anything any more.
 *
 * An atomic block is what the code does with the lock held, and what it does without is a step of its own. Who is promoted,
 * signalled, cancelled, or appointed timekeeper is anybody's choice. README.md has the rest.
 */

#ifndef N
#define N 4 /* threads, at most 4 */
#endif
#ifndef LAST
#define LAST 3 /* time goes from 0 to this */
#endif
#ifndef ACTS
#define ACTS 1 /* how often at most a head signals or fails while it heads */
#endif

#ifndef CANCELS
#define CANCELS true /* whether a stranger may close a ticket */
#endif

#ifndef KEEPERS
#define KEEPERS 2 /* WaiterQueue.TIMEKEEPERS */
#endif

#define THREADS ((1 << N) - 1)
#define NONE 255
#define NEVER 255

mtype = { IDLE, WAITING, HEADING, SIGNALLED, EXPIRED, INTERRUPTED, CLOSED, FAILED };

/* guarded by the lock; sets are bits, one for each thread */
mtype state[4] = IDLE;
byte deadline[4];
byte queue;
byte head = NONE;
byte keepers; /* the timekeepers */
byte alarm = NEVER; /* until when they park at the latest */

/* not guarded */
byte now;
byte permit; /* of LockSupport.park; sticky */

/* for the property, and for what comes from outside */
byte until[4] = NEVER; /* for how long somebody is in park */
byte parked; /* who is in park, or does nothing else before it */
byte awaiting; /* who may park again */
byte hanging; /* the head that never comes back */
byte over; /* who has ended */
bit strangerActs;

#define HAS(set, w) (((set) >> (w)) & 1)
#define ADD(set, w) set = set | (1 << (w))
#define DROP(set, w) set = set & ~(1 << (w))
#ifdef UNMERGED
#define WOKEN } ; atomic { skip
#else
#define WOKEN
#endif

#define ALL(what) (what(0) && what(1) && what(2) && what(3))

/* nothing happens any more but that time goes on */
#define STANDS(w) ((w) >= N || HAS(over | hanging, w) || (HAS(parked, w) && !HAS(permit, w) && until[w] > now))
#define STILL (!strangerActs && ALL(STANDS))
#define IN_TIME(w) (!HAS(queue, w) || deadline[w] > now)
#define KEPT(w) (!HAS(queue, w) || alarm <= deadline[w])
#define COUNT(set) (HAS(set, 0) + HAS(set, 1) + HAS(set, 2) + HAS(set, 3))

/* ends each step with the lock held: while somebody is queued somebody heads, and somebody of the queue keeps the time for all */
#ifdef NO_INVARIANT
#define UNLOCK skip
#else
#define UNLOCK assert(queue == 0 || (head != NONE && keepers != 0 && (keepers & ~queue) == 0 && ALL(KEPT)))
#endif

/* how a waiter left the queue, for the mutants that forget to appoint another timekeeper then */
#define BY_SIGNAL 1
#define BY_PROMOTION 2
#define BY_INTERRUPT 3
#define BY_CANCELLING 4
#define BY_EXPIRY 5
#define BY_FAILURE 6 /* of which the queue is empty */
#ifndef FORGETS
#define FORGETS 0
#endif

/* ---- with the lock held ---- */

inline choose(w, set) {
    w = 0;
    do
    :: HAS(set, w) -> break
    :: (set >> (w + 1)) != 0 -> w++
    od
}

inline earliest(time) {
    time = NEVER;
    i = 0;
    do
    :: i < N ->
        if
        :: HAS(queue, i) && deadline[i] < time -> time = deadline[i]
        :: else
        fi;
        i++
    :: else -> break
    od;
    i = 0
}

inline giveRoleTo(w) {
    state[w] = HEADING;
    head = w
}

/* how long a waiter may park */
inline patience(w) {
    if
    :: HAS(keepers, w) -> earliest(alarm); until[w] = alarm
    :: else
    fi
}

inline enqueue(w) {
    state[w] = WAITING;
    ADD(queue, w);
    ADD(awaiting, w);
#ifndef NEWCOMER_IGNORED
    if
    :: keepers != 0 && deadline[w] < alarm -> keepers = 0 /* they would wake too late for this one */
    :: else
    fi;
#endif
    if
    :: keepers == 0 -> alarm = deadline[w]
    :: else
    fi;
    if
    :: COUNT(keepers) < KEEPERS -> ADD(keepers, w)
    :: else
    fi;
    patience(w);
    ADD(parked, w)
}

inline dequeue(w, how) {
    assert(HAS(queue, w));
    DROP(queue, w);
    deadline[w] = 0;
    state[w] = how;
#ifdef TIMEKEEPER_STAYS
    if
    :: how == FAILED -> DROP(keepers, w)
    :: else
    fi
#else
    DROP(keepers, w)
#endif
}

/* WaiterQueue.appoint, in Role.unlock: if nobody keeps the time somebody is appointed, who is to be unparked */
inline appoint(by) {
    if
    :: keepers == 0 && queue == 0 -> alarm = NEVER
    :: keepers == 0 && queue != 0 && by != FORGETS ->
        choose(i, queue);
        ADD(keepers, i);
#ifndef APPOINTED_NOT_UNPARKED
        ADD(wake, i);
#endif
        i = 0;
        earliest(alarm)
    :: else
    fi;
    UNLOCK
}

inline endAll() {
    i = 0;
    do
    :: i < N ->
        if
        :: HAS(queue, i) ->
            dequeue(i, FAILED);
            ADD(wake, i)
        :: else
        fi;
        i++
    :: else -> break
    od;
    i = 0;
    appoint(BY_FAILURE)
}

/* ends the wait of everybody who is due */
inline expire(w) {
    i = 0;
    do
    :: i < N ->
        if
        :: HAS(queue, i) && deadline[i] <= now ->
            dequeue(i, EXPIRED);
            ADD(wake, i)
        :: else
        fi;
        i++
    :: else -> break
    od;
    i = 0;
    appoint(BY_EXPIRY);
    DROP(wake, w) /* it need not unpark itself */
}

/* ---- without ---- */

inline unparkAll() {
#ifndef UNMERGED
    atomic {
        permit = permit | (wake & awaiting);
        wake = 0
    }
#else
    do
    :: wake != 0 ->
        atomic {
            choose(i, wake);
            DROP(wake, i);
            if
            :: HAS(awaiting, i) -> ADD(permit, i)
            :: else
            fi;
            i = 0
        }
    :: else -> break
    od
#endif
}

/*
 * The state first, and then, with the lock held, the clock, for whoever is due. From park a thread comes for a permit, when its
 * time is up, or for no reason; that it then gets the lock is the same step, unless UNMERGED.
 */
inline await(w) {
    do
    :: atomic {
            !HAS(parked, w) || HAS(permit, w) || until[w] <= now || !STILL ->
            if
            :: HAS(parked, w) -> DROP(permit, w)
            :: else
            fi;
            DROP(parked, w);
            until[w] = NEVER
            WOKEN;
            if
            :: state[w] != WAITING ->
                DROP(awaiting, w);
                DROP(permit, w);
                if
                :: state[w] == HEADING -> break
                :: else -> goto gone
                fi
            :: state[w] == WAITING -> /* interrupted */
                dequeue(w, INTERRUPTED);
                appoint(BY_INTERRUPT)
            :: state[w] == WAITING ->
#ifdef LOOKS_BEFORE_EXPIRING
                patience(w);
                expire(w);
#else
                expire(w);
                patience(w);
#endif
                UNLOCK;
                parks = (state[w] == WAITING);
                if
                :: parks && wake == 0 -> ADD(parked, w); parks = 0
                :: else
                fi
            fi
        };
        unparkAll();
        atomic {
            if
            :: parks -> ADD(parked, w); parks = 0
            :: else
            fi
        }
    od
}

/* ---- who takes part ---- */

proctype Thread(byte me) {
    byte wake; /* whom to unpark */
    byte next;
    byte i;
    byte acts;
    bit parks;

    atomic {
        /* threads are alike, so without loss they come in this order, until no more come */
        if
        :: over = over | (THREADS & ~((1 << me) - 1));
            goto gone
        :: now < LAST ->
            if
            :: me < N - 1 -> run Thread(me + 1)
            :: else
            fi;
            if
            :: head == NONE -> giveRoleTo(me)
            :: head != NONE ->
                deadline[me] = now + 1;
                do
                :: deadline[me] < LAST -> deadline[me]++
                :: break
                od;
                enqueue(me)
            fi
        fi;
        UNLOCK
    };
    await(me);

    if
    :: state[me] == HEADING ->
        acts = ACTS;
        do
        :: atomic { acts > 0 && queue != 0 ->
                acts--;
                if
                :: choose(next, queue);
                    dequeue(next, SIGNALLED);
                    ADD(wake, next);
                    next = 0;
                    appoint(BY_SIGNAL)
                :: endAll()
                fi
            };
            unparkAll()
        :: atomic { acts = 0; ADD(hanging, me) };
end_hanging:
            false
        :: atomic { acts = 0; break }
        od;
        atomic { /* leave */
            if
            :: queue != 0 ->
                choose(next, queue);
                dequeue(next, HEADING);
                giveRoleTo(next);
                ADD(wake, next);
                next = 0;
                appoint(BY_PROMOTION)
            :: else -> head = NONE
            fi
        };
        unparkAll()
    fi;
    atomic {
        skip;
gone:
        state[me] = IDLE;
        ADD(over, me)
    }
}

/* closes somebody's ticket */
proctype Stranger() {
    byte wake;
    byte next;
    byte i;

end_idle:
    atomic { CANCELS && queue != 0 && !STILL ->
        strangerActs = 1;
        choose(next, queue);
        dequeue(next, CLOSED);
        ADD(wake, next);
        next = 0;
        appoint(BY_CANCELLING)
    };
    unparkAll();
    strangerActs = 0
}

proctype Clock() {
end_idle:
    do
    :: atomic { now < LAST ->
            assert(!STILL || ALL(IN_TIME)); /* M7 */
            now++
        }
    od
}

init {
    atomic {
        run Clock();
        run Stranger();
        run Thread(0)
    }
}
