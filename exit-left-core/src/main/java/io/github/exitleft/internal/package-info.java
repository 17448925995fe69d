/** What {@code exit-left-test} reaches of the core; exported to its module alone, and no API. */
@NullMarked
package io.github.exitleft.internal;

import org.jspecify.annotations.NullMarked;
