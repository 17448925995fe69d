/** Tests of the NAT checker as a whole, over real sockets on loopback. */
@NullMarked
package io.github.exitleft.demo;

import org.jspecify.annotations.NullMarked;
