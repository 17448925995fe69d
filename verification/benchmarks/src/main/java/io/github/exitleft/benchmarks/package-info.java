/** Measures what sharing one port costs, against what a user would pick instead. */
@NullMarked
package io.github.exitleft.benchmarks;

import org.jspecify.annotations.NullMarked;
