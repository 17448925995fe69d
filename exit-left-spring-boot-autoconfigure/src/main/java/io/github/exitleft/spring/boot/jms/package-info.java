/**
 * A source over JMS, and what any thread may send through it.
 */
@NullMarked
package io.github.exitleft.spring.boot.jms;

import org.jspecify.annotations.NullMarked;
