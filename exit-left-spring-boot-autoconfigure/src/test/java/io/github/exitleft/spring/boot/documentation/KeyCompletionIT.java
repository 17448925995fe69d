package io.github.exitleft.spring.boot.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.spring.boot.documentation.DescribedKeys.Key;
import java.beans.Introspector;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Editors complete the keys of a stage: B7. They read one file of metadata, which says of which class stages are, and go from getter to getter.
 */
class KeyCompletionIT {

    private static final Pattern MAP_OF_STAGES = Pattern.compile("java\\.util\\.Map<java\\.lang\\.String,(.+)>");

    @Test
    void b7_classOfStagesForEditors_isWrittenFromTheKeys() throws Exception {
        Class<?> type = classOfStages();
        Path file = Path.of("src/main/java", type.getName().replace('.', '/') + ".java");
        String expected = KeyClass.of(type.getPackageName(), type.getSimpleName(), keys());
        String written = Files.readString(file);
        if (!written.equals(expected) && Boolean.getBoolean("documentation.write")) {
            Files.writeString(file, expected);
        }
        assertThat(written)
                .as("%s (-Ddocumentation.write=true writes it)", file)
                .isEqualTo(expected);
    }

    @Test
    void b7_everyKeyOfAStage_isReachedByGetters() throws Exception {
        assertThat(properties("", classOfStages()).keySet())
                .containsExactlyElementsOf(
                        keys().stream().map(Key::name).sorted().toList());
    }

    @Test
    void b7_everyKeyOfAStage_hasAValueThatEditorsKnow() throws Exception {
        Map<String, Type> types = properties("", classOfStages());
        for (Key key : keys()) {
            String described = key.property().getType();
            String type = types.get(key.name()).getTypeName();
            if (described.startsWith("java.") && !key.name().equals("source.type")) {
                assertThat(type).as(key.name()).isEqualTo(described.replace(",", ", "));
            }
            List<Object> values = values(described);
            if (!values.isEmpty()) {
                assertThat(values(type)).as(key.name()).isEqualTo(values);
            }
        }
        assertThat(values(types.get("source.type").getTypeName())).contains("udp", "bean");
    }

    @Test
    void b13_everySourceType_isAValueAndAGroupOfKeys() throws Exception {
        Map<String, Type> types = properties("", classOfStages());
        assertThat(values(types.get("source.type").getTypeName()))
                .containsExactlyInAnyOrderElementsOf(types.keySet().stream()
                        .filter(key -> key.startsWith("source.") && !key.equals("source.type"))
                        .map(key -> (Object) key.split("\\.")[1])
                        .distinct()
                        .toList());
    }

    private static List<Key> keys() throws IOException {
        return DescribedKeys.all().stream()
                .filter(Key::isOfAStage)
                .sorted(Comparator.comparing(Key::name))
                .toList();
    }

    private static Class<?> classOfStages() throws Exception {
        String type = DescribedKeys.stages().getType();
        Matcher map = MAP_OF_STAGES.matcher(type);
        assertThat(map.matches()).as(type).isTrue();
        return Class.forName(map.group(1));
    }

    /** Returns the properties of a class that have a getter and a setter, and in place of a class nested in it that class's. */
    private static Map<String, Type> properties(String prefix, Class<?> type) {
        Map<String, Type> found = new TreeMap<>();
        for (Method method : type.getDeclaredMethods()) {
            if (!method.getName().startsWith("get") || !Modifier.isPublic(method.getModifiers())) {
                continue;
            }
            String property = method.getName().substring(3);
            assertThat(type.getDeclaredMethods())
                    .anyMatch(setter -> setter.getName().equals("set" + property)
                            && Modifier.isPublic(setter.getModifiers())
                            && setter.getGenericParameterTypes()[0].equals(method.getGenericReturnType()));
            String key = prefix
                    + Introspector.decapitalize(property)
                            .replaceAll("([A-Z])", "-$1")
                            .toLowerCase(Locale.ROOT);
            if (method.getReturnType().getEnclosingClass() == type
                    && !method.getReturnType().isEnum()) {
                found.putAll(properties(key + ".", method.getReturnType()));
            } else {
                found.put(key, method.getGenericReturnType());
            }
        }
        return found;
    }

    /** Returns the values of an enum, as they are written; none of another type. */
    private static List<Object> values(String type) {
        try {
            Object[] constants = Class.forName(type).getEnumConstants();
            return constants == null
                    ? List.of()
                    : Stream.of(constants)
                            .<Object>map(constant ->
                                    constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                            .toList();
        } catch (ClassNotFoundException e) {
            return List.of();
        }
    }
}
