package io.github.exitleft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Runs the script that checks the models of the protocol and their mutants, and shows its table.
 *
 * <p>{@code -Dmodel.limit.seconds} is how long it may take.
 */
class ModelIT {

    private static final File DIRECTORY = new File(System.getProperty("model.directory"));
    private static final Path OUTPUT = Path.of(System.getProperty("model.output"));
    private static final long LIMIT_SECONDS = Long.getLong("model.limit.seconds", 780);

    /** The script's status when Spin or a compiler is missing. */
    private static final int TOOL_MISSING = 3;

    @Test
    void models_holdAndTheirMutantsAreRefused() throws Exception {
        // with a file between, since a test's own output is not for other processes to write to
        ProcessBuilder script = new ProcessBuilder("bash", "run")
                .directory(DIRECTORY)
                .redirectErrorStream(true)
                .redirectOutput(OUTPUT.toFile());
        Process process;
        try {
            process = script.start();
        } catch (IOException e) {
            skip("the model was NOT checked: 'bash' is missing: " + e.getMessage());
            return;
        }
        boolean ended;
        try {
            ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        String output = Files.readString(OUTPUT);
        if (ended && process.exitValue() == TOOL_MISSING) {
            skip(output.strip());
        }
        System.out.println(output);
        assertThat(ended)
                .as("the script ended within %d s; -Dmodel.limit.seconds allows more", LIMIT_SECONDS)
                .isTrue();
        assertThat(process.exitValue())
                .as("the script's status; its table is above")
                .isZero();
    }

    private static void skip(String why) {
        if (Boolean.getBoolean("exitleft.verify.required")) {
            fail(why);
        }
        System.out.println("skipped: " + why);
        abort(why);
    }
}
