package io.github.exitleft.benchmarks;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeoutException;

/** What one thread uses to ask again and again. */
@FunctionalInterface
public interface Caller {

    /** How long to wait for an answer where there is a limit; far longer than any answer takes. */
    long TIMEOUT_SECONDS = 3;

    /**
     * Sends a request and waits for its answer.
     *
     * @param token the request's token
     * @param request the request, to be sent whole
     * @return the word that answers it
     * @throws TimeoutException if no answer comes
     */
    long exchange(long token, ByteBuffer request) throws Exception;

    /** Ends its use; called by the thread. */
    default void close() throws Exception {}
}
