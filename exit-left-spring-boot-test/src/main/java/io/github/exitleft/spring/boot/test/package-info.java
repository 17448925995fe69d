/** For tests of Spring Boot applications that have stages: {@link io.github.exitleft.spring.boot.test.AutoConfigureStages}. */
@NullMarked
package io.github.exitleft.spring.boot.test;

import org.jspecify.annotations.NullMarked;
