/** The keys of stages for editors that complete them, all types of source together. Nothing is bound to its classes. */
@NullMarked
package io.github.exitleft.spring.boot.completion;

import org.jspecify.annotations.NullMarked;
