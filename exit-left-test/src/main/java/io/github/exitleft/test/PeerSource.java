package io.github.exitleft.test;

import io.github.exitleft.Carriers;
import io.github.exitleft.ForwardingSource;
import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a stage reads from its {@link ScriptedPeer}: the peer's messages, with the backdoor of the source that this replaces. */
@SuppressWarnings("try") // closing what it wraps may throw anything
final class PeerSource<M> extends ForwardingSource<M> {

    private final QueueSource<M> queue;
    private final @Nullable Object backdoor;
    private final Consumer<Runnable> delivery;
    private final Runnable whenClosed;
    private volatile long answerableSince = System.nanoTime();

    /**
     * Creates a source.
     *
     * @param delivery runs what adds to the queue
     * @param whenClosed is run when the source is closed
     */
    PeerSource(QueueSource<M> queue, @Nullable Object backdoor, Consumer<Runnable> delivery, Runnable whenClosed) {
        super(queue);
        this.queue = queue;
        this.backdoor = backdoor;
        this.delivery = delivery;
        this.whenClosed = whenClosed;
    }

    @Override
    public @Nullable Object backdoor() {
        return backdoor;
    }

    @Override
    public boolean tellsAnswerable() {
        return true;
    }

    @Override
    public long answerableSince() {
        return answerableSince;
    }

    @Override
    public void renew(Carriers.@Nullable Carrier carrier, long since, String why) {
        if (answerableSince - since <= 0) {
            // what has been sent is not answered any more
            queue.clear();
            answerableSince = System.nanoTime();
            delivery.accept(() -> queue.fail(new IOException(why)));
        }
    }

    @Override
    public String type() {
        return "memory";
    }

    @Override
    public Map<String, Object> details() {
        return Map.of();
    }

    @Override
    public void close() throws Exception {
        whenClosed.run();
        super.close();
    }
}
