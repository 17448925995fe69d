package com.example.sample;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.ClassUtils;

/** Start without the actuator's, Micrometer's and health's jars. */
@ExtendWith(OutputCaptureExtension.class)
class StartWithoutActuatorTests {

    @Test
    void application_startsAndWorksWithNothingOfItInItsLog(CapturedOutput output) throws Exception {
        assertAbsent("org.springframework.boot.actuate.endpoint.annotation.Endpoint");
        assertAbsent("org.springframework.boot.health.contributor.HealthContributor");
        assertAbsent("io.micrometer.core.instrument.MeterRegistry");
        try (ConfigurableApplicationContext context =
                SpringApplication.run(SampleApplication.class, "--server.port=0", "--debug=true")) {
            var controller = context.getBean(SampleController.class);
            assertThat(controller.order("tea").item()).isEqualTo("tea");
            assertThat(controller.tick("ACME").symbol()).isEqualTo("ACME");
        }
        assertThat(output)
                .contains("CONDITIONS EVALUATION REPORT")
                .doesNotContain("NoClassDefFoundError", "Exception:", "WARN", "ERROR");
    }

    private static void assertAbsent(String className) {
        assertThat(ClassUtils.isPresent(className, null)).as(className).isFalse();
    }
}
