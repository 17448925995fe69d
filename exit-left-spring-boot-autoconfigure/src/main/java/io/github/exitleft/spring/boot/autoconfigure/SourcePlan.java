package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.Source;
import io.github.exitleft.TokenReader;
import org.jspecify.annotations.Nullable;

/** A source that is going to be opened, as far as its properties could be checked before any bean exists. */
interface SourcePlan {

    /** The class of its messages; null if that is not known yet. */
    @Nullable
    Class<?> messageType();

    /** Opens the source and finds what reads its tokens. */
    Opened open(NamedBeans beans);

    /**
     * A source that is open.
     *
     * @param source the source
     * @param reader reads its tokens
     * @param owned whether the source is to be closed if the stage can't be built
     */
    record Opened(Source<?> source, TokenReader<?, ?> reader, boolean owned) {}
}
