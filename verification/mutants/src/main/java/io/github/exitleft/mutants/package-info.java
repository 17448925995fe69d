/** Defects of the core that its checkers must refuse. */
@NullMarked
package io.github.exitleft.mutants;

import org.jspecify.annotations.NullMarked;
