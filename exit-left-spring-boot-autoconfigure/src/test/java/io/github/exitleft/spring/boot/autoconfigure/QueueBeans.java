package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.TokenReader;
import io.github.exitleft.test.QueueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of a stage over a queue: {@code source}, and a {@code reader} to which each message is its own token. */
@Configuration(proxyBeanMethods = false)
public class QueueBeans {

    @Bean
    QueueSource<String> source() {
        return new QueueSource<>();
    }

    @Bean
    TokenReader<String, String> reader() {
        return message -> message;
    }
}
