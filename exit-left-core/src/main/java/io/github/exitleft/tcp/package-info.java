/**
 * Frames of a stream: a source over one TCP connection, and what any thread may send through it.
 */
@NullMarked
package io.github.exitleft.tcp;

import org.jspecify.annotations.NullMarked;
