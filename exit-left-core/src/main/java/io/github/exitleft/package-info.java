/**
 * Stages of messages: what people use.
 *
 * <p>Begin with {@link io.github.exitleft.Stage}.
 */
@NullMarked
package io.github.exitleft;

import org.jspecify.annotations.NullMarked;
