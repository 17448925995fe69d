/**
 * Stages as beans of a Spring Boot application, from its properties.
 */
@NullMarked
package io.github.exitleft.spring.boot.autoconfigure;

import org.jspecify.annotations.NullMarked;
