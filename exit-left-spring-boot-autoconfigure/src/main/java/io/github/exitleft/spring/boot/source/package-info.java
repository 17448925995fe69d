/**
 * How a source of messages comes to be known by a {@code source.type}: write a {@link
 * io.github.exitleft.spring.boot.source.SourceAdapter} and name it in {@code META-INF/spring.factories}.
 */
@NullMarked
package io.github.exitleft.spring.boot.source;

import org.jspecify.annotations.NullMarked;
