package io.github.exitleft.spring.boot.source;

import io.github.exitleft.Source;
import io.github.exitleft.Stage;
import io.github.exitleft.TokenReader;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A source that is open, with what reads its tokens.
 *
 * @param source the source, which is closed with the stage
 * @param reader reads the stage's tokens from the source's messages
 * @param owned whether the source is closed if the stage can't be built; false for a bean, which the context closes
 * @param withStage is given the stage once that is built, for what the source does by it
 */
public record OpenSource(
        Source<?> source, TokenReader<?, ?> reader, boolean owned, Consumer<? super Stage<?, ?>> withStage) {

    /** Refuses null, so that it is reported with the adapter that gave it. */
    public OpenSource {
        Objects.requireNonNull(source, "'source' must not be null");
        Objects.requireNonNull(reader, "'reader' must not be null");
        Objects.requireNonNull(withStage, "'withStage' must not be null");
    }

    /**
     * Returns a source that was opened for the stage alone.
     *
     * @param source the source
     * @param reader reads its tokens
     * @return both, the source to be closed if the stage can't be built
     */
    public static OpenSource owned(Source<?> source, TokenReader<?, ?> reader) {
        return new OpenSource(source, reader, true, stage -> {});
    }

    /**
     * Returns a source that belongs to the application.
     *
     * @param source the source
     * @param reader reads its tokens
     * @return both, the source to be left open if the stage can't be built
     */
    public static OpenSource ofApplication(Source<?> source, TokenReader<?, ?> reader) {
        return new OpenSource(source, reader, false, stage -> {});
    }

    /**
     * Returns the same source, with what is to be done with its stage.
     *
     * @param then is given the stage once that is built; what it throws stops the start, and the stage is closed
     * @return the source
     */
    public OpenSource withStage(Consumer<? super Stage<?, ?>> then) {
        return new OpenSource(this.source, this.reader, this.owned, then);
    }
}
