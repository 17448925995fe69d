/**
 * Two threads against one stage, a great many times: what the core promises of the memory model, on the real classes.
 *
 * <p>What is handed over is written by plain writes, and what tells that it has been handed over is the core alone, so that
 * nothing but the core's own locks and volatiles orders the two. Every wait is timed and ends in a forbidden result.
 */
@NullMarked
package io.github.exitleft.jcstress;

import org.jspecify.annotations.NullMarked;
