package com.example.application;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplicationAotProcessor;

/** The application with the adapter's jar, processed ahead of time as Boot's build plugin does it, and run on the JVM: B8. */
class AheadOfTimeIT {

    private static final String CLASS_PATH = System.getProperty("java.class.path");

    @TempDir
    private Path folder;

    @Test
    void applicationProcessedAheadOfTime_asksOverTheForeignAdapter() throws Exception {
        Path classes = this.folder.resolve("classes");
        Path sources = this.folder.resolve("sources");
        String socket = "-Dorders.socket=" + this.folder.resolve("socket");

        // nothing listens at the socket: a build opens no source
        run(
                CLASS_PATH,
                socket,
                SpringApplicationAotProcessor.class.getName(),
                Application.class.getName(),
                sources.toString(),
                this.folder.resolve("resources").toString(),
                classes.toString(),
                "com.example",
                "foreign-adapter",
                "--ask=2");
        compile(sources, classes);
        var server = new ShufflingServer(this.folder.resolve("socket"));
        try {
            String said = run(
                    classes + File.pathSeparator + CLASS_PATH,
                    socket,
                    "-Dspring.aot.enabled=true",
                    Application.class.getName(),
                    "--ask=2");

            assertThat(said.lines())
                    .filteredOn(line -> line.startsWith("heard"))
                    .containsExactly("heard 2=order done, generated: true");
        } finally {
            server.close();
        }
    }

    /** Returns what a process of its own says until it ends. */
    private String run(String classPath, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx256m");
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(List.of(arguments));
        Path log = this.folder.resolve("log");
        var builder = new ProcessBuilder(command);
        builder.environment().put("CLASSPATH", classPath);
        Process process =
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            boolean ended = process.waitFor(60, TimeUnit.SECONDS);
            assertThat(ended && process.exitValue() == 0)
                    .as(Files.readString(log))
                    .isTrue();
            return Files.readString(log);
        } finally {
            process.destroyForcibly();
        }
    }

    private static void compile(Path sources, Path classes) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("-proc:none", "-nowarn", "-cp", CLASS_PATH, "-d", classes.toString()));
        try (Stream<Path> files = Files.walk(sources)) {
            files.filter(Files::isRegularFile).map(Path::toString).forEach(arguments::add);
        }
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
                .isZero();
    }
}
