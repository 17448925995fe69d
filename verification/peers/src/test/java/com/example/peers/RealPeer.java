package com.example.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import io.github.exitleft.testing.Patience;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * A server of Debian's, in a process of its own, on a free port of loopback (UDP unless the subclass has another), for the
 * tests of one class.
 *
 * <p>Without it on this machine each test is skipped, or fails where the property or environment variable {@code
 * EXITLEFT_REQUIRE_…}, with the package's name, is true. A test that fails shows what the server has logged.
 */
abstract class RealPeer
        implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback, TestExecutionExceptionHandler {

    private static final int PROBE_MILLIS = 100;
    private static final int SHOWN = 4_000;

    private final String debianPackage;
    private final List<String> programs;
    private Path log;
    private InetSocketAddress address;
    private ProcessBuilder builder;
    private Process process;

    RealPeer(String debianPackage, String... programs) {
        this.debianPackage = debianPackage;
        this.programs = List.of(programs);
    }

    /** Writes its settings and returns the command that runs it in the foreground, logging to its standard output. */
    abstract List<String> command(String program, Path directory, int port) throws IOException;

    /** Returns a datagram that it answers as soon as it is ready. */
    abstract byte[] probe();

    /** Returns variables of its environment, beside those of this process. */
    Map<String, String> environment(Path directory) {
        return Map.of();
    }

    /** Returns where it listens. */
    final InetSocketAddress address() {
        return this.address;
    }

    @Override
    public final void beforeAll(ExtensionContext context) throws IOException {
        String program = program();
        if (program == null) {
            return;
        }
        Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), this.debianPackage + "-")
                .toAbsolutePath();
        this.address = freeAddress();
        this.log = directory.resolve("output.log");
        this.builder = new ProcessBuilder(command(program, directory, this.address.getPort()))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(this.log.toFile()));
        this.builder.environment().putAll(environment(directory));
        start();
    }

    /** Starts the server, again after {@link #kill()}, and waits until it answers. */
    final void start() throws IOException {
        String program = this.builder.command().get(0);
        this.process = this.builder.start();
        try {
            await("answer of " + program).atMost(Patience.LIMIT_OF_PROGRAMS).until(() -> {
                if (!this.process.isAlive()) {
                    throw new AssertionError(program + " ended with status " + this.process.exitValue());
                }
                return answers();
            });
        } catch (Throwable e) {
            e.addSuppressed(logged());
            throw e;
        }
    }

    /** Kills the server, as {@code kill -9} does, and waits for its end. */
    final void kill() throws InterruptedException {
        this.process.destroyForcibly();
        Patience.waitFor(this.process);
    }

    /** Sends the server a signal, such as STOP. */
    final void signal(String name) throws IOException, InterruptedException {
        Process sending = new ProcessBuilder("kill", "-" + name, Long.toString(this.process.pid()))
                .inheritIO()
                .start();
        assertThat(Patience.waitFor(sending)).as("status of kill").isZero();
    }

    /** Returns what it has logged so far. */
    final String log() {
        try {
            return Files.readString(this.log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the program's path; null if it is not on this machine. */
    private String program() {
        for (String directory : (System.getenv().getOrDefault("PATH", "") + ":/usr/sbin").split(File.pathSeparator)) {
            for (String program : this.programs) {
                Path path = Path.of(directory, program);
                if (Files.isExecutable(path)) {
                    return path.toString();
                }
            }
        }
        return null;
    }

    @Override
    public final void beforeEach(ExtensionContext context) {
        if (this.process != null) {
            return;
        }
        String required = "EXITLEFT_REQUIRE_"
                + this.debianPackage.toUpperCase(Locale.ROOT).replace('-', '_');
        String message = this.programs.get(0) + " is not installed (Debian: apt-get install " + this.debianPackage
                + "), so nothing was asked of it";
        if (Boolean.parseBoolean(System.getProperty(required, System.getenv(required)))) {
            fail(message + ", and " + required + " is true");
        }
        abort(message);
    }

    /** Returns a free address of loopback. */
    InetSocketAddress freeAddress() throws IOException {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        try (var socket = new DatagramSocket(0, loopback)) {
            return new InetSocketAddress(loopback, socket.getLocalPort());
        }
    }

    /** Returns whether it answers the probe. */
    boolean answers() throws IOException {
        try (var socket = new DatagramSocket(0, this.address.getAddress())) {
            socket.connect(this.address);
            socket.setSoTimeout(PROBE_MILLIS);
            byte[] probe = probe();
            socket.send(new DatagramPacket(probe, probe.length));
            socket.receive(new DatagramPacket(new byte[1], 1));
            return true;
        } catch (PortUnreachableException | SocketTimeoutException e) {
            return false;
        }
    }

    @Override
    public final void handleTestExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        thrown.addSuppressed(logged());
        throw thrown;
    }

    private AssertionError logged() {
        try {
            String text = Files.readString(this.log);
            return new AssertionError(this.log + " ends with:\n" + text.substring(Math.max(0, text.length() - SHOWN)));
        } catch (IOException e) {
            return new AssertionError(this.log + " can't be read", e);
        }
    }

    @Override
    public final void afterAll(ExtensionContext context) throws InterruptedException {
        if (this.process != null) {
            this.process.destroyForcibly();
            Patience.waitFor(this.process);
        }
    }
}
