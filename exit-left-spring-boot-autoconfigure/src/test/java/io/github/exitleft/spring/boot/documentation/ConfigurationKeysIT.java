package io.github.exitleft.spring.boot.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.spring.boot.documentation.DescribedKeys.Key;
import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables of configuration keys list the metadata of the packaged jar: each key with its type, default and description (B7). */
class ConfigurationKeysIT {

    private static final String DOCUMENT = "docs/configuration.md";

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
        return DescribedKeys.all().stream()
                .sorted(Comparator.comparing(Key::name))
                .collect(Collectors.groupingBy(
                        key -> "keys-" + key.group(),
                        TreeMap::new,
                        Collectors.mapping(
                                ConfigurationKeysIT::row,
                                Collectors.joining(
                                        "\n", "| key | type | default | meaning |\n|---|---|---|---|\n", "\n"))));
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
}
