/*
 * How deadlines come (Deadlines.java, DeadlineTimerThread.java, and arrive, await and expireDue of Role.java), as a model for Spin.
 *
 * Some threads are virtual: they park without a limit, and one timer fires for all of them. The others park until their own deadline.
 * In stage.pml a timeout comes at any time or never. Here there is a clock, and the property is that no wait lasts beyond its
 * deadline, also when the head hangs and nothing else happens any more.
 *
 * The thread that fires is started when it is needed and ends when it is not. Setting the timer never blocks: it is written, put on
 * the stack of newcomers unless it is known, and the thread is woken or started.
 *
 * An atomic block is what the code does with the stage's lock held, or a single access to what is shared without it. README.md has the
 * rest.
 */

#ifndef N
#define N 3 /* threads, at most 4 */
#endif
#ifndef VIRTUAL
#define VIRTUAL 7 /* which of them are virtual, as bits */
#endif
#ifndef LAST
#define LAST 3 /* time goes from 0 to this */
#endif
#ifndef MOST
#define MOST 2 /* for how long the timer is set at most: Deadlines.MOST_NANOS */
#endif
#ifndef FAILS
#define FAILS 1 /* how often at most starting the clock's thread fails */
#endif

#define NONE 255
#define NEVER 255

mtype = { IDLE, WAITING, SIGNALLED, EXPIRED };

bit locked; /* the stage's lock, where it is held for more than one step */

/* guarded by the stage's lock; sets are bits, one for each thread */
mtype state[4] = IDLE;
byte deadline[4];
byte queue;
byte watched; /* the heap of Deadlines: those for which the timer fires */

/* the timer, written with the stage's lock held and read by the clock without */
bit on;
byte at;

/* the clock's, without a lock */
bit known;
bit newcomer; /* the timer is on the stack of newcomers */
bit mine; /* the timer is in the thread's own list */
bit thread; /* DeadlineTimerThread.thread is not null */
byte bell; /* how many such threads there are: one may end as another starts */
bit bellPermit; /* of its park */
byte bellUntil = NEVER; /* until when it parks at most */
bit bellParked;

byte now;
byte limit[4] = NEVER; /* until when a thread parks at most */
byte fails = FAILS;
byte over;
byte came;

#define HAS(set, w) (((set) >> (w)) & 1)
#define ADD(set, w) set = set | (1 << (w))
#define DROP(set, w) set = set & ~(1 << (w))

#define ALL(what) (what(0) && what(1) && what(2) && what(3))

/* nothing happens any more but that time goes on */
#define STANDS(w) ((w) >= N || HAS(over, w) || !HAS(came, w) || (state[w] == WAITING && limit[w] > now))
#define BELL_STANDS (bell == 0 || (bell == 1 && bellParked && !bellPermit && bellUntil > now))
#define STILL (!locked && ALL(STANDS) && BELL_STANDS)
#define IN_TIME(w) (!HAS(queue, w) || deadline[w] > now)

/* ends each step with the stage's lock held: while one parks without a limit, the timer is on, and not too late for it */
#define KEPT(w) (!HAS(watched & queue, w) || limit[w] != NEVER || (on && (at <= deadline[w])))
#ifdef NO_INVARIANT
#define UNLOCK skip
#else
#define UNLOCK assert(ALL(KEPT))
#endif

inline earliest(time) {
    time = NEVER;
    i = 0;
    do
    :: i < N ->
        if
        :: HAS(watched, i) && deadline[i] < time -> time = deadline[i]
        :: else
        fi;
        i++
    :: else -> break
    od;
    i = 0
}

/* Deadlines.timeFor */
inline timeFor(time) {
    earliest(time);
    if
    :: time > now + MOST -> time = now + MOST
    :: else
    fi
}

inline forget(w) {
    DROP(queue, w);
#ifndef LEAVER_STAYS_WATCHED
    DROP(watched, w);
#endif
    limit[w] = NEVER
}

/* DeadlineTimerThread.set, of which nothing blocks, and in which other steps without the lock may come between */
inline set() {
    if
    :: !known -> known = 1; newcomer = 1
    :: else
    fi
}

/* ends waits by the timer, one at a time */
proctype Bell() {
    byte i;
    byte time;
    bit due;

    atomic { /* makes itself known, or wakes the other for the timer that it was started for */
        if
        :: !thread -> thread = 1
#ifdef SECOND_STAYS
        :: thread
#else
        :: thread -> bellPermit = 1; goto gone
#endif
        fi
    };
loop:
    atomic { bellParked = 0; bellPermit = 0; bellUntil = NEVER };
    atomic { /* adoptNewcomers */
        if
        :: newcomer -> newcomer = 0; mine = 1
        :: else
        fi
    };
    if
    :: mine && on && at <= now ->
        due = 1;
        do
        :: due ->
            atomic { /* expireDue, one round */
                !locked;
                earliest(time);
                if
                :: time == NEVER -> on = 0; due = 0
                :: time != NEVER && time <= now ->
                    i = 0;
                    do
                    :: HAS(watched, i) && deadline[i] == time -> break
                    :: else -> i++
                    od;
                    assert(state[i] == WAITING || state[i] == IDLE);
                    forget(i);
                    state[i] = EXPIRED;
                    i = 0
                :: time != NEVER && time > now ->
#ifdef RUNG_TURNS_OFF
                    on = 0;
#else
                    timeFor(at);
#endif
                    due = 0
                fi;
                time = 0;
                UNLOCK
            }
        :: else -> break
        od
    :: else
    fi;
    if
    :: mine && !on -> /* drop */
        mine = 0;
        known = 0;
#ifndef DROPPED_WITHOUT_A_LOOK
        if
        :: on ->
            atomic {
                if
                :: !known -> known = 1; newcomer = 1
                :: else
                fi
            }
        :: else
        fi
#endif
    :: else
    fi;
    if
    :: mine ->
        atomic { time = at };
        atomic { bellUntil = time; time = 0; bellParked = 1 };
        atomic { bellPermit || bellUntil <= now -> goto loop }
    :: else ->
        if
        :: true -> /* stays for a while, and then looks again */
            atomic { bellUntil = now; bellParked = 1 };
            goto loop
        :: true -> /* hasEnded */
            atomic { thread = 0 };
#ifndef ENDS_WITHOUT_A_LOOK
            if
            :: newcomer ->
                if
                :: atomic { !thread -> thread = 1; goto loop }
                :: thread
                fi
            :: else
            fi
#endif
        fi
    fi;
gone:
    bell--
}

proctype Thread(byte me) {
    byte i;
    byte time;
    byte before;
    bit sets;
    bit wasOn;

    atomic {
        /* threads come in this order, until no more come; those that are virtual may be told apart */
        if
        :: now < LAST && !locked ->
            if
            :: me < N - 1 -> run Thread(me + 1)
            :: else
            fi
        :: goto gone
        fi;
        ADD(came, me);
        deadline[me] = now + 1;
        do
        :: deadline[me] < LAST -> deadline[me]++
        :: break
        od;
        /* arrive, enqueue, Deadlines.watch; what DeadlineTimerThread.set does besides comes in steps, with the lock still held */
        state[me] = WAITING;
        ADD(queue, me);
        if
        :: HAS(VIRTUAL, me) ->
            ADD(watched, me);
            timeFor(time);
#ifdef NEWCOMER_IGNORED
            if
            :: !on -> at = time; on = 1; sets = 1
            :: on
            fi;
#else
            if
            :: on && at <= time && at > now -> time = 0
            :: on && at <= time && at <= now -> wasOn = 1; before = at; sets = 1
            :: else -> wasOn = on; before = at; at = time; on = 1; sets = 1
            fi;
#endif
            time = 0
        :: else -> limit[me] = deadline[me]
        fi;
        i = 0;
        if
        :: sets -> locked = 1; set()
        :: else -> UNLOCK
        fi
    };
    if
    :: sets ->
        sets = 0;
        if
        :: atomic { thread ->
#ifndef CLOCK_NOT_WOKEN
                bellPermit = 1
#else
                skip
#endif
            }
        :: atomic { !thread ->
                if
                :: bell++; run Bell()
                :: fails > 0 -> /* it can't be started, so this thread parks with a limit */
                    fails--;
                    limit[me] = deadline[me];
#ifdef FAILURE_TURNS_OFF
                    on = 0
#else
                    if
                    :: wasOn -> at = before
                    :: else -> on = 0
                    fi
#endif
                fi
            }
        fi;
        atomic { locked = 0; UNLOCK; wasOn = 0; before = 0 }
    :: else
    fi;

    do
    :: atomic { state[me] != WAITING -> break }
    :: atomic { state[me] == WAITING && limit[me] <= now && !locked -> forget(me); state[me] = EXPIRED; UNLOCK; break }
    :: atomic { state[me] == WAITING && !STILL && !locked -> forget(me); state[me] = SIGNALLED; UNLOCK; break } /* or leaves in another way */
    od;
gone:
    atomic { ADD(over, me) }
}

proctype Clock() {
end_idle:
    do
    :: atomic { now < LAST ->
            assert(!STILL || ALL(IN_TIME)); /* M7, S17 */
            now++
        }
    :: atomic { now == LAST && STILL ->
            assert(ALL(IN_TIME));
            break
        }
    od
}

init {
    atomic {
        run Clock();
        run Thread(0)
    }
}
