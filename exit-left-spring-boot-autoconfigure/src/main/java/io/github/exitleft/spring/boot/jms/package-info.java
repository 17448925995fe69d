/**
 * A source over JMS, and its sender.
 */
@NullMarked
package io.github.exitleft.spring.boot.jms;

import org.jspecify.annotations.NullMarked;
