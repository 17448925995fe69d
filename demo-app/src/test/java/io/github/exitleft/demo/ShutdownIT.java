package io.github.exitleft.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.demo.stun.LoopbackStunServers;
import io.github.exitleft.testing.Patience;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A stop of the application while requests wait for replies. */
class ShutdownIT {

    private static final int REQUESTS = 100;

    @Test
    void stopWithRequestsInFlight_answersAllAndFreesThePorts() throws Exception {
        RunningDemo demo = RunningDemo.start("demo.stun.loopback.loss=1", "exit-left.stages.stun.default-timeout=60s");
        LoopbackStunServers loopback = demo.servers();
        int udpPort = demo.udpPort();
        List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            responses.add(demo.begin(i % 10 == 0 ? "/api/nat" : "/api/bindings?server=" + demo.server(i % 2)));
        }
        int servers = loopback.addresses().size();
        await().until(() -> demo.stage().snapshot(0).role().tickets() == REQUESTS * 9 / 10 + REQUESTS / 10 * servers);
        assertThat(responses).noneMatch(CompletableFuture::isDone);

        CompletableFuture<Void> stopped = CompletableFuture.runAsync(demo::close);
        await().until(() -> demo.context().isClosed());
        loopback.loss(0);

        for (CompletableFuture<HttpResponse<String>> response : responses) {
            assertThat(Patience.get(response).statusCode()).isEqualTo(200);
            assertThat(response.join().body()).contains("127.0.0.1:" + udpPort).doesNotContain("error");
        }
        Patience.get(stopped);
        assertThat(demo.context().isActive()).isFalse();
        try (ServerSocket tcp = new ServerSocket(demo.port());
                DatagramSocket udp = new DatagramSocket(new InetSocketAddress(udpPort))) {
            assertThat(tcp.isBound()).isTrue();
            assertThat(udp.isBound()).isTrue();
        }
    }
}
