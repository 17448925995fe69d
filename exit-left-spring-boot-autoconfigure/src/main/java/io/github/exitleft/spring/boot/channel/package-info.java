/**
 * A source over a pollable channel of Spring Messaging, and so over everything that Spring Integration connects to one.
 */
@NullMarked
package io.github.exitleft.spring.boot.channel;

import org.jspecify.annotations.NullMarked;
