package com.example.sample;

import io.github.exitleft.Stage;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.autoconfigure.StageCustomizer;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/** Settings of stages that application.yml can't express, and a stage that it does not have. */
@Configuration(proxyBeanMethods = false)
class StagesConfiguration {

    @Bean
    MemorySource<Alarm> alarmSource() {
        return new MemorySource<>();
    }

    @Bean
    TokenReader<String, Alarm> alarmReader() {
        return Alarm::name;
    }

    /** Gives ticks more time than the properties do. */
    @Bean
    @Order(0)
    StageCustomizer patientTicks() {
        return (name, builder) -> {
            if (name.equals("ticks")) {
                builder.defaultTimeout(Duration.ofSeconds(5));
            }
        };
    }

    /** Creates a stage without properties; metrics, health and the endpoint show it all the same. */
    @Bean
    Stage<Long, String> journal() {
        return Stage.<Long, String>builder("journal", Long.class, new MemorySource<>(), Long::valueOf)
                .build();
    }
}
