package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ByteArrayResource;

/** What the guides show as configuration has no mistake that can be seen before beans exist. */
class DocumentedConfigurationTests {

    static Stream<String> blocks() throws IOException {
        List<String> blocks = new ArrayList<>();
        for (String guide :
                List.of("README.md", "docs/guide.md", "docs/recipes.md", "docs/configuration.md", "docs/sources.md")) {
            Matcher block = Pattern.compile("```yaml\\n(.*?)```", Pattern.DOTALL)
                    .matcher(Files.readString(Path.of("..").resolve(guide)));
            while (block.find()) {
                if (block.group(1).startsWith("exit-left:")) {
                    blocks.add(block.group(1));
                }
            }
        }
        assertThat(blocks).hasSizeGreaterThanOrEqualTo(5);
        return blocks.stream();
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void configurationInTheGuides_isWhole(String yaml) throws IOException {
        StandardEnvironment environment = new StandardEnvironment();
        new YamlPropertySourceLoader()
                .load("guide", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)))
                .forEach(environment.getPropertySources()::addFirst);

        SourceAdapters adapters = SourceAdapters.find();
        StagePropertiesBinding.bind(environment, adapters)
                .forEach((name, settings) -> assertThat(
                                new StageDefiner(adapters, new HashMap<>(), new StageKeys(environment, name), settings)
                                        .define())
                        .isNotNull());
    }
}
