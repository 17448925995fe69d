/**
 * A source over Kafka, and what any thread may send through it.
 */
@NullMarked
package io.github.exitleft.spring.boot.kafka;

import org.jspecify.annotations.NullMarked;
