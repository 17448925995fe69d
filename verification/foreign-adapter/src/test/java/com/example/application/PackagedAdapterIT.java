package com.example.application;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.unixsocket.UnixSocketSource;
import com.jayway.jsonpath.JsonPath;
import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** The adapter's jar describes each of its keys (B7), as the build made it and as an application gets it. */
class PackagedAdapterIT {

    private static final String METADATA =
            "META-INF/spring/configuration-metadata/com.example.unixsocket.UnixSocketProperties.json";

    @Test
    void jar_describesEveryKeyWithTypeAndDefault() throws Exception {
        File file = new File(UnixSocketSource.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        assertThat(file).isFile();
        List<Map<String, String>> properties;
        try (var jar = new JarFile(file)) {
            ZipEntry entry = jar.getEntry(METADATA);
            assertThat(entry).as(METADATA).isNotNull();
            properties = JsonPath.parse(jar.getInputStream(entry)).read("$.properties");
        }

        assertThat(properties)
                .extracting(property ->
                        property.get("name") + " " + property.get("type") + " " + property.get("defaultValue"))
                .containsExactlyInAnyOrder(
                        "path java.nio.file.Path null",
                        "max-line-size org.springframework.util.unit.DataSize 8KB",
                        "token.separator java.lang.String null",
                        "token.reader java.lang.String null");
        assertThat(properties)
                .allSatisfy(property -> assertThat(property.get("description")).endsWith("."));
    }
}
