package io.github.exitleft.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The demo against a STUN server that others have written. */
class CoturnIT {

    @TempDir
    Path directory;

    @Test
    void coturnOnTwoAddresses_seesThePortOfTheStageOnBoth() throws IOException, InterruptedException {
        Path turnserver = Programs.require("coturn", "turnserver");
        int port = freePort();
        List<String> servers = List.of("127.0.0.1:" + port, "127.0.0.2:" + port);
        Process process = new ProcessBuilder(List.of(
                        turnserver.toString(),
                        "-n",
                        "--stun-only",
                        "--no-tls",
                        "--no-dtls",
                        "--no-cli",
                        "--no-tcp",
                        "-L",
                        "127.0.0.1",
                        "-L",
                        "127.0.0.2",
                        "-p",
                        String.valueOf(port),
                        "--log-file",
                        "stdout",
                        "--pidfile",
                        directory.resolve("turnserver.pid").toString(),
                        "--userdb",
                        directory.resolve("turndb").toString()))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(new File(directory.toFile(), "turnserver.log"))
                .start();
        try (RunningDemo demo = RunningDemo.start("demo.stun.servers=" + String.join(",", servers))) {
            await().until(() ->
                    demo.json("/api/nat").path("bindings").findValues("error").isEmpty());

            JsonNode check = demo.json("/api/nat");

            String seen = "127.0.0.1:" + demo.udpPort();
            assertThat(check.path("localPort").asInt()).isEqualTo(demo.udpPort());
            assertThat(check.path("mapping").asString()).isEqualTo("endpoint-independent");
            assertThat(check.path("bindings").findValuesAsString("server")).isEqualTo(servers);
            assertThat(check.path("bindings").findValuesAsString("mappedAddress"))
                    .containsExactly(seen, seen);
            for (String server : servers) {
                assertThat(demo.json("/api/bindings?server=" + server)
                                .path("mappedAddress")
                                .asString())
                        .isEqualTo(seen);
            }
            System.out.println("coturn: " + check);
        } finally {
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    private static int freePort() throws IOException {
        try (DatagramSocket one = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
                DatagramSocket two = new DatagramSocket(new InetSocketAddress("127.0.0.2", one.getLocalPort()))) {
            return two.getLocalPort();
        }
    }
}
