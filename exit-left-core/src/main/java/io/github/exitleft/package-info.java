/**
 * Stages of messages, and the primitive beneath them.
 *
 * <p>Begin with {@link io.github.exitleft.Stage}: it has a source of messages, and gives each caller the answer to its own question. For
 * a resource that is no source of messages there is the primitive, {@link io.github.exitleft.BareStage}: tickets, one head, signals,
 * promotion. The message stage is built on the primitive, which knows nothing of it.
 */
@NullMarked
package io.github.exitleft;

import org.jspecify.annotations.NullMarked;
