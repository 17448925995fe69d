package com.example.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.util.ClassUtils;

/** Sources whose libraries this application doesn't have. */
@ExtendWith(OutputCaptureExtension.class)
class MissingLibraryTests {

    @ParameterizedTest
    @CsvSource({
        "kafka, kafka.topics=a, org.springframework.kafka.core.ConsumerFactory, spring-boot-starter-kafka",
        "jms, jms.queue=a, jakarta.jms.ConnectionFactory, spring-boot-starter-artemis",
        "postgres, postgres.channels=a, org.postgresql.PGConnection, org.postgresql:postgresql",
        "channel, channel.name=a, org.springframework.messaging.PollableChannel, spring-boot-starter-integration"
    })
    void source_isReportedWithTheDependencyToAdd(
            String type, String key, String missing, String dependency, CapturedOutput output) {
        assertThat(ClassUtils.isPresent(missing, null)).as(missing).isFalse();

        assertThatException()
                .isThrownBy(() -> SpringApplication.run(
                        SampleApplication.class,
                        "--server.port=0",
                        "--exit-left.stages.rpc.token-type=java.lang.String",
                        "--exit-left.stages.rpc.source.type=" + type,
                        "--exit-left.stages.rpc.source." + key));

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("Property: exit-left.stages.rpc.source.type")
                .contains("there is no class " + missing + " on the class path")
                .contains("Add the dependency")
                .contains(dependency)
                .doesNotContain("NoClassDefFoundError");
    }
}
