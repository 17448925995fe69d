/**
 * The {@code source.type} {@code bean}: a source that the application makes itself.
 */
@NullMarked
package io.github.exitleft.spring.boot.bean;

import org.jspecify.annotations.NullMarked;
