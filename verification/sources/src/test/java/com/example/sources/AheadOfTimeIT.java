package com.example.sources;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplicationAotProcessor;

/** Stages over each kind of source in an application that is processed ahead of time, as Boot's build plugin does it: B8. */
@Tag("slow")
class AheadOfTimeIT {

    @TempDir
    private Path folder;

    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        new Thread(this::echo, "accepts").start();
    }

    @AfterEach
    void closeServer() throws IOException {
        this.server.close();
    }

    /** Sends back to each connection whatever comes on it. */
    private void echo() {
        try {
            while (true) {
                Socket line = this.server.accept();
                new Thread(() -> echo(line), "echo").start();
            }
        } catch (IOException e) {
            // the test is over
        }
    }

    private static void echo(Socket line) {
        try (line) {
            line.getInputStream().transferTo(line.getOutputStream());
        } catch (IOException e) {
            // the application is over
        }
    }

    @Test
    void applicationProcessedAheadOfTime_asksOverEverySource() throws Exception {
        KafkaBroker kafka = KafkaBroker.running();
        kafka.topic("ahead-of-time", 1);
        String[] properties = {
            "--spring.main.banner-mode=off",
            "--spring.kafka.bootstrap-servers=" + kafka.address(),
            "--spring.artemis.mode=embedded",
            "--spring.datasource.url=" + PostgresDatabase.running().url(),
            "--exit-left.stages.kafka.token-type=java.lang.String",
            "--exit-left.stages.kafka.source.type=kafka",
            "--exit-left.stages.kafka.source.kafka.topics=ahead-of-time",
            "--exit-left.stages.kafka.source.kafka.token.key=true",
            "--exit-left.stages.jms.token-type=java.lang.String",
            "--exit-left.stages.jms.source.type=jms",
            "--exit-left.stages.postgres.token-type=java.lang.Integer",
            "--exit-left.stages.postgres.source.type=postgres",
            "--exit-left.stages.postgres.source.postgres.channels=done",
            "--exit-left.stages.postgres.source.postgres.token.reader=lengths",
            "--exit-left.stages.channel.token-type=java.lang.String",
            "--exit-left.stages.channel.source.type=channel",
            "--exit-left.stages.channel.source.channel.name=answers",
            "--exit-left.stages.channel.source.channel.token.expression=payload.id",
            "--exit-left.stages.tcp.token-type=java.lang.Integer",
            "--exit-left.stages.tcp.tokens.issue=sequence",
            "--exit-left.stages.tcp.tokens.bits=20",
            "--exit-left.stages.tcp.tokens.rest=until-answered",
            "--exit-left.stages.tcp.source.type=tcp",
            "--exit-left.stages.tcp.source.tcp.remote=127.0.0.1:" + this.server.getLocalPort(),
            "--exit-left.stages.tcp.source.tcp.connections=2",
            "--exit-left.stages.tcp.source.tcp.frame.delimiter=;",
            "--exit-left.stages.tcp.source.tcp.opening=greeting",
            "--exit-left.stages.tcp.source.tcp.token.reader=hexadecimals"
        };
        Path classes = this.folder.resolve("classes");
        Path sources = this.folder.resolve("sources");

        List<String> processing = new ArrayList<>(
                List.of(AheadOfTimeMain.class.getName(), sources.toString(), classes.toString(), classes.toString()));
        processing.addAll(List.of("com.example", "sources"));
        processing.addAll(List.of(properties));
        run(Jvm.of(SpringApplicationAotProcessor.class, List.of(), processing.toArray(String[]::new)));
        compile(sources, classes);
        String said =
                run(Jvm.with(classes, Jvm.of(AheadOfTimeMain.class, List.of("-Dspring.aot.enabled=true"), properties)));

        assertThat(said.lines())
                .filteredOn(line -> line.startsWith("heard"))
                .containsExactlyInAnyOrder(
                        "heard kafka, generated: true",
                        "heard jms, generated: true",
                        "heard postgres, generated: true",
                        "heard {id=id}, generated: true",
                        "heard tcp, generated: true");
    }

    /** What a process says until it ends. */
    private String run(ProcessBuilder builder) throws Exception {
        Path log = this.folder.resolve("log");
        Process process =
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            assertThat(Patience.waitFor(process)).as(Files.readString(log)).isZero();
            return Files.readString(log);
        } finally {
            process.destroyForcibly();
        }
    }

    private static void compile(Path sources, Path classes) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("-proc:none", "-nowarn", "-cp", Jvm.CLASS_PATH, "-d", classes.toString()));
        try (Stream<Path> files = Files.walk(sources)) {
            files.filter(Files::isRegularFile).map(Path::toString).forEach(arguments::add);
        }
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
                .isZero();
    }
}
