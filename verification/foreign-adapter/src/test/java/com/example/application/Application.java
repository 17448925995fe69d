package com.example.application;

import com.example.unixsocket.LineSender;
import io.github.exitleft.Stage;
import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/** An application with a stage over the foreign adapter; it knows the adapter by its YAML and its sender. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class Application {

    /** Starts and ends; asks in between, if the property {@code ask} says what. */
    public static void main(String[] arguments) {
        SpringApplication.run(Application.class, arguments).close();
    }

    @Bean
    Orders api(Stage<Integer, String> stage) {
        return new Orders(stage);
    }

    @Bean
    @ConditionalOnProperty("ask")
    ApplicationRunner asking(Orders orders, @Value("${ask}") int id) {
        return arguments ->
                System.out.println("heard " + orders.ask(id) + ", generated: " + AotDetector.useGeneratedArtifacts());
    }

    /** Asks a server that answers in any order. */
    static final class Orders {

        private final Stage<Integer, String> stage;
        private final LineSender sender;

        Orders(Stage<Integer, String> stage) {
            this.stage = stage;
            this.sender = stage.backdoor(LineSender.class);
        }

        String ask(int id) throws Exception {
            return this.stage.call(id, () -> this.sender.send(id + "=order"));
        }
    }
}
