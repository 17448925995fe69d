/**
 * Datagrams: a source over one UDP port, and what any thread may send through it.
 */
@NullMarked
package io.github.exitleft.udp;

import org.jspecify.annotations.NullMarked;
