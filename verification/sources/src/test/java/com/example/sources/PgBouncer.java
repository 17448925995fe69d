package com.example.sources;

import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import io.github.exitleft.testing.Patience;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/** A real PgBouncer before the database, in a process of its own. */
final class PgBouncer implements AutoCloseable {

    private static final String REQUIRED = "EXITLEFT_REQUIRE_PGBOUNCER";

    private final Path directory;
    private final int port;
    private final Process process;

    /**
     * Starts one; without PgBouncer on this machine the test is skipped, or fails where {@code EXITLEFT_REQUIRE_PGBOUNCER} is
     * true.
     *
     * @param poolMode when it takes a session away from a client
     */
    PgBouncer(PostgresDatabase database, String poolMode) throws IOException {
        Path program = program();
        this.directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "pgbouncer-");
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = socket.getLocalPort();
        }
        boolean root = "root".equals(System.getProperty("user.name")); // PgBouncer refuses to run as root
        Path settings = Files.writeString(this.directory.resolve("pgbouncer.ini"), """
                [databases]
                postgres = host=127.0.0.1 port=%d user=postgres
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = any
                pool_mode = %s
                ignore_startup_parameters = extra_float_digits
                %s
                """.formatted(
                        database.port(), this.port, poolMode, root ? "user = nobody" : ""));
        File log = this.directory.resolve("pgbouncer.log").toFile();
        this.process = new ProcessBuilder(program.toString(), settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        await().atMost(Patience.LIMIT_OF_PROGRAMS).until(() -> {
            if (!this.process.isAlive()) {
                throw new AssertionError("PgBouncer ended: see " + log);
            }
            return accepts();
        });
    }

    private static Path program() {
        for (String directory : (System.getenv().getOrDefault("PATH", "") + ":/usr/sbin").split(File.pathSeparator)) {
            Path path = Path.of(directory, "pgbouncer");
            if (Files.isExecutable(path)) {
                return path;
            }
        }
        String message =
                "PgBouncer is not installed (Debian: apt-get install pgbouncer), so nothing was tried through it";
        if (Boolean.parseBoolean(System.getProperty(REQUIRED, System.getenv(REQUIRED)))) {
            return fail(message + ", and " + REQUIRED + " is true");
        }
        return abort(message);
    }

    private boolean accepts() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The database's address, reached through it. */
    String url() {
        return PostgresDatabase.url(this.port) + "&prepareThreshold=0";
    }

    @Override
    public void close() {
        this.process.destroyForcibly().onExit().join();
    }
}
