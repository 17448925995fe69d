package com.example.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Mistakes in the keys of a foreign adapter are reported as those of our own sources (B1): with key, origin and remedy. */
@ExtendWith(OutputCaptureExtension.class)
class StartFailureTests {

    private static final String SOURCE = "exit-left.stages.orders.source.";

    private static final String YAML = """
            exit-left:
              stages:
                orders:
                  token-type: java.lang.Integer
                  source:
                    type: unix-socket
                    unix-socket:
            """;

    @TempDir
    private Path folder;

    private void start(String yaml) throws IOException {
        Path file = Files.writeString(this.folder.resolve("orders.yml"), yaml);
        assertThatException()
                .isThrownBy(() -> new SpringApplicationBuilder(Application.class)
                        .run("--spring.config.location=" + file)
                        .close());
    }

    private static void assertReport(CapturedOutput output, String key, String origin, String reason, String remedy) {
        assertThat(output).contains("APPLICATION FAILED TO START");
        String report = output.getOut().substring(output.getOut().indexOf("APPLICATION FAILED TO START"));
        String description = report.substring(report.indexOf("Description:"), report.indexOf("Action:"));
        assertThat(description).contains("Property: " + key + System.lineSeparator());
        assertThat(description).containsPattern("Origin: [^\\n]*\\Q" + origin + "\\E");
        assertThat(description).containsPattern("Reason: [^\\n]*\\Q" + reason + "\\E");
        assertThat(report.substring(report.indexOf("Action:"))).contains(remedy);
    }

    @Test
    void unknownKey_isReportedWithTheKeyThatWasMeant(CapturedOutput output) throws IOException {
        start(YAML + """
                          path: socket
                          max-line-sise: 1KB
                """);

        assertReport(
                output,
                SOURCE + "unix-socket.max-line-sise",
                "orders.yml] - 9:26",
                "there is no such key; did you mean " + SOURCE + "unix-socket.max-line-size?",
                "Correct the key");
    }

    @Test
    void unknownKeyOfTheToken_isReportedWithTheKeyThatWasMeant(CapturedOutput output) throws IOException {
        start(YAML + """
                          path: socket
                          token:
                            seperator: ":"
                """);

        assertReport(
                output,
                SOURCE + "unix-socket.token.seperator",
                "orders.yml] - 10:24",
                "there is no such key; did you mean " + SOURCE + "unix-socket.token.separator?",
                "Correct the key");
    }

    @Test
    void valueThatCannotBeConverted_isReported(CapturedOutput output) throws IOException {
        start(YAML + """
                          path: socket
                          max-line-size: long
                """);

        assertReport(output, SOURCE + "unix-socket.max-line-size", "orders.yml] - 9:26", "'long'", "Set it to a size");
    }

    @Test
    void valueThatTheAdapterRefuses_isReported(CapturedOutput output) throws IOException {
        start(YAML + """
                          path: socket
                          max-line-size: 0B
                """);

        assertReport(output, SOURCE + "unix-socket.max-line-size", "orders.yml] - 9:26", "must be from 1", "Set it to");
    }

    @Test
    void missingRequiredKey_isReportedWithTheKeyToSet(CapturedOutput output) throws IOException {
        start(YAML + """
                          max-line-size: 1KB
                """);

        assertReport(
                output,
                SOURCE + "unix-socket.path",
                "not set; the stage comes from URL [file:" + this.folder.resolve("orders.yml") + "] - 4:19",
                "a source of type unix-socket needs a socket",
                "Set " + SOURCE + "unix-socket.path to the path");
    }

    @Test
    void twoWaysToReadTheToken_areReportedWithBothOrigins(CapturedOutput output) throws IOException {
        start(YAML + """
                          path: socket
                          token:
                            separator: ":"
                            reader: lines
                """);

        assertReport(
                output, SOURCE + "unix-socket.token.reader", "orders.yml] - 11:21", "orders.yml] - 10:24", "Remove");
    }

    @Test
    void tokenTypeThatALineCannotHold_isReported(CapturedOutput output) throws IOException {
        start(YAML.replace("java.lang.Integer", "java.util.UUID") + """
                          path: socket
                """);

        assertReport(
                output,
                "exit-left.stages.orders.token-type",
                "orders.yml] - 4:19",
                "java.util.UUID",
                "java.lang.Integer");
    }

    @Test
    void serverThatIsNotThere_isReported(CapturedOutput output) throws IOException {
        start(YAML + "          path: " + this.folder.resolve("nothing") + "\n");

        assertReport(
                output,
                SOURCE + "unix-socket.path",
                "orders.yml] - 8:17",
                "there is no server to connect to",
                "Start the server");
    }

    @Test
    void keysOfAnotherType_areReported(CapturedOutput output) throws IOException {
        start(YAML + """
                          path: socket
                        udp:
                          port: 0
                """);

        assertReport(
                output,
                SOURCE + "udp",
                "orders.yml] - ",
                "does not apply to " + SOURCE + "type=unix-socket",
                "Remove what is below " + SOURCE + "udp");
    }

    @Test
    void unknownType_isReportedWithTheForeignOneAmongThoseThatThereAre(CapturedOutput output) throws IOException {
        start(YAML.replace("type: unix-socket", "type: unixsocket") + """
                          path: socket
                """);

        assertReport(
                output,
                SOURCE + "type",
                "orders.yml] - 6:15",
                "there is no source of type 'unixsocket'",
                "unix-socket");
    }
}
