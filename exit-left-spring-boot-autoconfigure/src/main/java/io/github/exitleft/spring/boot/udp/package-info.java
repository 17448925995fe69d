/**
 * The {@code source.type} {@code udp}: its adapter and its keys. The source itself needs the JDK alone, and is in {@link
 * io.github.exitleft.udp}.
 */
@NullMarked
package io.github.exitleft.spring.boot.udp;

import org.jspecify.annotations.NullMarked;
