package io.github.exitleft.spring.boot.test;

import io.github.exitleft.Source;
import io.github.exitleft.Stage;
import io.github.exitleft.TokenReader;
import io.github.exitleft.test.QueueSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;

/** An application with stages of several kinds, none of whose peers is there. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(OrderClient.class)
class TestApplication {

    @Bean
    @Lazy
    Source<String> siren() {
        throw new IllegalStateException("a source that is replaced is not even looked up");
    }

    @Bean
    TokenReader<String, String> firstWord() {
        return text -> text.split(" ")[0];
    }

    /** A stage that the application builds by itself. */
    @Bean
    Stage<Long, String> journal() {
        return Stage.builder("journal", Long.class, new QueueSource<String>(), Long::valueOf)
                .build();
    }
}
