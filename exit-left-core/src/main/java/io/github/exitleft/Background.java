package io.github.exitleft;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The waits of a stage for which no thread waits: asynchronous calls and streams.
 *
 * <p>They are tickets like any other, but never in the queue for the role: the head tells their {@link Recipient} where it would
 * signal a thread. So the primitive knows nothing of them, and they need a keeper.
 */
final class Background<T, M> {

    private final Stage<T, M> stage;
    private final Executor executor;
    private final Timer timer;
    private final Set<Recipient<T, M>> recipients = ConcurrentHashMap.newKeySet();

    Background(Stage<T, M> stage, StageBuilder<T, M> settings) {
        this.stage = stage;
        this.timer = settings.timer;
        this.executor = settings.executor != null ? settings.executor : ForkJoinPool.commonPool();
    }

    boolean isAnybodyWaiting() {
        return !recipients.isEmpty();
    }

    /** Whether somebody waits who has not been ended by a failure, of which not all need have heard yet. */
    boolean isAnybodyAdmitted() {
        return recipients.stream().anyMatch(recipient -> recipient.failure() == null);
    }

    /** Takes a ticket for a recipient, which is told from then on. */
    Ticket<T, M> take(T token, @Nullable Predicate<? super M> check, boolean single, Recipient<T, M> recipient) {
        stage.requireKeeper();
        Ticket<T, M> ticket = stage.take(token, check, single, recipient);
        recipients.add(recipient);
        if (recipient.isOver()) { // by a message, before it was in the set
            recipients.remove(recipient);
        } else {
            endIfFailed(recipient); // or who went through the set might have missed it
        }
        stage.attend();
        return ticket;
    }

    /** Gives back the ticket of a recipient that is over. */
    void leave(Recipient<T, M> recipient, Ticket<T, M> ticket) {
        if (recipients.remove(recipient) && recipients.isEmpty()) {
            stage.nobodyWaitsInTheBackground();
        }
        stage.release(ticket);
    }

    /** Ends the waits of those whose stage has been closed or whose source has failed. */
    void sweep() {
        recipients.forEach(this::endIfFailed);
    }

    private void endIfFailed(Recipient<T, M> recipient) {
        RuntimeException why = recipient.failure();
        if (why != null) {
            recipient.end(why);
        }
    }

    /** Runs what a recipient has to do, on this thread if the executor refuses. */
    void execute(Runnable job) {
        try {
            executor.execute(job);
        } catch (Throwable e) { // above all rejection: somebody waits for the outcome
            helperFailed(e);
            job.run();
        }
    }

    void helperFailed(Throwable thrown) {
        stage.helperFailed(thrown);
    }

    Runnable after(long nanos, Runnable task) {
        return timer.after(Math.max(0, nanos), task);
    }
}
