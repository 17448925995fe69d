/**
 * A source over PostgreSQL's LISTEN, and what any thread may send with NOTIFY.
 */
@NullMarked
package io.github.exitleft.spring.boot.postgres;

import org.jspecify.annotations.NullMarked;
