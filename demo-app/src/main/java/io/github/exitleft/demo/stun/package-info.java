/** STUN (RFC 8489) as far as a Binding needs it, and STUN servers of our own on loopback. */
@NullMarked
package io.github.exitleft.demo.stun;

import org.jspecify.annotations.NullMarked;
