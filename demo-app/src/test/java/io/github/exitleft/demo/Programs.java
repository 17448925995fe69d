package io.github.exitleft.demo;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Programs of the machine that some tests need. */
final class Programs {

    private Programs() {}

    /**
     * Finds one of several programs on the path; without any, the test is skipped, or fails where the property or
     * environment variable {@code EXITLEFT_REQUIRE_…} is true.
     */
    static Path require(String name, String... programs) {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            for (String program : programs) {
                Path path = Path.of(directory, program);
                if (Files.isExecutable(path)) {
                    return path;
                }
            }
        }
        String switchName = "EXITLEFT_REQUIRE_" + name.toUpperCase(Locale.ROOT);
        String message = name + " is not installed: none of " + String.join(", ", programs) + " is on the path";
        if (Boolean.parseBoolean(System.getProperty(switchName, System.getenv(switchName)))) {
            return fail(message + ", and " + switchName + " is true");
        }
        return abort(message);
    }
}
