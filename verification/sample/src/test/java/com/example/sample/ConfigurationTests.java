package com.example.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.exitleft.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** What an operator may change from outside, and what a mistake in it gets. */
@ExtendWith(OutputCaptureExtension.class)
class ConfigurationTests {

    private static SpringApplicationBuilder application() {
        return new SpringApplicationBuilder(SampleApplication.class).web(WebApplicationType.NONE);
    }

    @Test
    void environmentVariable_overridesAPropertyAndMakesNoStageOfItsOwn() {
        var variables = new SystemEnvironmentPropertySource(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                Map.of(
                        "EXITLEFT_STAGES_ORDERS_DEFAULTTIMEOUT", "7s",
                        "EXITLEFT_STAGES_ALARMS_DEFAULT_TIMEOUT", "8s"));
        try (ConfigurableApplicationContext context = application()
                .initializers(started -> started.getEnvironment()
                        .getPropertySources()
                        .replace(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables))
                .run()) {
            assertThat(context.getBean("orders", Stage.class).defaultTimeout()).isEqualTo(Duration.ofSeconds(7));
            assertThat(context.getBeanNamesForType(Stage.class))
                    .containsExactlyInAnyOrder("orders", "ticks", "alarms", "journal");
        }
    }

    @Test
    void typoInYaml_failsTheStartWithAReportThatNamesKeyAndOrigin(@TempDir Path folder, CapturedOutput output)
            throws Exception {
        Path yaml = Files.writeString(folder.resolve("typo.yml"), """
                exit-left:
                  stages:
                    orders:
                      defalt-timeout: 7s
                """);
        assertThatThrownBy(() -> application().run("--spring.config.additional-location=file:" + yaml))
                .isNotNull();
        assertThat(output)
                .contains("APPLICATION FAILED TO START", "Description:", "Action:")
                .contains("exit-left.stages.orders.defalt-timeout", "typo.yml", "4:23");
    }

    @Test
    void sourceOfAnUnknownType_failsTheStartWithTheListOfWhatThereIs(CapturedOutput output) {
        assertThatThrownBy(() -> application().run("--exit-left.stages.orders.source.type=pigeon"))
                .isNotNull();
        assertThat(output)
                .contains("APPLICATION FAILED TO START", "Description:", "Action:")
                .contains("exit-left.stages.orders.source.type", "pigeon", "udp", "bean");
    }
}
