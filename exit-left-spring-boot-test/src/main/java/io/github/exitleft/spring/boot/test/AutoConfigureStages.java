package io.github.exitleft.spring.boot.test;

import io.github.exitleft.test.SteerableClock;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.PropertyMapping;

/**
 * Lets a test run without a network: each stage that is configured by properties gets a source in memory, whatever kind of source the
 * properties name, and a bean {@link ScriptedPeers} says what the peers answer.
 *
 * <p>All else is as in the application: the properties are checked, the tokens are read by the same reader, and the backdoor has the
 * same class, so the code under test needs no change. Nothing is opened, connected or looked up for the source. A stage that the
 * application builds by itself is left alone.
 *
 * {@snippet file = "io/github/exitleft/spring/boot/test/OrderClientTests.java" region = "example"}
 *
 * <p>It can be combined with {@code @SpringBootTest}, which has all of the application's beans, or with a slice such as {@code
 * @WebMvcTest}. After each test method the peers are {@linkplain ScriptedPeers#reset reset}; the stages, their counters, and tokens that
 * rest stay as they are while the context is cached.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration
@PropertyMapping(StagesTestAutoConfiguration.PREFIX)
public @interface AutoConfigureStages {

    /**
     * Says whether there is a bean {@link SteerableClock} by which the stages go and the peers delay their answers, so that a test
     * reaches timeouts without waiting for them. A bean of that class that the test declares is used in any case.
     *
     * @return false unless set: time passes by itself
     */
    boolean steerTime() default false;
}
