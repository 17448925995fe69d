/**
 * The primitive beneath a stage: tickets, one head, signals, promotion; it knows no messages.
 *
 * <p>Use it for a resource that is no source of messages. For everything else there is {@code io.github.exitleft.Stage}.
 */
@NullMarked
package io.github.exitleft.bare;

import org.jspecify.annotations.NullMarked;
