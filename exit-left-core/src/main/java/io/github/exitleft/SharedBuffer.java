package io.github.exitleft;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where heads leave what is not their own, with a lock of its own, under which foreign code runs.
 *
 * @param <B> the buffer
 */
final class SharedBuffer<B extends @Nullable Object> {

    private final Object stage;
    private final B content;
    private final ReentrantLock lock = new ReentrantLock();

    /**
     * Creates the buffer of a stage.
     *
     * @param stage what messages call it
     * @param content what is shared
     */
    SharedBuffer(Object stage, B content) {
        this.stage = stage;
        this.content = content;
    }

    /** Runs {@code use} with the buffer to itself, marked so that it can't wait on a stage or nest in another's buffer. */
    <V extends @Nullable Object> V use(Function<? super B, ? extends V> use) {
        Object other = ReentrancyGuard.BUFFER.where();
        if (other != null && other != stage) {
            throw new IllegalStateException("using the buffer of " + stage + " from inside that of " + other
                    + " could deadlock; use one after the other");
        }
        StackProbe.forAnEntry();
        var mark = new ReentrancyGuard.Mark(stage);
        var bufferMark = new ReentrancyGuard.Mark(stage);
        try {
            ReentrancyGuard.ANYTHING.enter(mark);
            ReentrancyGuard.BUFFER.enter(bufferMark);
            lock.lock();
            try {
                return use.apply(content);
            } finally {
                lock.unlock();
            }
        } finally {
            try {
                ReentrancyGuard.BUFFER.leave(bufferMark);
            } finally {
                ReentrancyGuard.ANYTHING.leave(mark);
            }
        }
    }
}
