package io.github.exitleft;

import java.util.function.UnaryOperator;

/**
 * Captures what belongs to the request of the calling thread, such as its MDC, security context or trace, so that what runs for an
 * asynchronous call or a stream runs with that and not with what the reading thread happens to have.
 *
 * <p>Micrometer's snapshots do this, where a missing value has to be cleared and not left as it is:
 *
 * <pre>{@code
 * var snapshots = ContextSnapshotFactory.builder().clearMissing(true).build();
 * builder.context(() -> snapshots.captureAll()::wrap);
 * }</pre>
 *
 * @see StageBuilder#context
 */
@FunctionalInterface
public interface ContextCapture {

    /**
     * Captures the calling thread's context.
     *
     * @return makes a task one that restores the captured context on the thread that runs it, runs the given task, and puts back what
     *     that thread had; used by any thread, any number of times
     */
    UnaryOperator<Runnable> capture();
}
