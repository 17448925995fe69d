package com.example.peers;

import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import io.github.exitleft.testing.Patience;
import java.io.File;
import java.io.IOException;
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
 * A server of Debian's, in a process of its own, on a free port of loopback, for the tests of one class.
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
    private Path directory;
    private Path log;
    private InetSocketAddress address;
    private Process process;

    RealPeer(String debianPackage, String... programs) {
        this.debianPackage = debianPackage;
        this.programs = List.of(programs);
    }

    /** Writes its settings and returns the command that runs it in the foreground, logging to its standard output. */
    abstract List<String> command(String program, Path directory, int port) throws IOException;

    /** Returns what it answers as soon as it is ready. */
    abstract byte[] probe();

    /** Returns an address on which it can listen, UDP's unless overridden. */
    InetSocketAddress freeAddress() throws IOException {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        try (var socket = new DatagramSocket(0, loopback)) {
            return new InetSocketAddress(loopback, socket.getLocalPort());
        }
    }

    /** Asks whether it is ready, with a datagram unless overridden. */
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
        this.directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), this.debianPackage + "-")
                .toAbsolutePath();
        this.address = freeAddress();
        this.log = this.directory.resolve("output.log");
        start(program);
    }

    private void start(String program) throws IOException {
        var builder = new ProcessBuilder(command(program, this.directory, this.address.getPort()))
                .directory(this.directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(this.log.toFile()));
        builder.environment().putAll(environment(this.directory));
        this.process = builder.start();
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

    /** Kills it without a warning, as {@code kill -9} does. */
    final void kill() throws InterruptedException {
        this.process.destroyForcibly();
        Patience.waitFor(this.process);
    }

    /** Starts it again after it was killed, on the same port. */
    final void startAgain() throws IOException {
        start(program());
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
            kill();
        }
    }
}
