package io.github.exitleft;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Counts what happens on a stage of messages, and tells its listeners; what one of them throws goes no further. */
final class Listeners<T, M> {

    /** Has a name of its own, so that it can be switched on alone. */
    private static final System.Logger LOGGER = System.getLogger(Unclaimed.class.getName());

    /** Passes on to a listener of messages what the primitive has to tell, but for the exits of single entries. */
    private record Relay(StageListener<?, ?> listener) implements BareListener {

        @Override
        public void headChanged(Thread head) {
            listener.headChanged(head);
        }

        @Override
        public void failed(Throwable cause) {
            listener.failed(cause);
        }

        @Override
        public void reopened() {
            listener.reopened();
        }

        @Override
        public void closed() {
            listener.closed();
        }
    }

    private final BareStage<T, Source<M>, Void> bare;
    private final StageStats stats;

    /** What is told too, if it records. */
    final Recorder recorder;

    private final List<StageListener<? super T, ? super M>> all = new CopyOnWriteArrayList<>();

    /** What follows each call; null if nothing does. */
    volatile @Nullable StageObserver observer;

    Listeners(BareStage<T, Source<M>, Void> bare, StageStats stats) {
        this.bare = bare;
        this.stats = stats;
        this.recorder = bare.parts.callbacks.recorder;
    }

    void add(StageListener<? super T, ? super M> listener) {
        all.add(Objects.requireNonNull(listener, "'listener' must not be null"));
        bare.addListener(new Relay(listener));
    }

    void remove(StageListener<? super T, ? super M> listener) {
        all.remove(listener);
        bare.removeListener(new Relay(listener));
    }

    /** Begins to observe a call; returns null, as a rule, if nothing is to be told of it. */
    @Nullable
    Observed observe(CallKind kind, @Nullable Object token) {
        return Observed.begin(observer, bare, kind, token);
    }

    /** Counts a wait that has ended, and tells of it; it began at a time of the stage's clock. */
    void exited(Outcome outcome, long since) {
        stats.exit(outcome);
        if (!all.isEmpty()) {
            try {
                Duration waited = Duration.ofNanos(bare.nanoTime() - since);
                tell(listener -> listener.exited(outcome, waited));
            } catch (Throwable e) { // an Error, which is no reason to keep from the caller how the wait ended
                bare.callbackFailed(e);
            }
        }
    }

    /** Tells how long a question has waited in the window's line. */
    void windowLeft(long nanos) {
        if (!all.isEmpty()) {
            Duration waited = Duration.ofNanos(nanos);
            tell(listener -> listener.windowLeft(waited));
        }
    }

    /** Counts a message that was not delivered, and tells of it. */
    void unclaimed(Unclaimed<T, M> unclaimed) {
        stats.message(unclaimed.outcome());
        recorder.unclaimed(unclaimed.outcome(), unclaimed.late());
        if (LOGGER.isLoggable(Level.DEBUG)) {
            bare.help(() -> log(unclaimed)); // token and message say what they are by code of their own
        }
        tell(listener -> listener.unclaimed(unclaimed));
    }

    private void log(Unclaimed<T, M> unclaimed) {
        String outcome = unclaimed.outcome().name().toLowerCase(Locale.ROOT);
        String token = unclaimed.token() == null ? "no token" : "token '" + unclaimed.token() + "'";
        String message = unclaimed.message() == null ? "" : ", " + unclaimed.message();
        String cause = unclaimed.cause() == null ? "" : "; " + unclaimed.cause();
        LOGGER.log(Level.DEBUG, bare + " got a message that is " + outcome + ": " + token + message + cause);
    }

    /** Does so for each message; allocates nothing if there is none. */
    void unclaimed(List<Unclaimed<T, M>> all) {
        if (!all.isEmpty()) {
            for (Unclaimed<T, M> unclaimed : all) {
                unclaimed(unclaimed);
            }
        }
    }

    private void tell(Consumer<StageListener<? super T, ? super M>> event) {
        for (StageListener<? super T, ? super M> listener : all) {
            bare.help(() -> event.accept(listener));
        }
    }
}
