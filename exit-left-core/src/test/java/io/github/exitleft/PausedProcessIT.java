package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A real process that is stopped for longer than its callers wait, while their answers come. */
class PausedProcessIT {

    /** Longer than after what a head counts as one that hangs, and than any caller waits but one. */
    private static final Duration PAUSE = Duration.ofSeconds(6);

    @Test
    @DisabledOnOs(OS.WINDOWS) // has no signal that stops a process
    void m7_processThatIsStopped_getsWhatCameMeanwhileAndBlamesNoCallback() throws Exception {
        try (DatagramSocket peer = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            peer.setSoTimeout(60_000);
            Process process = start(peer.getLocalPort());
            try {
                Map<Integer, SocketAddress> requests = requests(peer);
                signal("-STOP", process);
                for (int i = 0; i < 10; i++) { // more than the answers have to be looked through
                    answer(peer, 1_000_000 + i, requests.get(0));
                }
                List<Integer> shuffled = new ArrayList<>(requests.keySet());
                Collections.reverse(shuffled); // that of the one that has time enough comes last
                for (Integer token : shuffled) {
                    answer(peer, token, requests.get(token));
                }
                long stopped = System.nanoTime();
                await().until(() -> System.nanoTime() - stopped > PAUSE.toNanos());
                signal("-CONT", process);

                Patience.waitFor(process);
                List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .toList();
                assertThat(lines)
                        .filteredOn(line -> line.startsWith("caller: "))
                        .hasSize(PausedProcess.CALLERS + 1)
                        .containsOnly("caller: answered");
                assertThat(lines).noneMatch(line -> line.startsWith("log: "));
                String longest = lines.get(PausedProcess.CALLERS + 1);
                assertThat(Duration.parse(longest.substring("longest unattended: ".length())))
                        .isLessThan(Duration.ofSeconds(5));
                assertThat(lines).endsWith("end");
            } finally {
                process.destroyForcibly();
            }
        }
    }

    private static Process start(int port) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        PausedProcess.class.getName(),
                        String.valueOf(port))
                .redirectErrorStream(true)
                .start();
    }

    /** Waits for the requests of all callers; from where each came, by its token. */
    private static Map<Integer, SocketAddress> requests(DatagramSocket peer) throws Exception {
        Map<Integer, SocketAddress> requests = new LinkedHashMap<>();
        var packet = new DatagramPacket(new byte[16], 16);
        while (requests.size() <= PausedProcess.CALLERS) {
            peer.receive(packet);
            requests.put(ByteBuffer.wrap(packet.getData()).getInt(), packet.getSocketAddress());
        }
        assertThat(requests).containsKey(0);
        Map<Integer, SocketAddress> sorted = new LinkedHashMap<>();
        requests.keySet().stream().sorted().forEach(token -> sorted.put(token, requests.get(token)));
        return sorted;
    }

    private static void answer(DatagramSocket peer, int token, SocketAddress to) throws Exception {
        peer.send(new DatagramPacket(ByteBuffer.allocate(4).putInt(token).array(), 4, to));
    }

    private static void signal(String signal, Process process) throws Exception {
        Process kill = new ProcessBuilder("kill", signal, String.valueOf(process.pid()))
                .inheritIO()
                .start();
        assertThat(kill.waitFor()).as("kill " + signal).isZero();
    }
}
