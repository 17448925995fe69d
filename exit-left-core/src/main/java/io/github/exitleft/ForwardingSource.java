package io.github.exitleft;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A source that passes everything on to another one; extend it to count, log, delay or break what a source does.
 *
 * <p>What a subclass does in {@link #receive} happens on the head's thread, and must keep the contract of {@link Source}.
 *
 * @param <M> messages
 */
@SuppressWarnings("try") // closing a source may throw anything
public abstract class ForwardingSource<M> implements Source<M> {

    private final Source<M> source;

    /**
     * Creates a source that passes everything on.
     *
     * @param source what it is passed on to; closed with this one
     */
    protected ForwardingSource(Source<M> source) {
        this.source = Objects.requireNonNull(source, "'source' must not be null");
    }

    @Override
    public @Nullable M receive(Duration remaining) throws Exception {
        return source.receive(remaining);
    }

    @Override
    public void wakeup() {
        source.wakeup();
    }

    @Override
    public boolean closesUnderReader() {
        return source.closesUnderReader();
    }

    @Override
    public boolean closedByInterrupt() {
        return source.closedByInterrupt();
    }

    @Override
    public Keeper preferredKeeper() {
        return source.preferredKeeper();
    }

    @Override
    public @Nullable Throwable errorOf(M message) {
        return source.errorOf(message);
    }

    @Override
    public boolean sendsTimeToLive() {
        return source.sendsTimeToLive();
    }

    @Override
    public boolean tellsAnswerable() {
        return source.tellsAnswerable();
    }

    @Override
    public long answerableSince() {
        return source.answerableSince();
    }

    @Override
    public void renew(Carriers.@Nullable Carrier carrier, long since, String why) {
        source.renew(carrier, since, why);
    }

    @Override
    public @Nullable Carriers carriers() {
        return source.carriers();
    }

    @Override
    public void restore() throws Exception {
        source.restore();
    }

    @Override
    public void attach(BooleanSupplier awaited) {
        source.attach(awaited);
    }

    @Override
    public void beforeTicket() {
        source.beforeTicket();
    }

    @Override
    public @Nullable Object backdoor() {
        return source.backdoor();
    }

    @Override
    public String type() {
        return source.type();
    }

    @Override
    public Map<String, Object> details() {
        return source.details();
    }

    @Override
    public void close() throws Exception {
        source.close();
    }
}
