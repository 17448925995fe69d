/**
 * Races of two and three threads on the real classes, through as many interleavings as time allows, under Lincheck.
 *
 * <p>What each shows, and what Lincheck cannot see, is in the module's README.
 */
@NullMarked
package io.github.exitleft.lincheck;

import org.jspecify.annotations.NullMarked;
