package io.github.exitleft.spring.boot.source;

import io.github.exitleft.Source;
import io.github.exitleft.TokenReader;

/**
 * A source that is open, with what reads its tokens.
 *
 * @param source the source, which is closed with the stage
 * @param reader reads the stage's tokens from the source's messages
 * @param owned whether the source is closed if the stage can't be built; false for a bean, which the context closes
 */
public record OpenSource(Source<?> source, TokenReader<?, ?> reader, boolean owned) {

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
