/**
 * A source over Kafka, and its sender.
 */
@NullMarked
package io.github.exitleft.spring.boot.kafka;

import org.jspecify.annotations.NullMarked;
