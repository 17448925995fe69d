package io.github.exitleft.tcp;

import io.github.exitleft.Stage;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Asks the peer of a connection something that it answers if it is well, such as an echo.
 *
 * <p>Most often this is one {@link Stage#callAsync callAsync} with a token of its own. On a stage with a window the first
 * question that it asks on its thread has a place already; further ones wait as those of other callers do.
 *
 * @param <T> the stage's tokens
 */
@FunctionalInterface
public interface HeartbeatQuestion<T> {

    /**
     * Sends the question. It runs on a thread of the library's, never twice at the same time, and may block for a short
     * time.
     *
     * @param stage the stage whose connection is tried
     * @param timeout how long to wait for the answer at most, to be given to the call; a second longer than the
     *     heartbeat's timeout, so that an answer can still be found that came while the process was stopped
     * @return completes when the answer has come
     * @throws Exception if nothing can be asked now, which is logged and no sign of a dead peer
     */
    CompletionStage<?> ask(Stage<T, Frame> stage, Duration timeout) throws Exception;
}
