/**
 * Meters of stages.
 */
@NullMarked
package io.github.exitleft.spring.boot.autoconfigure.metrics;

import org.jspecify.annotations.NullMarked;
