package com.example.sample;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An application whose requests share three sources: two UDP ports and a queue. */
@SpringBootApplication
public class SampleApplication {

    /**
     * Starts the application.
     *
     * @param arguments properties, such as {@code --server.port=8080}
     */
    public static void main(String[] arguments) {
        SpringApplication.run(SampleApplication.class, arguments);
    }
}
