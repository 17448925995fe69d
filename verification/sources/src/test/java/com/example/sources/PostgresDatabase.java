package com.example.sources;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A real PostgreSQL database in processes of its own, one for all tests; it can be stopped and started again. */
final class PostgresDatabase {

    private static PostgresDatabase shared;

    private final Path directory; // for the programs, which are unpacked once
    private final Path data;
    private int port;
    private EmbeddedPostgres server;

    private PostgresDatabase() throws IOException {
        this.directory = Files.createDirectories(Path.of("target", "postgres").toAbsolutePath());
        this.data = Files.createTempDirectory(this.directory, "data-");
    }

    /** The database, running. */
    static synchronized PostgresDatabase running() {
        try {
            if (shared == null) {
                shared = new PostgresDatabase();
                Runtime.getRuntime().addShutdownHook(new Thread(shared::stop));
            }
            if (shared.server == null) {
                shared.start();
            }
            return shared;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void start() throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(this.data)
                .setOverrideWorkingDirectory(this.directory.toFile())
                .setCleanDataDirectory(false)
                .setServerConfig("fsync", "off")
                .setPGStartupWait(Duration.ofSeconds(60));
        if (this.port != 0) {
            builder.setPort(this.port);
        }
        this.server = builder.start();
        this.port = this.server.getPort();
    }

    /** Ends it as an impatient administrator would. */
    void stop() {
        try {
            if (this.server != null) {
                this.server.close();
                this.server = null;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return this.port;
    }

    String url() {
        return url(this.port);
    }

    /** The database's address, reached by another port. */
    static String url(int port) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres";
    }
}
