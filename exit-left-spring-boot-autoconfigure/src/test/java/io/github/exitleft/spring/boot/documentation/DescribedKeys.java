package io.github.exitleft.spring.boot.documentation;

import io.github.exitleft.spring.boot.autoconfigure.StageProperties;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataProperty;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataRepositoryJsonBuilder;

/** The keys that the metadata of the packaged jar describes. */
final class DescribedKeys {

    /** The keys that are not of a stage, and the map of stages. It is the one file that editors read. */
    private static final String MAIN = "META-INF/spring-configuration-metadata.json";

    /** Where the keys of a stage are described, and those of each type of source in a file of its own. */
    private static final Pattern OF_A_CLASS =
            Pattern.compile("META-INF/spring/configuration-metadata/([\\w.]+)\\.json");

    private static final String STAGES = "exit-left.stages";

    /**
     * A key as it is described.
     *
     * @param group a type of source, {@code stage} for the other keys of a stage, or the first word of a key outside stages
     * @param name the key, from below the name of its stage if it is of one
     */
    record Key(String group, String name, ConfigurationMetadataProperty property) {

        boolean isOfAStage() {
            return !isOutsideStages(name());
        }
    }

    private DescribedKeys() {}

    /** Returns the key of the map of stages as editors read it. */
    static ConfigurationMetadataProperty stages() throws IOException {
        try (JarFile jar = new JarFile(jar().toFile())) {
            return properties(jar, jar.getJarEntry(MAIN)).get(STAGES);
        }
    }

    /** Returns all keys but that of the map of stages. */
    static List<Key> all() throws IOException {
        List<Key> keys = new ArrayList<>();
        try (JarFile jar = new JarFile(jar().toFile())) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                Matcher described = OF_A_CLASS.matcher(entry.getName());
                if (entry.getName().equals(MAIN)) {
                    properties(jar, entry).forEach((id, property) -> {
                        if (!id.equals(STAGES)) {
                            keys.add(new Key(group(id), id, property));
                        }
                    });
                } else if (described.matches()) {
                    String prefix = prefix(described.group(1));
                    properties(jar, entry)
                            .forEach((id, property) -> keys.add(new Key(group(prefix + id), prefix + id, property)));
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
        if (isOutsideStages(name)) {
            return parts[0];
        }
        return parts[0].equals("source") && parts.length > 2 ? parts[1] : "stage";
    }

    private static boolean isOutsideStages(String name) {
        return name.startsWith("management.") || name.startsWith("exit-left.");
    }

    private static Map<String, ConfigurationMetadataProperty> properties(JarFile jar, JarEntry entry)
            throws IOException {
        try (InputStream content = jar.getInputStream(entry)) {
            return ConfigurationMetadataRepositoryJsonBuilder.create(content)
                    .build()
                    .getAllProperties();
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
