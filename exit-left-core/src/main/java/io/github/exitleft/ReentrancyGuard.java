package io.github.exitleft;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The threads that are inside a head, a {@code buffer(use)} or a callback of any stage, where waiting would deadlock (S12).
 *
 * <p>It is a table of the few threads that are inside now, and not a thread-local: threads that only wait pay nothing for it, which
 * matters when they are virtual and many. Of a stage it knows no more than what its {@code toString()} says.
 */
final class ReentrancyGuard {

    /** The threads inside a head, a buffer or a callback. */
    static final ReentrancyGuard ANYTHING = new ReentrancyGuard();

    /** The threads inside a buffer. */
    static final ReentrancyGuard BUFFER = new ReentrancyGuard();

    /** Says that a thread is inside; reusable, by one thread at a time. */
    static final class Mark {

        private final Object stage;
        private @Nullable Thread thread;

        /** Where it is, since a thread's id need not stay the same. */
        private @Nullable Chain chain;

        private @Nullable Mark next;

        /**
         * Creates a mark.
         *
         * @param stage what messages call the stage that the thread is inside of
         */
        Mark(Object stage) {
            this.stage = stage;
        }
    }

    /** The marks of some threads, guarded by a lock that is held for a few instructions. */
    private static final class Chain {

        private final SureLock lock = new SureLock();

        /** Volatile for a look without the lock: a thread whose mark is there finds it, since it has put it there itself. */
        private volatile @Nullable Mark first;

        void add(Mark mark, Thread thread) {
            lock.lock();
            try {
                if (search(thread) == null) {
                    mark.thread = thread;
                    mark.chain = this;
                    mark.next = first;
                    first = mark;
                }
            } finally {
                lock.unlock();
            }
        }

        void remove(Mark mark) {
            lock.insist();
            try {
                Mark before = null;
                Mark each = first;
                while (each != null && each != mark) {
                    before = each;
                    each = each.next;
                }
                if (each == null) {
                    return;
                }
                if (before == null) {
                    first = mark.next;
                } else {
                    before.next = mark.next;
                }
                mark.next = null;
                mark.chain = null;
                mark.thread = null;
            } finally {
                lock.unlock();
            }
        }

        @Nullable
        Mark find(Thread thread) {
            if (first == null) {
                return null;
            }
            lock.insist();
            try {
                return search(thread);
            } finally {
                lock.unlock();
            }
        }

        private @Nullable Mark search(Thread thread) {
            Mark mark = first;
            while (mark != null && mark.thread != thread) {
                mark = mark.next;
            }
            return mark;
        }
    }

    private final Chain[] chains = new Chain[64];

    private ReentrancyGuard() {
        Arrays.setAll(chains, i -> new Chain());
    }

    /** Refuses a thread that is inside anything, where waiting on the stage could deadlock. */
    static void requireOutside(Object stage) {
        Object other = ANYTHING.where();
        if (other != null) {
            throw new IllegalStateException("waiting on " + stage + " from inside a head or callback of " + other
                    + " could deadlock; leave the head first, or wait on another thread");
        }
    }

    /** Marks the current thread, unless it is inside already; whatever comes of this, {@link #leave} has to follow. */
    void enter(Mark mark) {
        Thread thread = Thread.currentThread();
        chainOf(thread).add(mark, thread);
    }

    /** Takes the mark off again, if the thread has been marked by it: a thread that kept it could never wait any more. */
    void leave(Mark mark) {
        Chain chain = mark.chain;
        if (chain != null) {
            chain.remove(mark);
        }
    }

    /** The stage that the current thread is inside of; null if it is outside. */
    @Nullable
    Object where() {
        Thread thread = Thread.currentThread();
        Mark mark = chainOf(thread).find(thread);
        return mark == null ? null : mark.stage;
    }

    @SuppressWarnings("deprecation") // threadId() came with 19
    private Chain chainOf(Thread thread) {
        return chains[(int) thread.getId() & chains.length - 1];
    }
}
