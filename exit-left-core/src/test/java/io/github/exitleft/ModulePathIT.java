package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.testing.Patience;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.spi.ToolProvider;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged jar as a module: what it says of itself, and a program on the module path that needs nothing else. */
class ModulePathIT {

    private static final String MODULE = "com.example.echo";
    private static final Path CORE = Path.of(System.getProperty("core.jar"));

    private static final String DESCRIPTOR = """
            module com.example.echo {
                requires io.github.exitleft;
            }
            """;

    private static final String PROGRAM = """
            package com.example.echo;

            import static io.github.exitleft.udp.Datagram.from;

            import io.github.exitleft.Stage;
            import io.github.exitleft.udp.Datagram;
            import io.github.exitleft.udp.DatagramTokens;
            import io.github.exitleft.udp.UdpSocket;
            import io.github.exitleft.udp.UdpSource;
            import java.net.InetAddress;
            import java.net.InetSocketAddress;
            import java.nio.ByteBuffer;
            import java.time.Duration;

            public final class Main {

                public static void main(String[] arguments) throws Exception {
                    InetSocketAddress server =
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
                    try (Stage<Integer, Datagram> stage = Stage.builder(
                                    "echo",
                                    Integer.class,
                                    UdpSource.builder().open(),
                                    DatagramTokens.at(Integer.class, 0, 4))
                            .defaultTimeout(Duration.ofMinutes(10))
                            .build()) {
                        UdpSocket socket = stage.backdoor(UdpSocket.class);
                        ByteBuffer request = ByteBuffer.allocate(8).putInt(1).putInt(42).flip();
                        Datagram answer = stage.call(1, from(server), () -> socket.send(server, request));
                        System.out.println(Main.class.getModule() + " has " + answer.getInt(4));
                        System.out.println(Stage.class.getModule());
                    }
                }
            }
            """;

    @TempDir
    private Path folder;

    @Test
    void moduleDescriptor_exportsWhatIsPublicAndNeedsNothingAtRunTime() {
        ModuleDescriptor descriptor =
                ModuleFinder.of(CORE).find("io.github.exitleft").orElseThrow().descriptor();

        assertThat(descriptor.isAutomatic()).isFalse();
        assertThat(descriptor.exports())
                .filteredOn(exports -> !exports.isQualified())
                .extracting(Exports::source)
                .containsExactlyInAnyOrder("io.github.exitleft", "io.github.exitleft.tcp", "io.github.exitleft.udp");
        assertThat(descriptor.requires())
                .filteredOn(requires -> !requires.modifiers().contains(Requires.Modifier.STATIC))
                .extracting(Requires::name)
                .containsExactly("java.base");
    }

    @Test
    void programOnTheModulePath_asksAndIsAnswered() throws Exception {
        String modulePath = compile() + File.pathSeparator + CORE;

        List<String> lines = run(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                "-p",
                modulePath,
                "-m",
                MODULE + "/" + MODULE + ".Main");

        assertThat(lines).containsExactly("module " + MODULE + " has 42", "module io.github.exitleft");
    }

    @Test
    void linkedImage_hasNoFlightRecorderAndWorks() throws Exception {
        Path image = folder.resolve("image");

        tool(
                "jlink",
                "--module-path",
                compile() + File.pathSeparator + CORE,
                "--add-modules",
                MODULE,
                "--output",
                image.toString());

        assertThat(modules(image)).containsExactlyInAnyOrder("java.base", MODULE, "io.github.exitleft");
        assertThat(run(image.resolve("bin").resolve("java"), "-m", MODULE + "/" + MODULE + ".Main"))
                .containsExactly("module " + MODULE + " has 42", "module io.github.exitleft");
    }

    private Path compile() throws Exception {
        Path source = Files.createDirectories(folder.resolve("source").resolve("com/example/echo"));
        Path descriptor = Files.writeString(folder.resolve("source").resolve("module-info.java"), DESCRIPTOR);
        Path program = Files.writeString(source.resolve("Main.java"), PROGRAM);
        Path classes = folder.resolve("classes");
        // the annotations are there to compile with, as Maven and Gradle see to, and absent at run time
        Path annotations = Path.of(NullMarked.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        tool(
                "javac",
                "-p",
                CORE + File.pathSeparator + annotations,
                "-d",
                classes.toString(),
                descriptor.toString(),
                program.toString());
        return classes;
    }

    private static void tool(String name, String... arguments) {
        StringWriter output = new StringWriter();
        PrintWriter writer = new PrintWriter(output);
        int status = ToolProvider.findFirst(name).orElseThrow().run(writer, writer, arguments);
        assertThat(status).as("%s: %s", name, output).isZero();
    }

    private static Set<String> modules(Path image) throws Exception {
        String release = Files.readString(image.resolve("release"));
        String modules = release.lines()
                .filter(line -> line.startsWith("MODULES="))
                .findFirst()
                .orElseThrow();
        return Set.of(modules.substring("MODULES=".length()).replace("\"", "").split(" "));
    }

    /** Returns what the program wrote, which is given the port of a server that answers one datagram with the same. */
    private static List<String> run(Path java, String... arguments) throws Exception {
        try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            List<String> command = new ArrayList<>(List.of(arguments));
            command.add(0, java.toString());
            command.add(String.valueOf(server.getLocalPort()));
            Path output = Files.createTempFile("module-path", ".txt");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                // ends a wait for a program that failed before it asked
                process.onExit().thenRun(server::close);
                DatagramPacket packet = new DatagramPacket(new byte[8], 8);
                server.receive(packet);
                server.send(packet);
            } catch (SocketException ended) {
                assertThat(ended).hasMessageContaining("closed");
            } finally {
                try {
                    Patience.waitFor(process);
                } finally {
                    process.destroyForcibly();
                }
            }
            List<String> lines = Files.readAllLines(output);
            Files.delete(output);
            return lines;
        }
    }
}
