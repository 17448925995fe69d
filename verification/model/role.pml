/*
 * What is done with the lock held, or between two such steps: the methods of Role, Generations, Closing and GuardedState, and those of
 * Registrations, which is about the map of tickets. Included by stage.pml.
 */

/* guarded by the lock; sets are bits, one for each place */
mtype state[N + 1] = IDLE; /* Waiter.state; its own thread looks without the lock */
byte queue; /* WaiterQueue */
byte head = NONE;
byte open; /* BareTicket.open */
byte pending; /* BareTicket.signalPending */
bit closed;
bit resourceClosed;
#ifdef FAILS
byte generation; /* its number; GuardedState.generation */
byte generationOf[N]; /* BareTicket.generation */
byte failedGenerations; /* those with a cause */
bit failed; /* GuardedState.failure */
#endif

/* not guarded */
byte tickets[N] = NONE; /* Registrations: the holder of the token */
byte permit; /* of LockSupport.park; sticky */
byte interrupted; /* the threads' flags */
#ifdef CANCELS
bit woken; /* the resource: its present or next read returns; sticky */
#endif

/* for the properties only */
byte parked; /* the threads in park */
byte over; /* the threads that have ended */
byte reading = NONE; /* the thread in a head routine */
byte timesClosed; /* the resource */
bit forced; /* the resource may be closed under its head */
byte owed; /* the waiters to which a signal was delivered that they have not told of yet */
byte asked; /* the threads to which an interrupt was delivered that they have not told of yet */
bit closerRuns;
#ifdef FAILS
byte failures; /* of the resource */
byte failuresBefore[N + 1]; /* how many there were when the ticket was admitted */
#endif
#ifdef ENDINGS
int endings; /* how many threads ended in which way: two bits for each way */
#endif

#define HAS(set, w) (((set) >> (w)) & 1)
#define ADD(set, w) set = set | (1 << (w))
#define DROP(set, w) set = set & ~(1 << (w))

/* a thread is parked, and none is left that could do anything about it */
#define BLOCKED (parked & ~permit)
#define STUCK (BLOCKED != 0 && ((over | BLOCKED) & THREADS) == THREADS && (!closerRuns || HAS(BLOCKED, CLOSER)))

/* whether a permit, or a signal that is kept, can still make a difference to a thread */
#ifdef UNMERGED
#define MAY_PARK(w) true
#define MAY_ENTER(w) true
#else
#define MAY_PARK(w) (ENTRIES > 1 || HAS(parked, w))
#define MAY_ENTER(w) (ENTRIES > 1 || state[w] == IDLE)
#endif

#if defined(FAILS) && !defined(FAILED_GENERATION_ENTERS)
#define IN_LIVE_GENERATION(w) (!HAS(failedGenerations, generationOf[w]))
#else
#define IN_LIVE_GENERATION(w) true
#endif

#ifdef ENDINGS
#define ENDED(w, flag) endings = endings + (1 << (4 * (state[w] - 1) + 2 * (flag)))
#else
#define ENDED(w, flag) skip
#endif

#ifdef ALIKE
/* a thread that is queued, one that was woken by close, and one that has a ticket and no signal are like all others of that kind */
#define FIRST_OF(set, w) (((set) & ((1 << (w)) - 1)) == 0)
#define WOKEN(w, i) ((i) < (w) && HAS(parked, i) && state[i] == CLOSED)
#define TO_COME(w, i) ((i) < (w) && HAS(open, i) && state[i] == IDLE && !HAS(pending, i))
#define FIRST(what, w) !(what(w, 0) || what(w, 1) || what(w, 2) || what(w, 3))
#define MAY_WAKE(w) ((state[w] != WAITING || FIRST_OF(queue, w)) && (state[w] != CLOSED || FIRST(WOKEN, w)))
#define MAY_ARRIVE(w) (HAS(pending, w) || FIRST(TO_COME, w))
#define MAY_BE_FOUND(w) (!HAS(queue, w) || FIRST_OF(queue, w))
#else
#define MAY_WAKE(w) true
#define MAY_ARRIVE(w) true
#define MAY_BE_FOUND(w) true
#endif

/* ends each step with the lock held: the role is never free while a thread is queued */
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
#ifdef FAILS
    assert(w == CLOSER || failuresBefore[w] == failures); /* M6: no thread heads whose resource failed */
#endif
    state[w] = HEADING;
    head = w
}

/* any policy: each queued thread may be the next */
inline choose(w, set) {
    w = 0;
    do
    :: HAS(set, w) -> break
#ifdef ALIKE
    :: else -> w++
#else
    :: (set >> (w + 1)) != 0 -> w++
#endif
    od
}

inline endAll(how) {
    threads = queue;
    next = 0;
    do
    :: next <= N ->
        if
        :: HAS(queue, next) ->
            dequeue(next);
#ifdef FAILS
            assert(how != FAILED || HAS(failedGenerations, generationOf[next])); /* or it would have no cause to tell */
#endif
            state[next] = how
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
#ifndef SEPARATE
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

/* takes the waiter itself out of WAITING, unless another thread did so first */
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
    :: atomic { HAS(parked, w) && HAS(permit, w) && MAY_WAKE(w) ->
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
    :: atomic { HAS(parked, w) && state[w] != WAITING && !STUCK && MAY_WAKE(w) -> DROP(parked, w) }
    :: atomic { HAS(parked, w) && w != CLOSER && !STUCK && MAY_WAKE(w) ->
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
    :: atomic { HAS(parked, w) && !STUCK && MAY_WAKE(w) ->
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

/* finds the holder of the token */
inline find() {
    next = tickets[token];
    first = 0;
    do /* S6, S7: a live ticket is found */
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

/* closes the ticket, which may be closed already; with the lock held. Its head is then to be woken */
inline release(w) {
    if
    :: HAS(open, w) ->
        DROP(open, w);
#ifdef REMOVAL_BY_THE_FIRST_ONLY
        first = 1;
#endif
        if
        :: state[w] == WAITING ->
            dequeue(w);
            state[w] = CANCELLED;
            next = w
        :: else
#if defined(CANCELS) && !defined(CANCEL_DOES_NOT_WAKE) && !defined(CANCEL_WAKES_FIRST)
            ; wakes = (head == w)
#endif
        fi
    :: else
    fi;
    UNLOCK
}

/* then gives its token back, by identity, whether or not it was closed before: the token is free when close() returns */
inline remove(w) {
    if
#if defined(REMOVAL_BY_KEY)
    :: true -> tickets[TOKEN(w)] = NONE
#elif defined(REMOVAL_BY_THE_FIRST_ONLY)
    :: first && tickets[TOKEN(w)] == w -> tickets[TOKEN(w)] = NONE
    :: else
#else
    :: tickets[TOKEN(w)] == w -> tickets[TOKEN(w)] = NONE
    :: else
#endif
    fi;
    assert(tickets[TOKEN(w)] != w)
}

#ifdef FAILS
/* ends every wait, and every ticket of this generation */
inline fail(w) {
#ifdef FAILS_LATER_GENERATION
    !closed;
#else
    !closed && generationOf[w] == generation;
#endif
    assert(failuresBefore[w] == failures); /* M6: once */
    failures++;
    ADD(failedGenerations, generation);
#ifndef GENERATION_NOT_RENEWED
    generation++;
#endif
    failed = 1;
#ifndef FAILURE_KEEPS_WAITERS
    endAll(FAILED);
#endif
    UNLOCK
}
#endif

/* when all have ended nothing is left behind, and the resource was closed if the stage was */
inline finish() {
    if
    :: (over & THREADS) == THREADS && !closerRuns ->
        assert(queue == 0 && head == NONE && reading == NONE && parked == 0);
        assert(timesClosed == closed && resourceClosed == closed);
#ifdef ENDINGS
        c_code { printf("ending: %d %d %d\n", now.endings, now.timesClosed, now.forced); }
#endif
    :: else
    fi
}

