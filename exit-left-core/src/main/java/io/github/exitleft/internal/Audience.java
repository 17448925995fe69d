package io.github.exitleft.internal;

import java.util.function.BooleanSupplier;

/**
 * Tells a source of this module for whom it is read; tells any other source whether any answer is awaited.
 *
 * <p>It is no API and may change at any time.
 */
public interface Audience extends BooleanSupplier {

    /**
     * Says whether the keeper heads on another thread now, so that it reads again soon even if it is busy with what it has read.
     *
     * @return true if so
     */
    boolean isKept();
}
