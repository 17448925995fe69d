package io.github.exitleft;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the questions of a stage wait for before their tickets: places in its window (M13), and tokens that it issues (M12). Either may
 * be absent.
 *
 * <p>It listens to the primitive, since a failing source ends the waits in line, and a close does.
 */
final class Gate<T> implements BareListener {

    /** Null if any number of questions may be out. */
    final @Nullable Window window;

    /** How long a call waits for a place at most. */
    final Duration windowWait;

    /** Null if the stage issues no tokens. */
    final @Nullable TokenSupply<T> tokens;

    private final BareStage<T, ?, ?> bare;

    Gate(BareStage<T, ?, ?> bare, StageSettings<T, ?> settings) {
        Generations generations = bare.parts.generations;
        Parker parker = bare.parts.parker;
        this.bare = bare;
        this.windowWait = settings.windowWait;
        this.window =
                settings.window == 0 ? null : new Window(settings.window, parker, settings.timer, generations::refusal);
        this.tokens = settings.issuing == null
                ? null
                : settings.issuing.apply(new IssuingSetup<>(
                        settings.name, settings.restRule(), parker, settings.timer, generations::refusal));
        if (window != null || tokens != null) {
            bare.addListener(this);
        }
    }

    /**
     * Returns what issues tokens.
     *
     * @throws IllegalStateException if the stage issues none
     */
    TokenSupply<T> issuing() {
        if (tokens == null) {
            throw new IllegalStateException(bare + " issues no tokens; give the call a token, or set tokens.issue"
                    + " (StageBuilder.issueRandom, issueSequence or issuer)");
        }
        return tokens;
    }

    StageSnapshot.@Nullable WindowState windowState() {
        return window == null ? null : new StageSnapshot.WindowState(window.size, window.used(), window.waiting());
    }

    StageSnapshot.@Nullable IssuedState issuedState() {
        return tokens == null ? null : new StageSnapshot.IssuedState(tokens.live(), tokens.resting(), tokens.waiting());
    }

    /** Ends all waits in line, present and later ones, because the stage is closed. */
    void close() {
        Supplier<StageClosedException> why = bare.parts.role.guarded::closedException;
        try {
            if (window != null) {
                window.close(why);
            }
        } finally {
            if (tokens != null) {
                tokens.close(why);
            }
        }
    }

    @Override
    public void closed() {
        close();
    }

    @Override
    public void failed(Throwable cause) {
        Supplier<SourceFailedException> why = () -> new SourceFailedException(bare.name(), cause);
        try {
            if (window != null) {
                window.end(why);
            }
        } finally {
            if (tokens != null) {
                tokens.end(why);
            }
        }
    }
}
