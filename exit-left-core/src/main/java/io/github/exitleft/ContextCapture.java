package io.github.exitleft;

import java.util.function.UnaryOperator;

/**
 * Captures the context of the calling thread's request, such as its MDC, security context or trace, so that an
 * asynchronous call or a stream runs in it and not in that of the reading thread.
 *
 * <p>Micrometer's snapshots do this; missing values must be cleared:
 *
 * {@snippet :
 * var snapshots = ContextSnapshotFactory.builder().clearMissing(true).build();
 * builder.context(() -> snapshots.captureAll()::wrap);
 * }
 *
 * @see StageBuilder#context
 */
@FunctionalInterface
public interface ContextCapture {

    /**
     * Captures the calling thread's context.
     *
     * @return wraps a task: the wrapped one restores the captured context on the thread that runs it, runs the task,
     *     and puts back what that thread had; used by any thread, any number of times
     */
    UnaryOperator<Runnable> capture();
}
