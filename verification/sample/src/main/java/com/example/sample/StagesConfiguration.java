package com.example.sample;

import io.github.exitleft.Stage;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.autoconfigure.StageCustomizer;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/** What application.yml cannot say about the stages, and a stage that it does not know. */
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

    /** Ticks may take their time, whatever the properties say. */
    @Bean
    @Order(0)
    StageCustomizer patientTicks() {
        return (name, builder) -> {
            if (name.equals("ticks")) {
                builder.defaultTimeout(Duration.ofSeconds(5));
            }
        };
    }

    /** A stage without properties; metrics, health and the endpoint show it all the same. */
    @Bean
    Stage<Long, String> journal() {
        return Stage.<Long, String>builder("journal", Long.class, new MemorySource<>(), Long::valueOf)
                .build();
    }
}
