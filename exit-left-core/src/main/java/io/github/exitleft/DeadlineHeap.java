package io.github.exitleft;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Waiters by deadline: a binary heap whose members know their place, so that each can leave it.
 *
 * <p>It is no {@link java.util.PriorityQueue}, which searches itself for the element to be removed. Adding and removing cost the
 * logarithm of the size at worst, and next to nothing if all waits are equally long. Guarded by the stage's lock.
 */
final class DeadlineHeap {

    private @Nullable Waiter[] heap = new @Nullable Waiter[16];
    private int size;

    int size() {
        return size;
    }

    /** Returns the waiter with the earliest deadline; null if there is none. */
    @Nullable
    Waiter first() {
        return heap[0];
    }

    /** Adds a waiter; an Error, where there is no memory, has changed nothing. */
    void add(Waiter waiter) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        up(size++, waiter);
    }

    void remove(Waiter waiter) {
        int hole = waiter.place;
        // first, so that one that can't be found is not looked for again
        waiter.place = Waiter.NOWHERE;
        Waiter last = at(--size);
        heap[size] = null;
        if (last != waiter) {
            if (hole > 0 && isEarlier(last, at((hole - 1) / 2))) {
                up(hole, last);
            } else {
                down(hole, last);
            }
        }
        if (heap.length > 1_024 && size < heap.length / 8) { // a crowd that has gone leaves nothing behind
            shrink();
        }
    }

    void clear() {
        Arrays.fill(heap, null);
        size = 0;
    }

    private void shrink() {
        try {
            heap = Arrays.copyOf(heap, heap.length / 2);
        } catch (OutOfMemoryError e) {
            // the next to leave tries again
        }
    }

    private void up(int from, Waiter waiter) {
        int place = from;
        while (place > 0) {
            int parent = (place - 1) / 2;
            if (!isEarlier(waiter, at(parent))) {
                break;
            }
            put(place, at(parent));
            place = parent;
        }
        put(place, waiter);
    }

    private void down(int from, Waiter waiter) {
        int place = from;
        while (true) {
            int child = 2 * place + 1;
            if (child + 1 < size && isEarlier(at(child + 1), at(child))) {
                child++;
            }
            if (child >= size || !isEarlier(at(child), waiter)) {
                break;
            }
            put(place, at(child));
            place = child;
        }
        put(place, waiter);
    }

    private static boolean isEarlier(Waiter one, Waiter other) {
        return one.deadline - other.deadline < 0; // a difference, since nanoTime may overflow
    }

    @SuppressWarnings("NullAway") // below size there is a waiter
    private Waiter at(int place) {
        return heap[place];
    }

    private void put(int place, Waiter waiter) {
        heap[place] = waiter;
        waiter.place = place;
    }
}
