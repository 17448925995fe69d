package io.github.exitleft.spring.boot.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.spring.boot.autoconfigure.StageProperties;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    /** The keys that are not of a stage. */
    private static final String KEYS = "META-INF/spring-configuration-metadata.json";

    /** Where the keys of a stage are described, and those of each type of source in a file of its own. */
    private static final Pattern KEYS_OF_A_CLASS =
            Pattern.compile("META-INF/spring/configuration-metadata/([\\w.]+)\\.json");

    /** A key as it is documented. */
    private record Key(String group, String name, ConfigurationMetadataProperty property) {}

    @Test
    void everyGroupOfKeys_hasATable() throws IOException {
        assertThat(Documentation.blocks(DOCUMENT, "keys-")).containsExactlyInAnyOrderElementsOf(tables().keySet());
    }

    @ParameterizedTest
    @MethodSource("names")
    void table_listsTheKeysOfItsGroup(String name) throws IOException {
        Documentation.assertGenerated(DOCUMENT, name, tables().get(name));
    }

    static Collection<String> names() throws IOException {
        return tables().keySet();
    }

    /** Returns a table for the keys of a stage, one for those of each type of source, and one for those outside stages. */
    private static Map<String, String> tables() throws IOException {
        return keys().stream()
                .sorted(Comparator.comparing(Key::name))
                .collect(Collectors.groupingBy(
                        key -> "keys-" + key.group(),
                        TreeMap::new,
                        Collectors.mapping(
                                ConfigurationKeysIT::row,
                                Collectors.joining(
                                        "\n", "| key | type | default | meaning |\n|---|---|---|---|\n", "\n"))));
    }

    private static List<Key> keys() throws IOException {
        List<Key> keys = new ArrayList<>();
        try (JarFile jar = new JarFile(jar().toFile())) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                Matcher described = KEYS_OF_A_CLASS.matcher(entry.getName());
                if (entry.getName().equals(KEYS)) {
                    properties(jar, entry)
                            .filter(property -> !property.getId().equals("exit-left.stages"))
                            .forEach(
                                    property -> keys.add(new Key(group(property.getId()), property.getId(), property)));
                } else if (described.matches()) {
                    String prefix = prefix(described.group(1));
                    properties(jar, entry).forEach(property -> {
                        String name = prefix + property.getId();
                        keys.add(new Key(group(name), name, property));
                    });
                }
            }
        }
        return keys;
    }

    /** Returns what the keys of a class stand below, in a stage: nothing, or a source, whose package is named like its type. */
    private static String prefix(String type) {
        String parent = type.substring(0, type.lastIndexOf('.'));
        return type.equals(StageProperties.class.getName())
                ? ""
                : "source." + parent.substring(parent.lastIndexOf('.') + 1) + ".";
    }

    private static String group(String name) {
        String[] parts = name.split("\\.");
        if (parts[0].equals("management") || parts[0].equals("exit-left")) {
            return parts[0];
        }
        return parts[0].equals("source") && parts.length > 2 ? parts[1] : "stage";
    }

    private static String row(Key key) {
        Object value = key.property().getDefaultValue();
        return "| `" + key.name() + "` | " + type(key.property().getType()) + " | "
                + (value == null ? "" : "`" + value + "`") + " | "
                + key.property().getDescription().replace("|", "\\|") + " |";
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
            case "io.github.exitleft.spring.boot.autoconfigure.RestTime" -> "duration, `until-answered`";
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

    private static Stream<ConfigurationMetadataProperty> properties(JarFile jar, JarEntry entry) throws IOException {
        try (InputStream content = jar.getInputStream(entry)) {
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
