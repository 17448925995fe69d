/*
 * How callers wait for one of a few places, or tokens (Line.java, Window.java, Issuing.java), as a model for Spin.
 *
 * A place is handed to the first in line in the step that frees it. A thread that waits may be interrupted or run out of time at any
 * moment; a taker, for which no thread waits, may be cancelled, and is called by the thread that frees a place, by an executor, or
 * not at all if that refuses. A place may rest before it is free: then time alone frees it, and an alarm serves those who wait.
 *
 * An atomic block is what the code does with the lock held, and what it does without is a step of its own. README.md has the rest.
 */

#ifndef THREADS
#define THREADS 2
#endif
#ifndef TAKERS
#define TAKERS 1 /* 4 at most together */
#endif
#ifndef PLACES
#define PLACES 1
#endif
#ifndef RESTS
#define RESTS true /* whether a place may rest */
#endif
#ifndef CLOSES
#define CLOSES true /* whether somebody may close it */
#endif

#define ALL (THREADS + TAKERS)

mtype = { IDLE, WAITING, GRANTED, TAKEN, LEFT, ENDED };

/* guarded by the lock; sets are bits, one for each who waits: the threads first, then the takers */
mtype state[4] = IDLE;
byte line[4]; /* in order */
byte length;
byte free = PLACES;
byte resting; /* of which the time is not up */
byte rested; /* of which it is, though nobody has looked */
byte has; /* who has been given a place and has not given it back */
bit alarm;
bit closed;

/* not guarded */
byte permit; /* of LockSupport.park; sticky */
byte using; /* who believes to have a place */
byte over; /* who has ended */

#define HAS(set, w) (((set) >> (w)) & 1)
#define ADD(set, w) set = set | (1 << (w))
#define DROP(set, w) set = set & ~(1 << (w))
#define COUNT(set) (HAS(set, 0) + HAS(set, 1) + HAS(set, 2) + HAS(set, 3))
#define IS_THREAD(w) ((w) < THREADS)
#define IN_LINE(w) ((length > 0 && line[0] == w) || (length > 1 && line[1] == w) || (length > 2 && line[2] == w) \
        || (length > 3 && line[3] == w))
#define LINED(w) ((state[w] == WAITING) == IN_LINE(w))

/* ends each step with the lock held */
#ifdef NO_INVARIANT
#define UNLOCKED skip
#else
#define UNLOCKED \
    assert(free + resting + rested + COUNT(has) == PLACES); /* none lost, none twice */ \
    assert(LINED(0) && LINED(1) && LINED(2) && LINED(3)); \
    assert(length == 0 || (free == 0 && (resting + rested == 0 || alarm))) /* nobody waits for what is there */
#endif

/* whether whoever unlocks sets the alarm, for the mutants that forget to */
#ifdef ALARM_NOT_SET_AGAIN
#define SETS_ALARM (!rings)
#else
#ifdef ALARM_SET_BY_NEWCOMERS_ONLY
#define SETS_ALARM (joins)
#else
#define SETS_ALARM (true)
#endif
#endif

/* ---- with the lock held ---- */

inline enqueue(w) {
    line[length] = w;
    length++;
    state[w] = WAITING
}

inline unlink(w) {
    i = 0;
    do
    :: line[i] == w -> break
    :: else -> i++
    od;
    do
    :: i + 1 < length -> line[i] = line[i + 1]; i++
    :: else -> break
    od;
    length--;
    line[length] = 0;
    i = 0
}

inline take(w) {
    if
    :: free > 0 -> free--
    :: else -> rested--
    fi;
    ADD(has, w)
}

inline giveBack(w) {
    DROP(has, w);
    free++
}

/* Line.tellAll, once the lock is free: by a process of its own, which may come later than the thread would, or at once */
inline tellAll() {
    if
    :: told != 0 -> run Teller(told); told = 0
    :: else
    fi
}

/* Line.serveAndUnlock */
inline serve() {
    do
    :: length > 0 && free + rested > 0 ->
#ifdef NEWEST_FIRST
        next = line[length - 1];
#else
        next = line[0];
#endif
        assert(next == line[0]); /* first come, first served */
        unlink(next);
        take(next);
#ifdef HANDED_AND_FREED
        free++;
#endif
        if
        :: state[next] == WAITING -> state[next] = GRANTED
        :: else /* one that has left, by mutants only */
        fi;
        ADD(told, next);
        next = 0
    :: else -> break
    od;
    if
    :: length == 0 -> alarm = 0
    :: length > 0 && resting + rested > 0 && SETS_ALARM -> alarm = 1
    :: else
    fi;
    tellAll();
    UNLOCKED
}

/* ---- without ---- */

/* Place.release, or what frees a token or lets it rest; a second time changes nothing */
inline release(w) {
    atomic {
        DROP(using, w);
        if
        :: giveBack(w)
        :: RESTS -> DROP(has, w); resting++
        fi;
        serve()
    }
#ifdef RELEASED_TWICE
    ;
    atomic { free++; serve() }
#endif
}

/* leaves the line, unless something else came first */
inline leave(w) {
#ifdef TIMEOUT_NOT_ATOMIC
    if
    :: state[w] == WAITING -> looked = 1
    :: else
    fi;
    atomic {
        if
        :: looked ->
            looked = 0;
            if
            :: IN_LINE(w) -> unlink(w)
            :: else
            fi;
            state[w] = LEFT
        :: else
        fi;
        serve()
    }
#else
    atomic {
        if
        :: state[w] == WAITING ->
#ifndef LEAVER_STAYS_IN_LINE
            unlink(w);
#endif
#ifdef LEAVER_CANCELS_ALARM
            alarm = 0;
#endif
            state[w] = LEFT
#ifdef INTERRUPT_LOSES_PLACE
        :: state[w] == GRANTED -> state[w] = LEFT
#endif
        :: else
        fi;
#ifdef LEAVER_CANCELS_ALARM
        UNLOCKED
#else
        serve()
#endif
    }
#endif
}

/* ---- who takes part ---- */

#define LOCALS \
    byte told; /* whom to tell */ \
    byte next; \
    byte i; \
    bit looked; \
    bit rings; \
    bit joins

proctype Thread(byte me) {
    LOCALS;
    bit patient;

    if
    :: patient = 1 /* nothing but a place or the end helps it */
    :: patient = 0
    fi;
#ifdef NEWCOMER_NOT_SERVED
    atomic {
        if
        :: closed -> goto gone
        :: !closed && length == 0 && free + rested > 0 -> take(me); state[me] = GRANTED
        :: else
        fi;
        UNLOCKED
    };
    atomic {
        if
        :: closed && state[me] == IDLE -> goto gone
        :: !closed && state[me] == IDLE -> enqueue(me)
        :: else
        fi
    };
#else
    atomic { /* Line.acquire */
        if
        :: closed -> goto gone
        :: !closed && length == 0 && free + rested > 0 -> take(me); state[me] = GRANTED
        :: else -> enqueue(me)
        fi;
        joins = 1;
        serve();
        joins = 0
    };
#endif
    do
    :: state[me] != WAITING -> break
    :: else ->
        if
        :: atomic { HAS(permit, me) -> DROP(permit, me) };
            atomic {
                if
                :: state[me] == WAITING -> serve()
                :: else
                fi
            }
        :: !patient -> leave(me)
        fi
    od;
    if
    :: state[me] == GRANTED ->
        atomic { state[me] = TAKEN; ADD(using, me) };
        assert(COUNT(using) <= PLACES); /* M13 */
        release(me)
    :: else
    fi;
gone:
    atomic {
        assert(!HAS(has, me)); /* who has gone has left nothing behind */
        DROP(permit, me);
        state[me] = IDLE;
        ADD(over, me)
    }
}

/* for whom no thread waits */
proctype Taker(byte me) {
    LOCALS;

    atomic { /* Line.join */
        if
        :: closed -> ADD(over, me); goto gone
        :: else -> enqueue(me)
        fi;
        joins = 1;
        serve();
        joins = 0
    };
    if
    :: atomic { /* Line.cancel */
            if
            :: state[me] == WAITING -> unlink(me); state[me] = LEFT; ADD(over, me)
            :: state[me] == GRANTED ->
#ifndef CANCEL_KEEPS_PLACE
                giveBack(me);
#endif
                state[me] = LEFT;
                ADD(over, me)
            :: else
            fi;
            serve()
        }
    :: skip
    fi;
    HAS(over, me); /* it is told, if it has not left */
gone:
    assert(!HAS(has, me))
}

/* threads are unparked, and the executors of takers called */
proctype Teller(byte told) {
    byte who;
    byte next;
    byte i;
    bit rings;
    bit joins;

    do
    :: atomic { told != 0 ->
            who = 0;
            do
            :: HAS(told, who) -> break
            :: else -> who++
            od;
            DROP(told, who);
            if
            :: IS_THREAD(who) ->
#ifndef UNPARK_DROPPED
                ADD(permit, who)
#endif
            :: !IS_THREAD(who) -> run Executor(who)
            :: !IS_THREAD(who) -> run Refusal(who)
            fi;
            who = 0
        }
    :: else -> break
    od
}

/* Queued.run: a taker is told, unless it was cancelled, and has a use for its place, or none */
proctype Executor(byte w) {
    LOCALS;

    atomic {
        if
#ifdef CANCEL_NOT_SEEN
        :: state[w] == GRANTED || state[w] == LEFT -> state[w] = TAKEN; ADD(using, w)
#else
        :: state[w] == GRANTED -> state[w] = TAKEN; ADD(using, w)
#endif
        :: state[w] == ENDED -> state[w] = LEFT; ADD(over, w); goto gone
        :: else -> goto gone /* it has left */
        fi
    };
    assert(COUNT(using) <= PLACES); /* M13 */
    if
    :: release(w)
    :: atomic {
            DROP(using, w);
#ifndef DECLINED_KEEPS_PLACE
            giveBack(w);
#endif
            serve()
        }
    fi;
    ADD(over, w);
gone:
    skip
}

/* Queued.refuse: the executor does not run it */
proctype Refusal(byte w) {
    LOCALS;

    atomic {
        if
        :: state[w] == GRANTED ->
            state[w] = LEFT;
#ifndef REFUSED_KEEPS_PLACE
            giveBack(w);
#endif
            ADD(over, w)
        :: state[w] == ENDED -> state[w] = LEFT; ADD(over, w)
        :: else
        fi;
        serve()
    }
}

proctype Closer() {
    LOCALS;

    atomic { CLOSES ->
        closed = 1;
#ifndef CLOSE_FORGETS_LINE
        do
        :: length > 0 ->
            next = line[0];
            unlink(next);
            state[next] = ENDED;
            ADD(told, next);
            next = 0
        :: else -> break
        od;
#endif
        alarm = 0;
        tellAll()
    }
}

/* ends rests, in its own time */
proctype Clock() {
end_idle:
    do
    :: atomic { resting > 0 -> resting--; rested++ }
    od
}

/* LineAlarm.ring */
proctype Alarm() {
    LOCALS;

end_idle:
    do
    :: atomic { alarm -> /* in vain too, if it was set for a rest that an answer has ended */
            alarm = 0;
            rings = 1;
            serve();
            rings = 0
        }
    od
}

init {
    byte w;
    atomic {
        do
        :: w < THREADS -> run Thread(w); w++
        :: w >= THREADS && w < ALL -> run Taker(w); w++
        :: w >= ALL -> break
        od;
        w = 0;
        run Clock();
        run Alarm();
        if
        :: CLOSES -> run Closer()
        :: !CLOSES
        fi
    };
    over == (1 << ALL) - 1;
    assert(has == 0 && length == 0 && free + resting + rested == PLACES)
}
