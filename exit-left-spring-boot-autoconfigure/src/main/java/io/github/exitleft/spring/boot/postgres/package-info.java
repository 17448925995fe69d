/**
 * A source over PostgreSQL's LISTEN, and a sender with NOTIFY.
 */
@NullMarked
package io.github.exitleft.spring.boot.postgres;

import org.jspecify.annotations.NullMarked;
