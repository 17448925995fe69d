package io.github.exitleft.spring.boot.autoconfigure.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Meter registries for contexts that have one, and for those that have two. */
final class Registries {

    private Registries() {}

    @Configuration(proxyBeanMethods = false)
    static class First {

        @Bean
        MeterRegistry registry() {
            return new SimpleMeterRegistry();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Second {

        @Bean
        MeterRegistry secondRegistry() {
            return new SimpleMeterRegistry();
        }
    }
}
