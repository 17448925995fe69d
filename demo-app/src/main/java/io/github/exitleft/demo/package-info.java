/** A NAT checker: REST requests that share one UDP port. */
@NullMarked
package io.github.exitleft.demo;

import org.jspecify.annotations.NullMarked;
