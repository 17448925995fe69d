/**
 * The documentation checked against what it speaks of: code, configuration keys, meters, endpoint and links.
 */
@NullMarked
package io.github.exitleft.spring.boot.documentation;

import org.jspecify.annotations.NullMarked;
