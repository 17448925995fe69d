/**
 * An actuator endpoint that shows stages.
 */
@NullMarked
package io.github.exitleft.spring.boot.actuate.endpoint;

import org.jspecify.annotations.NullMarked;
