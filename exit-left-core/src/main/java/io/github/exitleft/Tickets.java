package io.github.exitleft;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Waits with several tickets at once, on one thread. */
public final class Tickets {

    private Tickets() {}

    /**
     * The first message that came for one of several tickets.
     *
     * @param <T> tokens
     * @param <M> messages
     */
    public static final class First<T, M> {

        private final Ticket<T, M> ticket;
        private final Received<M> received;

        First(Ticket<T, M> ticket, Received<M> received) {
            this.ticket = ticket;
            this.received = received;
        }

        /** {@return the ticket that the message came for} */
        public Ticket<T, M> ticket() {
            return ticket;
        }

        /**
         * Returns the message.
         *
         * @return the message, and when it was received
         * @throws ErrorReplyException if the message is an error for which the {@linkplain StageBuilder#classifier
         *     classifier} gives a checked exception; an unchecked one is thrown as it is
         */
        public Received<M> received() {
            ticket.parts.errorReplies.throwIfError(received.message());
            return received;
        }

        @Override
        public String toString() {
            return received + " for the " + ticket;
        }
    }

    /**
     * Waits until a message comes for any of several tickets of one stage, such as those of a request and its repetition
     * under another id; reads the source meanwhile if no other thread does.
     *
     * <p>All tickets stay open, and each can be awaited again, alone or with others. If there are messages for several
     * of them, the one that was received first is returned. It is one wait, with one outcome.
     *
     * {@snippet file="io/github/exitleft/examples/TwoServersClient.java" region="program"}
     *
     * @param <T> tokens
     * @param <M> messages
     * @param tickets tickets of one stage, at least one; none of them is awaited by another thread
     * @param timeout how long to wait at most; zero or less looks without waiting
     * @return the message, with its ticket
     * @throws InterruptedException if the thread is interrupted before a message comes
     * @throws StageTimeoutException if no message comes in time
     * @throws java.util.concurrent.CancellationException if any of the tickets is closed meanwhile; a message that came
     *     before is returned instead
     * @throws IllegalArgumentException if there is no ticket, or one twice, or tickets are of different stages
     * @throws IllegalStateException if a ticket is closed or awaited by another thread, or this thread is inside a
     *     callback
     * @throws StageClosedException if the stage is closed, before the wait or during it
     * @throws SourceFailedException if the source fails, or has failed since one of the tickets was taken
     */
    public static <T, M> First<T, M> awaitAny(Collection<? extends Ticket<T, M>> tickets, Duration timeout)
            throws InterruptedException {
        List<Ticket<T, M>> all = List.copyOf(tickets);
        if (all.isEmpty()) {
            throw new IllegalArgumentException("'tickets' must not be empty; there would be nothing to wait for");
        }
        StageParts<T, M> parts = all.get(0).parts;
        @Nullable Ticket<T, M> again = null;
        var seen = new HashSet<Ticket<T, M>>();
        for (Ticket<T, M> ticket : all) {
            if (ticket.parts != parts) {
                throw new IllegalArgumentException(
                        ticket + " can't be awaited with the " + all.get(0) + "; a wait has tickets of one stage only");
            }
            again = seen.add(ticket) ? again : ticket;
        }
        if (again != null) {
            throw new IllegalArgumentException(again + " is among 'tickets' twice; give each once");
        }
        var wait = new AnyCall<>(parts, all);
        Received<M> received = wait.await(timeout);
        return new First<>(all.get(wait.place()), received);
    }
}
