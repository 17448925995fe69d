package io.github.exitleft;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A future whose work ends with it: all the ways in which a {@code CompletableFuture} can be ended from outside lead through {@link
 * #withdraw}.
 */
abstract class OwnedFuture<M> extends CompletableFuture<M> {

    /**
     * Ends the work, unless its end has been decided, and then completes the future.
     *
     * @return whether both have been done by this
     */
    abstract boolean withdraw(BooleanSupplier completion);

    /** Is told that the future is going to be completed; throws nothing. */
    void completing(@Nullable Throwable thrown) {}

    /** Completes the future by the work's own end. */
    final void completeByItself(M message) {
        completing(null);
        super.complete(message);
    }

    /** Completes the future by the work's own end. */
    final void completeByItself(Throwable thrown) {
        completing(thrown);
        super.completeExceptionally(thrown);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return withdraw(() -> super.cancel(mayInterruptIfRunning)) || isCancelled();
    }

    @Override
    public boolean complete(M message) {
        return withdraw(() -> super.complete(message));
    }

    @Override
    public boolean completeExceptionally(Throwable thrown) {
        Objects.requireNonNull(thrown, "'thrown' must not be null");
        return withdraw(() -> super.completeExceptionally(thrown));
    }

    @Override
    public CompletableFuture<M> completeAsync(Supplier<? extends M> supplier, Executor executor) {
        Objects.requireNonNull(supplier, "'supplier' must not be null");
        executor.execute(() -> {
            if (isDone()) {
                return;
            }
            try {
                complete(supplier.get());
            } catch (Throwable e) {
                completeExceptionally(e instanceof CompletionException ? e : new CompletionException(e));
            }
        });
        return this;
    }

    @Override
    public void obtrudeValue(M message) {
        withdraw(() -> true);
        super.obtrudeValue(message);
    }

    @Override
    public void obtrudeException(Throwable thrown) {
        Objects.requireNonNull(thrown, "'thrown' must not be null");
        withdraw(() -> true);
        super.obtrudeException(thrown);
    }
}
