/**
 * The {@code source.type} {@code tcp}: its adapter and its keys. The source itself needs the JDK alone, and is in {@link
 * io.github.exitleft.tcp}.
 */
@NullMarked
package io.github.exitleft.spring.boot.tcp;

import org.jspecify.annotations.NullMarked;
