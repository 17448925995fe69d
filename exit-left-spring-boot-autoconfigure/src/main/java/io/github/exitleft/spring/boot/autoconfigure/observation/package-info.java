/**
 * Observations of the calls of stages, for traces and meters.
 */
@NullMarked
package io.github.exitleft.spring.boot.autoconfigure.observation;

import org.jspecify.annotations.NullMarked;
