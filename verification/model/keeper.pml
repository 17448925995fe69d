/*
 * The keeper (BareKeeper.java, and what Role.java does for it) beside N threads that wait, as a model for Spin.
 *
 * It takes the role when it finds it free, or queues for it and then is the next; a thread recalls it when it is not wanted any
 * more, and another closes the stage. What the threads do is in stage.pml; here they only wait, head and leave, and a head may
 * say that the resource failed. Parking and unparking in the queue is in stage.pml too: the keeper waits as the others do. Its
 * pauses are here, since only a recall ends them, or time, which may be long.
 *
 * An atomic block is what the code does with the lock held, and what it does without is a step of its own. Everybody ends, or there
 * is an invalid end state. A head may stay until the keeper has ended, once that has been recalled for good: so a recall that is
 * lost can't hide behind a hand-over.
 */

#ifndef N
#define N 3 /* threads that wait */
#endif
#ifndef TURNS
#define TURNS 2 /* how often at most the keeper asks for the role */
#endif

#define KEEPER N
#define CLOSER (N + 1)
#define NONE 255

mtype = { IDLE, WAITING, HEADING, EXPIRED, INTERRUPTED, CLOSED, FAILED };

/* guarded by the lock; sets are bits, one for each place */
mtype state[N + 2] = IDLE;
byte queue;
byte head = NONE;
bit closed;
bit resourceClosed;
bit failed;
bit recalled; /* KeeperWaiter.recalled */

/* not guarded */
bit off; /* KeeperThread.mode */
bit parked; /* KeeperWaiter.parked, as far as it pauses */
bit permit; /* has been unparked */
bit triesAgain; /* what the keeper asks for the role for */

/* for the properties, and for what comes from outside */
byte reading = NONE;
byte timesClosed;
byte over;
bit hasRecalled; /* the thread that switched it off is through with that */

#define HAS(set, w) (((set) >> (w)) & 1)
#define ADD(set, w) set = set | (1 << (w))
#define DROP(set, w) set = set & ~(1 << (w))
#define UNLOCK assert(queue == 0 || head != NONE) /* S3 */

inline enqueue(w) {
    state[w] = WAITING;
    ADD(queue, w)
}

inline dequeue(w, how) {
    assert(HAS(queue, w));
    DROP(queue, w);
    state[w] = how
}

inline giveRoleTo(w) {
    state[w] = HEADING;
    head = w
}

inline endAll(how) {
    next = 0;
    do
    :: next < N + 2 ->
        if
#ifdef FORGETS_KEEPER
        :: HAS(queue, next) && next != KEEPER ->
#else
        :: HAS(queue, next) ->
#endif
            dequeue(next, how)
        :: else
        fi;
        next++
    :: else -> break
    od;
    next = NONE
}

/* waits until the state is no longer WAITING; time may be up, or an interrupt come, at any moment or never */
inline await(w) {
    do
    :: atomic { state[w] != WAITING -> break }
    :: atomic { w < N && state[w] == WAITING && head != NONE && HAS(over, KEEPER) -> dequeue(w, EXPIRED); UNLOCK }
    :: atomic { w <= KEEPER && state[w] == WAITING && !hasRecalled -> dequeue(w, INTERRUPTED); UNLOCK }
    od
}

inline leave() {
    do
    :: atomic {
            reading = NONE;
            if
#ifdef KEEPER_FREES_ROLE
            :: head == KEEPER -> head = NONE
            :: head != KEEPER && queue != 0 ->
#else
            :: queue != 0 ->
#endif
                next = 0;
                if
                :: HAS(queue, KEEPER) -> next = KEEPER
                :: else ->
                    do
                    :: HAS(queue, next) -> break
                    :: (queue >> (next + 1)) != 0 -> next++
                    od
                fi;
                assert(!failed || next == KEEPER && triesAgain); /* M6: no other is promoted into a dead resource */
                DROP(queue, next);
                giveRoleTo(next);
                next = NONE
            :: queue == 0 && closed && !resourceClosed ->
                resourceClosed = 1;
                closing = 1
            :: queue == 0 && !(closed && !resourceClosed) -> head = NONE
            fi;
            UNLOCK
        };
        if
        :: closing -> timesClosed++; closing = 0
        :: else -> break
        fi
    od
}

/* closing comes before the failure, which is of no interest then */
inline fail() {
    !closed && !failed;
    failed = 1;
    endAll(FAILED);
    UNLOCK
}

/* BareKeeper.pause; its time may be up, or a spurious wake-up come, at any moment or never */
inline pause() {
#ifdef LOOKS_BEFORE_PARKING
    atomic { recalls = recalled; recalled = 0 };
    parked = 1;
#else
    parked = 1;
    atomic { recalls = recalled; recalled = 0 };
#endif
    if
    :: !recalls -> atomic { (permit || !hasRecalled) -> permit = 0 }
    :: else
    fi;
    atomic { parked = 0; recalls = 0 }
}

inline read(w) {
    assert(reading == NONE && head == w); /* S4 */
    assert(timesClosed == 0);
    reading = w
}

proctype Thread(byte me) {
    byte next = NONE;
    bit closing;

    atomic {
        if
        :: closed -> state[me] = CLOSED
        :: !closed && failed -> state[me] = FAILED /* its ticket is of the generation that failed */
        :: !closed && !failed && head == NONE -> giveRoleTo(me)
        :: !closed && !failed && head != NONE -> enqueue(me)
        fi;
        UNLOCK
    };
    await(me);
    if
    :: state[me] == HEADING ->
        if
        :: atomic { !hasRecalled -> skip } /* chosen and interrupted */
        :: atomic { true -> read(me) };
            if
            :: atomic { fail() }
            :: hasRecalled -> HAS(over, KEEPER) /* as long as it likes */
            :: true
            fi
        fi;
        leave()
    :: else
    fi;
    atomic {
        assert(state[me] != WAITING);
        state[me] = IDLE;
        ADD(over, me)
    }
}

proctype Keeper() {
    byte next = NONE;
    byte turns = TURNS;
    bit closing;
    bit queues;
    bit pauses;
    bit recalls;

    do
    :: atomic { off || closed || turns == 0 -> break }
    :: atomic { !(off || closed || turns == 0) -> /* KeeperThread.turn, which looks without the lock */
            turns--;
            if
            :: queues = 1; triesAgain = failed /* it is to read, or to try again for a caller that asks */
            :: triesAgain = failed
            :: pauses = 1 /* not yet */
            fi
        };
        if
        :: pauses -> pauses = 0; pause(); goto again
        :: else
        fi;
        atomic {
            if
            :: closed -> state[KEEPER] = CLOSED
            :: else ->
                if
#ifndef HEADS_WHEN_FAILED
                :: failed && !triesAgain -> state[KEEPER] = EXPIRED
                :: !(failed && !triesAgain) ->
#else
                :: true ->
#endif
                    if
#ifdef RECALL_TAKEN_BY_ASKING
                    :: recalled -> state[KEEPER] = EXPIRED; recalled = 0
                    :: else ->
#else
                    :: recalled && queues && head != NONE -> state[KEEPER] = EXPIRED; recalled = 0
                    :: else ->
#endif
                        if
#ifdef TAKES_WHAT_IS_HELD
                        :: true -> giveRoleTo(KEEPER)
#else
                        :: head == NONE -> assert(!failed || triesAgain); giveRoleTo(KEEPER)
                        :: head != NONE && queues -> enqueue(KEEPER)
                        :: head != NONE && !queues -> state[KEEPER] = EXPIRED
#endif
                        fi
                    fi
                fi
            fi;
            pauses = state[KEEPER] == EXPIRED && !queues;
            queues = 0;
            UNLOCK
        };
        await(KEEPER);
        if
        :: state[KEEPER] == HEADING ->
            assert(!closed || head == KEEPER);
            if
            :: atomic { !hasRecalled -> skip }; /* chosen and interrupted */
#ifdef INTERRUPTED_KEEPS_ROLE
                goto departing
#endif
            :: atomic { true -> read(KEEPER) };
                if
                :: atomic { fail() }
                :: atomic { failed -> failed = 0 } /* works again */
                :: true
                fi
            fi;
            leave()
        :: else
        fi;
departing:
        atomic {
            assert(state[KEEPER] != WAITING && state[KEEPER] != IDLE);
            state[KEEPER] = IDLE;
            triesAgain = 0
        };
        if
        :: pauses -> pauses = 0; pause()
        :: else
        fi;
again:
        skip
    od;
    atomic { ADD(over, KEEPER) }
}

/* Stage.keeper(OFF), at any time or never */
proctype Switch() {
end:
    off = 1;
    atomic {
        if
        :: state[KEEPER] == WAITING ->
            dequeue(KEEPER, EXPIRED)
        :: else ->
#ifndef RECALL_NOT_KEPT
            recalled = 1
#else
            skip
#endif
        fi;
        UNLOCK
    };
    if
    :: parked -> permit = 1
    :: else
    fi;
    hasRecalled = 1
}

/* Stage.close, at any time or never; a head that hangs is not waited for here */
proctype Closer() {
    byte next = NONE;
    bit closing;

end:
    atomic {
        !closed && !hasRecalled ->
        closed = 1;
        failed = 0; /* which is not asked any more */
        endAll(CLOSED);
        assert(!HAS(queue, KEEPER));
        if
        :: head == NONE -> giveRoleTo(CLOSER)
        :: else -> enqueue(CLOSER)
        fi;
        UNLOCK
    };
    await(CLOSER);
    assert(state[CLOSER] == HEADING);
    leave();
    assert(timesClosed == 1);
    atomic {
        state[CLOSER] = IDLE;
        ADD(over, CLOSER)
    }
}

init {
    atomic {
        byte i;
        for (i : 0 .. N - 1) {
            run Thread(i)
        }
        i = 0;
        run Keeper();
        run Switch();
        run Closer()
    }
}
