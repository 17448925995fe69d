package io.github.exitleft.mutants;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import javax.tools.ToolProvider;

/**
 * A defect, as a patch of one file of the core, and the tests that may see it, one of which must.
 *
 * @param name what is wrong
 * @param file the file's path below the core's sources
 * @param tests the tests that are run, as the checker spells them
 * @param edits the replacements; each text must be found exactly once
 */
public record Mutant(String name, String file, String tests, List<Edit> edits) {

    /**
     * A replacement.
     *
     * @param from the text that is there
     * @param to the text that takes its place
     */
    public record Edit(String from, String to) {}

    /**
     * Compiles the patched file against the running program's class path.
     *
     * @param core the core's sources
     * @param directory for the patched source and its classes
     * @return where the classes are, to be put before the core on the class path
     * @throws IOException if a file can't be read or written
     * @throws IllegalStateException if the patch no longer applies, or the result does not compile
     */
    public Path compile(Path core, Path directory) throws IOException {
        Path source = directory.resolve("source").resolve(file);
        Path classes = directory.resolve("classes");
        Files.createDirectories(Objects.requireNonNull(source.getParent()));
        Files.createDirectories(classes);
        Files.writeString(source, patch(Files.readString(core.resolve(file))));
        int status = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "--release",
                        "17",
                        "-nowarn",
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        classes.toString(),
                        source.toString());
        if (status != 0) {
            throw new IllegalStateException("mutant '" + name + "' does not compile; see above, and '" + source + "'");
        }
        return classes;
    }

    private String patch(String text) {
        String patched = text;
        for (Edit edit : edits) {
            int at = patched.indexOf(edit.from);
            if (at < 0 || patched.indexOf(edit.from, at + 1) >= 0) {
                throw new IllegalStateException("mutant '" + name + "' no longer applies to '" + file
                        + "', which must have exactly once: " + edit.from);
            }
            patched = patched.substring(0, at) + edit.to + patched.substring(at + edit.from.length());
        }
        return patched;
    }
}
