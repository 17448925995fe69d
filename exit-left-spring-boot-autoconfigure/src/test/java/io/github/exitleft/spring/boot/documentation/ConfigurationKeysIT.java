package io.github.exitleft.spring.boot.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.spring.boot.autoconfigure.StageProperties;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataProperty;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataRepositoryJsonBuilder;

/** The tables of configuration keys list the metadata of the packaged jar: each key with its type, default and description (B7). */
class ConfigurationKeysIT {

    private static final String DOCUMENT = "docs/configuration.md";
    private static final String KEYS = "META-INF/spring-configuration-metadata.json";
    private static final String KEYS_OF_A_STAGE =
            "META-INF/spring/configuration-metadata/" + StageProperties.class.getName() + ".json";

    @Test
    void thereIsATableForEveryGroupOfKeys() throws IOException {
        assertThat(Documentation.blocks(DOCUMENT, "keys-")).containsExactlyInAnyOrderElementsOf(tables().keySet());
    }

    @ParameterizedTest
    @MethodSource("names")
    void tableListsTheKeysOfItsGroup(String name) throws IOException {
        Documentation.assertGenerated(DOCUMENT, name, tables().get(name));
    }

    static Collection<String> names() throws IOException {
        return tables().keySet();
    }

    /** Returns a table for the keys of a stage, one for those of each source, and one for those outside stages. */
    private static Map<String, String> tables() throws IOException {
        Map<String, List<ConfigurationMetadataProperty>> groups = Stream.concat(
                        properties(KEYS).filter(property -> !property.getId().equals("exit-left.stages")),
                        properties(KEYS_OF_A_STAGE))
                .sorted(Comparator.comparing(ConfigurationMetadataProperty::getId))
                .collect(Collectors.groupingBy(ConfigurationKeysIT::group));
        Map<String, String> tables = new TreeMap<>();
        groups.forEach((group, properties) -> tables.put(
                "keys-" + group,
                properties.stream()
                        .map(ConfigurationKeysIT::row)
                        .collect(Collectors.joining(
                                "\n", "| key | type | default | meaning |\n|---|---|---|---|\n", "\n"))));
        return tables;
    }

    private static String group(ConfigurationMetadataProperty property) {
        String[] parts = property.getId().split("\\.");
        if (parts[0].equals("management")) {
            return "management";
        }
        return parts[0].equals("source") && parts.length > 2 ? parts[1] : "stage";
    }

    private static String row(ConfigurationMetadataProperty property) {
        Object value = property.getDefaultValue();
        return "| `" + property.getId() + "` | " + type(property.getType()) + " | "
                + (value == null ? "" : "`" + value + "`") + " | "
                + property.getDescription().replace("|", "\\|") + " |";
    }

    private static String type(String type) {
        String element = type.replaceFirst("java\\.util\\.(?:List|Set)<(.*)>", "$1");
        if (!element.equals(type)) {
            return "list of " + type(element);
        }
        return switch (type) {
            case "java.lang.Boolean" -> "`true`, `false`";
            case "java.lang.Class<?>" -> "class";
            case "java.lang.Integer" -> "number";
            case "java.lang.String" -> "text";
            case "java.net.InetAddress" -> "address";
            case "java.time.Duration" -> "duration";
            case "org.springframework.util.unit.DataSize" -> "size";
            default -> values(type);
        };
    }

    private static String values(String type) {
        Object[] constants;
        try {
            constants = Class.forName(type).getEnumConstants();
        } catch (ClassNotFoundException e) {
            throw new AssertionError("there is no word for the type " + type + " yet", e);
        }
        assertThat(constants).as("values of %s", type).isNotNull();
        return Stream.of(constants)
                .map(constant ->
                        "`" + constant.toString().toLowerCase(Locale.ROOT).replace('_', '-') + "`")
                .collect(Collectors.joining(", "));
    }

    private static Stream<ConfigurationMetadataProperty> properties(String metadata) throws IOException {
        try (JarFile jar = new JarFile(jar().toFile());
                InputStream content = jar.getInputStream(jar.getEntry(metadata))) {
            return ConfigurationMetadataRepositoryJsonBuilder.create(content)
                    .build()
                    .getAllProperties()
                    .values()
                    .stream();
        }
    }

    private static Path jar() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.filter(file -> file.getFileName()
                            .toString()
                            .matches("exit-left-spring-boot-autoconfigure-[0-9.]+(-SNAPSHOT)?\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
