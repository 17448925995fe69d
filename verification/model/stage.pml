/*
 * The protocol of the bare stage (Role.java, Closing.java, Waiter.java, and enterUntil of BareStage.java) as a model for Spin.
 *
 * N threads take tickets, enter, wait, head, signal and leave; another closes the stage; a stranger closes a ticket that
 * somebody else may be waiting with. Here is who takes part; role.pml has what they do. README.md maps each step to a method
 * and says what is left out.
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
#ifndef ENTRIES
#define ENTRIES 1 /* how often at most a thread enters with its ticket */
#endif
#ifndef SIGNALS
#define SIGNALS 1 /* how often at most a head signals while it heads */
#endif
#ifndef CLOSES
#define CLOSES true /* whether the stage may be closed from outside */
#endif
/*
 * With CLOSED_FROM_OUTSIDE no head closes the stage; with FAILS a head may say that the resource failed; with SHARED two
 * threads want the same token, and a stranger closes tickets; with CANCELS the stranger closes the ticket of a thread that reads until it
 * is woken and told; with ENDINGS each way in which all can end is printed.
 *
 * What makes it smaller: steps that commute with all others are merged, unless UNMERGED. With ALIKE, of waiters between which
 * nothing tells, only one may go first; it does not matter which. README.md says why, and ./run compares.
 */

#ifdef SHARED
#define TOKEN(w) ((w) < 2 -> 0 : (w)) /* threads 0 and 1 want the same token, one after the other */
#else
#define TOKEN(w) (w)
#endif

#if defined(SHARED) || defined(CANCELS) || defined(UNMERGED)
#define SEPARATE
#define ALONE (N - 1)
#define NEXT_THREAD skip
#define MEANWHILE } ; atomic {
#else
/* nothing tells one thread from another then, so without loss they may take their tickets in this order */
#define ALONE 0
#define NEXT_THREAD if :: me < N - 1 -> run Thread(me + 1) :: else fi
/* what happens between finding a ticket and signalling it, or closing it and removing it, matters only to who takes it next */
#define MEANWHILE ;
#endif

#if ENTRIES == 1 && !defined(SEPARATE) && !defined(TIMEOUT_NOT_ATOMIC)
#define LEAVES_AT_ONCE
#endif
#if defined(ALIKE) && (!defined(LEAVES_AT_ONCE) || defined(FAILS) || N > 5)
#error "ALIKE is not sound together with these"
#endif

#define CLOSER N /* the place of the thread that closes the stage, after those of the others */
#define THREADS ((1 << N) - 1)
#define NONE 255

/* the last are first in number */
mtype = { IDLE, WAITING, HEADING, SIGNALLED, EXPIRED, INTERRUPTED, CANCELLED, CLOSED, FAILED };

#include "role.pml"

/* ---- who takes part ---- */

/* a thread with a ticket: ticket, enter (once or more), close */
proctype Thread(byte me) {
    byte next = NONE;
    byte todo = ENTRIES;
    byte signals;
    byte token;
    byte threads;
    byte first; /* for promotion, and for a mutant */
    bit closing;
    bit wakes; /* itself, which does not head then */

    atomic {
        NEXT_THREAD;
        if
        :: closed -> goto gone
        :: tickets[TOKEN(me)] == NONE -> /* or closed since it looked */
#ifdef FAILS
            if
            :: failed -> goto gone /* too early to try again */
            :: true -> /* not failed, or the one that is to try again */
                generationOf[me] = generation;
                failuresBefore[me] = failures
            :: failures > 0 -> /* failed since it looked */
                generationOf[me] = (generation > 0 -> generation - 1 : 0);
                failuresBefore[me] = failures - 1
            fi;
#endif
            tickets[TOKEN(me)] = me;
            ADD(open, me)
        fi
    };

again:
    /* arrive */
    atomic {
        MAY_ARRIVE(me);
        todo--;
        if
        :: !HAS(open, me) -> goto leaving
        :: HAS(open, me) && HAS(pending, me) ->
            DROP(pending, me);
            state[me] = SIGNALLED
#ifdef FAILS
        :: HAS(open, me) && !HAS(pending, me) && !IN_LIVE_GENERATION(me) ->
            assert(failures > failuresBefore[me]); /* M6: later tickets do not end with that cause */
            state[me] = FAILED
#endif
        :: HAS(open, me) && !HAS(pending, me) && closed && IN_LIVE_GENERATION(me) -> state[me] = CLOSED
        :: HAS(open, me) && !HAS(pending, me) && !closed && IN_LIVE_GENERATION(me) ->
            if
            :: !HAS(interrupted, me) && head == NONE -> giveRoleTo(me)
            :: true -> DROP(interrupted, me); ADD(asked, me); state[me] = INTERRUPTED
            :: !HAS(interrupted, me) && head != NONE -> state[me] = EXPIRED
            :: !HAS(interrupted, me) && head != NONE -> enqueue(me)
            fi
        fi;
        assert(!HAS(owed, me) || state[me] == SIGNALLED); /* S5: the signal that came early */
        UNLOCK
    };

#ifdef LEAVES_AT_ONCE
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
#if defined(SHARED) || defined(CANCELS)
        :: atomic { !HAS(open, me) -> ENDED(me, HAS(interrupted, me)) } /* chosen and closed */
#endif
        :: atomic { HAS(open, me) -> /* chosen and interrupted */
                DROP(interrupted, me);
                DROP(asked, me);
                ENDED(me, 1)
            };
#ifdef INTERRUPTED_KEEPS_ROLE
            goto departing
#endif
        :: atomic { HAS(open, me) && !HAS(interrupted, me) ->
                assert(reading == NONE && head == me); /* S4: one head */
                assert(timesClosed == 0 || forced);
                ENDED(me, 0);
                reading = me;
                signals = SIGNALS
            };
            do
            :: atomic { signals > 0 ->
                    signals--;
                    token = 0;
                    do
                    :: token < N - 1 -> token++
                    :: MAY_BE_FOUND(token) -> break
                    :: token == N - 1 && !MAY_BE_FOUND(token) -> token = me; break
                    od;
                    find()
                    MEANWHILE
                    signal()
                };
                unparkNext()
#ifndef CLOSED_FROM_OUTSIDE
            :: atomic { !closed -> /* close from inside the head, which does not wait */
                    closed = 1;
                    endAll(CLOSED);
                    UNLOCK
                };
                unparkAll()
#endif
#ifdef FAILS
            :: atomic { fail(me) };
                unparkAll()
            :: atomic { failed && generationOf[me] == generation -> failed = 0 } /* recovered */
#endif
#ifdef CANCELS
            :: me == 0 -> /* reads for a message that never comes */
                signals = 0;
                do
#ifdef HEAD_NOT_TOLD
                :: closed -> goto left
                :: !closed -> atomic { woken -> woken = 0 }
#else
                :: closed || !HAS(open, me) -> goto left
                :: !closed && HAS(open, me) -> atomic { woken -> woken = 0 }
#endif
                od
#endif
            :: atomic { true -> signals = 0; break }
            od;
left:
            skip
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
        if
        :: state[me] == HEADING
        :: else -> ENDED(me, HAS(interrupted, me))
        fi;
        state[me] = IDLE;
        if
        :: todo > 0 -> goto again
        :: true -> todo = 0
        fi;
#ifdef UNMERGED
    };
leaving:
    atomic {
#else
leaving:
#endif
        release(me)
        MEANWHILE
        remove(me);
gone:
        todo = 0;
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

/* close from outside, or from a callback, where it must not wait */
proctype Closer() {
    byte next = NONE;
    byte threads;
    bit closing;

end:
    atomic {
        CLOSES && !STUCK && !closed -> /* a second close returns at once */
        closerRuns = 1;
        closed = 1;
        endAll(CLOSED);
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
#ifdef CANCELS
    woken = 1;
#endif
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

#if defined(SHARED) || defined(CANCELS)
/* closes the ticket of thread 0, whatever that is about */
proctype Stranger() {
    byte next = NONE;
#ifdef REMOVAL_BY_THE_FIRST_ONLY
    bit first;
#endif
    bit wakes;

#ifdef CANCEL_WAKES_FIRST
    woken = 1;
#endif
end:
    atomic {
        HAS(open, 0) && !STUCK ->
        release(0)
    };
    unparkNext();
    atomic {
        remove(0)
    };
#ifdef CANCELS
    if
    :: wakes -> woken = 1
    :: else
    fi
#endif
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
#if defined(SHARED) || defined(CANCELS)
        run Stranger()
#endif
    }
}
