package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.source.SourceAdapter;
import io.github.exitleft.test.QueueSource;
import io.github.exitleft.udp.Datagram;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** An application that is to fail at its start, and what its report must have. */
@ExtendWith(OutputCaptureExtension.class)
abstract class StartFailureSupport {

    static final String STUN = """
            exit-left:
              stages:
                stun:
                  token-type: java.lang.String
                  source:
                    type: udp
                    udp:
                      address: 127.0.0.1
            """;

    static final String TOKEN = """
                      token:
                        offset: 8
                        length: 12
            """;

    static final String BEAN = """
            exit-left:
              stages:
                queue:
                  token-type: java.lang.String
                  source:
                    type: bean
                    bean:
                      name: source
                      token:
                        reader: reader
            """;

    @TempDir
    Path directory;

    private final ClassLoader classLoader = Thread.currentThread().getContextClassLoader();

    String[] arguments = {};
    Map<String, Object> variables = Map.of();
    Class<?> configuration = Beans.class;

    static void assertReport(CapturedOutput output, String key, String origin, String reason, String remedy) {
        assertThat(output).contains("APPLICATION FAILED TO START");
        String report = output.getOut().substring(output.getOut().indexOf("APPLICATION FAILED TO START"));
        String description = report.substring(report.indexOf("Description:"), report.indexOf("Action:"));
        assertThat(description).contains("Property: " + key + System.lineSeparator());
        assertThat(description).containsPattern("Origin: [^\\n]*\\Q" + origin + "\\E");
        assertThat(description).containsPattern("Reason: [^\\n]*\\Q" + reason + "\\E");
        assertThat(report.substring(report.indexOf("Action:"))).contains(remedy);
    }

    /** Puts a jar, so to say, on the class path that names adapters; until the test is over. */
    void adapters(String... classNames) throws IOException {
        Path folder =
                Files.createDirectories(this.directory.resolve("adapters.jar").resolve("META-INF"));
        Files.writeString(
                folder.resolve("spring.factories"),
                SourceAdapter.class.getName() + "=" + String.join(",", classNames) + "\n");
        URL[] classPath = {folder.getParent().toUri().toURL()};
        Thread.currentThread().setContextClassLoader(new URLClassLoader(classPath, this.classLoader));
    }

    void adapters(Class<?>... classes) throws IOException {
        adapters(Stream.of(classes).map(Class::getName).toArray(String[]::new));
    }

    @AfterEach
    void removeAdapters() {
        Thread.currentThread().setContextClassLoader(this.classLoader);
    }

    /** Starts with a mistake, and checks that the report names its key, its origin, the reason and the remedy. */
    void assertStartFails(String yaml, CapturedOutput output, String key, String origin, String reason, String remedy) {
        start(yaml);
        assertReport(output, key, origin, reason, remedy);
    }

    void start(String yaml) {
        assertThatException().isThrownBy(() -> run(yaml).close());
    }

    ConfigurableApplicationContext run(String yaml) throws IOException {
        Path file = Files.writeString(this.directory.resolve("application.yml"), yaml);
        ApplicationContextInitializer<ConfigurableApplicationContext> environment = context -> context.getEnvironment()
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, this.variables));
        return new SpringApplicationBuilder(this.configuration)
                .web(WebApplicationType.NONE)
                .initializers(environment)
                .properties("spring.config.location=" + file.toUri())
                .run(this.arguments);
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(ExitLeftAutoConfiguration.class)
    static class Beans {

        @Bean
        QueueSource<String> source() {
            return new QueueSource<>();
        }

        @Bean
        @Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
        QueueSource<String> prototypeSource() {
            return new QueueSource<>();
        }

        @Bean
        TokenReader<String, CharSequence> reader() {
            return CharSequence::toString;
        }

        @Bean
        TokenReader<Long, CharSequence> longReader() {
            return message -> (long) message.length();
        }

        @Bean
        TokenReader<String, Datagram> datagramReader() {
            return Datagram::toString;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(ExitLeftAutoConfiguration.class)
    static class FailingCustomizer {

        @Bean
        StageCustomizer customizer() {
            return (name, builder) -> builder.maxTickets(0);
        }
    }
}
