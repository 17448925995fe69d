package io.github.exitleft;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Sends without checked exceptions. */
final class Unchecked {

    private Unchecked() {}

    /** Runs what sends; throws a {@link SendFailedException} in place of a checked exception. */
    static <V extends @Nullable Object> V run(Callable<V> sending) {
        try {
            return sending.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new SendFailedException(e);
        }
    }
}
