/**
 * Health of stages.
 */
@NullMarked
package io.github.exitleft.spring.boot.autoconfigure.health;

import org.jspecify.annotations.NullMarked;
