package io.github.exitleft.spring.boot.source;

import io.github.exitleft.Source;
import io.github.exitleft.TokenReader;
import java.util.Objects;

/**
 * A source that is open, with what reads its tokens.
 *
 * @param source the source, which is closed with the stage
 * @param reader reads the stage's tokens from the source's messages
 * @param owned whether the source is closed if the stage can't be built; false for a bean, which the context closes
 */
public record OpenSource(Source<?> source, TokenReader<?, ?> reader, boolean owned) {

    /** Refuses null, so that it is reported with the adapter that gave it. */
    public OpenSource {
        Objects.requireNonNull(source, "'source' must not be null");
        Objects.requireNonNull(reader, "'reader' must not be null");
    }

    /**
     * Returns a source that was opened for the stage alone.
     *
     * @param source the source
     * @param reader reads its tokens
     * @return both, the source to be closed if the stage can't be built
     */
    public static OpenSource owned(Source<?> source, TokenReader<?, ?> reader) {
        return new OpenSource(source, reader, true);
    }

    /**
     * Returns a source that belongs to the application.
     *
     * @param source the source
     * @param reader reads its tokens
     * @return both, the source to be left open if the stage can't be built
     */
    public static OpenSource ofApplication(Source<?> source, TokenReader<?, ?> reader) {
        return new OpenSource(source, reader, false);
    }
}
