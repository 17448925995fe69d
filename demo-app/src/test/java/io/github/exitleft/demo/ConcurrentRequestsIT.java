package io.github.exitleft.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.demo.stun.LoopbackStunServers;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Thousands of REST requests at once over the one UDP port, most of whose replies are read by others' threads. */
@Tag("slow")
class ConcurrentRequestsIT {

    private static final int REQUESTS = 2_000;
    private static final int SERVERS = 500;
    private static final int SILENT = 20;

    /** Long enough for the rush of the beginning to be over when time runs out, since that is what is measured. */
    private static final Duration TIMEOUT = Duration.ofSeconds(8);

    @Test
    void requestsWithLossAndShuffledReplies_getTheirOwnAnswerOrATimeoutInTime() {
        InetSocketAddress[] wanted = new InetSocketAddress[SERVERS];
        for (int i = 0; i < SERVERS; i++) {
            wanted[i] = new InetSocketAddress("127.0.0.1", 0);
        }
        // each server sees another address, so that an answer shows which server it comes from
        try (LoopbackStunServers servers = LoopbackStunServers.builder()
                        .listenOn(wanted)
                        .delay(Duration.ofMillis(1), Duration.ofMillis(300))
                        .nat((server, client) -> seenBy(server))
                        .start();
                FakeServer silent = FakeServer.answering((socket, request) -> {});
                RunningDemo demo = RunningDemo.with(
                                "exit-left.stages.stun.default-timeout=" + TIMEOUT.toSeconds() + "s",
                                "demo.stun.allow-any-server=true")
                        .bean(servers)
                        .bean(new Stopwatch())
                        .start()) {
            int warmUp = warmUp(demo);
            Stopwatch stopwatch = demo.context().getBean(Stopwatch.class);
            stopwatch.durations.clear();
            servers.loss(0.2);
            var overslept = new LongAccumulator(Math::max, 0);
            Thread control = sleeper(overslept);

            List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                String server = i < SILENT ? silent.address() : demo.server(i % SERVERS);
                responses.add(demo.begin("/api/bindings?server=" + server));
            }
            int answered = 0;
            for (int i = 0; i < REQUESTS; i++) {
                HttpResponse<String> response = responses.get(i).join();
                if (response.statusCode() == 200) {
                    answered++;
                    JsonNode binding = RunningDemo.json(response);
                    InetSocketAddress asked = servers.addresses().get(i % SERVERS);
                    assertThat(binding.path("server").asString()).isEqualTo(ServerAddress.text(asked));
                    assertThat(binding.path("mappedAddress").asString()).isEqualTo(ServerAddress.text(seenBy(asked)));
                } else {
                    Problems.detail(response, 504);
                }
            }

            control.interrupt();

            // five sends in the time there is: one in some thousand requests is lost each time
            assertThat(answered).isBetween(REQUESTS * 9 / 10, REQUESTS - SILENT);
            assertThat(stopwatch.durations).hasSize(REQUESTS);
            Duration slowest = Collections.max(stopwatch.durations);
            assertThat(slowest.minusNanos(10 * overslept.longValue())).isLessThan(TIMEOUT.plusSeconds(1));
            JsonNode stage = demo.shown();
            assertThat(stage.path("waiters").asInt(-1)).isZero();
            assertThat(stage.path("tickets").asInt(-1)).isZero();
            assertThat(stage.has("head")).isFalse();
            assertThat(stage.path("messages").path("delivered").asInt()).isEqualTo(answered + warmUp);
            assertThat(stage.path("messages").path("foreign").asInt(-1)).isZero();
            assertThat(stage.path("messages").path("unknown").asInt(-1)).isZero();
            assertThat(stage.path("messages").path("unreadable").asInt(-1)).isZero();
            System.out.println(answered + " of " + REQUESTS + " answered, the slowest in " + slowest + "; " + stage);
        }
    }

    /** What is loaded and compiled by the first requests is not what is timed. */
    private static int warmUp(RunningDemo demo) {
        int requests = 200;
        List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            responses.add(demo.begin("/api/bindings?server=" + demo.server(i)));
        }
        assertThat(responses).allMatch(response -> response.join().statusCode() == 200);
        return requests;
    }

    /** Finds out by how much this machine oversleeps at most, without any stage. */
    private static Thread sleeper(LongAccumulator overslept) {
        Thread sleeper = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                long start = System.nanoTime();
                LockSupport.parkNanos(1_000_000);
                overslept.accumulate(System.nanoTime() - start - 1_000_000);
            }
        });
        sleeper.setDaemon(true);
        sleeper.start();
        return sleeper;
    }

    private static InetSocketAddress seenBy(InetSocketAddress server) {
        return new InetSocketAddress("203.0.113.5", server.getPort());
    }

    /** Takes the time from the controller's start, or a little before, to its end. */
    static final class Stopwatch implements Filter {

        private final Queue<Duration> durations = new ConcurrentLinkedQueue<>();

        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            long start = System.nanoTime();
            try {
                chain.doFilter(request, response);
            } finally {
                durations.add(Duration.ofNanos(System.nanoTime() - start));
            }
        }
    }
}
