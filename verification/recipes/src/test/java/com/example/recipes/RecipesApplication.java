package com.example.recipes;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.web.reactive.config.BlockingExecutionConfigurer;
import org.springframework.web.reactive.config.WebFluxConfigurer;

/** An application with WebFlux whose requests share a UDP port. */
@SpringBootApplication
@EnableResilientMethods
class RecipesApplication {

    // @start region="blocking-methods"
    @Bean
    WebFluxConfigurer blockingMethods(AsyncTaskExecutor applicationTaskExecutor) {
        return new WebFluxConfigurer() {
            @Override
            public void configureBlockingExecution(BlockingExecutionConfigurer configurer) {
                configurer.setExecutor(applicationTaskExecutor);
            }
        };
    }
    // @end
}
