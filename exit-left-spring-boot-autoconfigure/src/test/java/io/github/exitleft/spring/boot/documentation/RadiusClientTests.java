package io.github.exitleft.spring.boot.documentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.EchoPeer;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

/** The client that the guide shows, with the configuration that the guide shows. */
class RadiusClientTests {

    private static final int IDS = 256;
    private static final int CALLERS = 300;

    @Test
    void m12_moreCallersThanIds_getEachItsOwnAnswerFromEachServer() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ExitLeftAutoConfiguration.class))
                .withInitializer(configured())
                .withPropertyValues("exit-left.stages.radius.default-timeout=1h")
                .withUserConfiguration(RadiusClient.class)
                .run(context -> {
                    RadiusClient client = context.getBean(RadiusClient.class);
                    try (EchoPeer one = EchoPeer.silent();
                            EchoPeer other = EchoPeer.silent()) {
                        List<FutureTask<Integer>> answers = new ArrayList<>();
                        for (int i = 0; i < CALLERS; i++) {
                            answers.add(ask(client, one, i));
                            answers.add(ask(client, other, i));
                        }
                        Stage<?, ?> radius = context.getBean("radius", Stage.class);
                        await().until(() -> radius.snapshot(0).role().tickets() == 2 * IDS);
                        one.answer();
                        other.answer();
                        for (int i = 0; i < answers.size(); i++) {
                            assertThat(Patience.get(answers.get(i))).isEqualTo(i / 2);
                        }
                    }
                });
    }

    /** Asks on a thread of its own, with the caller's number in the packet; gives the number in the answer. */
    private static FutureTask<Integer> ask(RadiusClient client, EchoPeer server, int caller) {
        byte[] packet = {1, 0, (byte) (caller >> 8), (byte) caller};
        var answer = new FutureTask<>(() -> {
            byte[] reply = client.ask(server.address(), packet).toByteArray();
            return (reply[2] & 0xff) << 8 | reply[3] & 0xff;
        });
        Thread thread = new Thread(answer);
        thread.setDaemon(true);
        thread.start();
        return answer;
    }

    private static ApplicationContextInitializer<ConfigurableApplicationContext> configured() {
        return context -> {
            try {
                Matcher yaml = Pattern.compile("```yaml\\n(exit-left:\\n  stages:\\n    radius:.*?)```", Pattern.DOTALL)
                        .matcher(Documentation.read("docs/guide.md"));
                assertThat(yaml.find()).isTrue();
                List<PropertySource<?>> properties = new YamlPropertySourceLoader()
                        .load("guide", new ByteArrayResource(yaml.group(1).getBytes(StandardCharsets.UTF_8)));
                properties.forEach(context.getEnvironment().getPropertySources()::addLast);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        };
    }
}
