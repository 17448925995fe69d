package io.github.exitleft;

import java.util.concurrent.locks.ReentrantLock;

/** A lock that can be taken where there is no memory to queue for it, and released where there is none to wake the next (S19). */
final class SureLock {

    private final ReentrantLock lock = new ReentrantLock();

    /** Takes the lock for a step that may be refused: an Error finds nothing decided yet, and leaves the lock free. */
    void lock() {
        try {
            lock.lock();
        } catch (Throwable e) {
            // where the stack was at its end, the JVM throws after the lock has been taken
            if (lock.isHeldByCurrentThread()) {
                unlock();
            }
            throw e;
        }
    }

    /** Takes the lock for a step that must be taken, also where there is no memory to queue for it; never by a thread that has it. */
    void insist() {
        try {
            lock.lock();
        } catch (Throwable e) {
            while (!lock.isHeldByCurrentThread() && !lock.tryLock()) {
                Thread.yield();
            }
        }
    }

    void unlock() {
        try {
            lock.unlock();
        } catch (Throwable e) { // in waking the next that wants it, so it is free by then
            if (lock.isHeldByCurrentThread()) {
                lock.unlock();
            }
        }
    }
}
