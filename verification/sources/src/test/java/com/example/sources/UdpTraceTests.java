package com.example.sources;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.CallOptions;
import io.github.exitleft.Resends;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.autoconfigure.observation.StageObservationAutoConfiguration;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** A call over UDP in a trace: its sender writes the context into the request, and the span of the peer is beneath that of the call (B3). */
class UdpTraceTests {

    /** A service of its own, with a tracer of its own, that answers each request to which its client does not lose the answer. */
    private static final class Server implements AutoCloseable {

        final Tracing tracing = new Tracing("server");
        private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        private final Thread thread = new Thread(this::serve, "server of UdpTraceTests");

        /** How many requests are lost before one is answered. */
        private int lost;

        Server(int lost) throws IOException {
            this.lost = lost;
            this.thread.setDaemon(true);
            this.thread.start();
        }

        InetSocketAddress address() {
            return (InetSocketAddress) this.socket.getLocalSocketAddress();
        }

        private void serve() {
            try {
                while (true) {
                    var request = new DatagramPacket(new byte[1500], 1500);
                    this.socket.receive(request);
                    String text = new String(request.getData(), 0, request.getLength(), US_ASCII);
                    if (this.lost-- > 0) {
                        continue;
                    }
                    Span span = this.tracing
                            .propagator
                            .extract(text, (carrier, key) -> key.equals("traceparent") ? carrier.substring(4) : null)
                            .kind(Span.Kind.SERVER)
                            .name("answer")
                            .start();
                    span.end();
                    byte[] reply = text.substring(0, 4).getBytes(US_ASCII);
                    this.socket.send(new DatagramPacket(reply, reply.length, request.getSocketAddress()));
                }
            } catch (IOException e) {
                // closed
            }
        }

        @Override
        public void close() {
            this.socket.close();
            await().until(() -> !this.thread.isAlive());
            this.tracing.close();
        }
    }

    private final Tracing client = new Tracing("client");
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ExitLeftAutoConfiguration.class, StageObservationAutoConfiguration.class))
            .withBean(ObservationRegistry.class, () -> this.client.observations)
            .withPropertyValues(
                    "management.observations.stages.show-token=true",
                    "exit-left.stages.stun.token-type=java.lang.String",
                    "exit-left.stages.stun.default-timeout=1m",
                    "exit-left.stages.stun.keeper=always",
                    "exit-left.stages.stun.source.type=udp",
                    "exit-left.stages.stun.source.udp.address=127.0.0.1",
                    "exit-left.stages.stun.source.udp.token.offset=0",
                    "exit-left.stages.stun.source.udp.token.length=4");

    /** The text of a token that is written so. */
    private static String token(String written) {
        return HexFormat.of().formatHex(written.getBytes(US_ASCII));
    }

    /** Writes the context of the present span behind the token. */
    private byte[] request(String token) {
        Map<String, String> headers = new HashMap<>();
        Span now = this.client.tracer.currentSpan();
        this.client.propagator.inject(now.context(), headers, Map::put);
        return (token + headers.get("traceparent")).getBytes(US_ASCII);
    }

    @SuppressWarnings("unchecked") // as the properties say
    private static Stage<String, Datagram> stage(ApplicationContext context) {
        return context.getBean("stun", Stage.class);
    }

    @Test
    void b3_callAndItsAnswer_areInTheTraceOfTheRequestThatAsks() throws Exception {
        try (var server = new Server(1)) {
            this.runner.run(context -> {
                Stage<String, Datagram> stage = stage(context);
                UdpSocket socket = stage.backdoor(UdpSocket.class);
                Observation.createNotStarted("request", this.client.observations)
                        .observeChecked(() -> stage.call(
                                token("aaaa"),
                                CallOptions.<Datagram>defaults().resend(Resends.every(Duration.ofMillis(200))),
                                () -> socket.send(server.address(), request("aaaa"))));
            });

            SpanData request = this.client.span("request");
            SpanData call = this.client.span("stun call");
            SpanData answer = server.tracing.span("answer");
            assertThat(call.getParentSpanId()).isEqualTo(request.getSpanId());
            assertThat(answer.getParentSpanId()).isEqualTo(call.getSpanId());
            assertThat(answer.getTraceId()).isEqualTo(request.getTraceId());
            assertThat(call.getEvents())
                    .extracting(EventData::getName)
                    .startsWith("sent", "resent")
                    .endsWith("received");
            assertThat(call.getStatus().getStatusCode()).isNotEqualTo(StatusCode.ERROR);
            assertThat(call.getAttributes().asMap().toString())
                    .contains(
                            "exitleft.stage=stun",
                            "exitleft.source.type=udp",
                            "exitleft.call.kind=call",
                            "exitleft.exit=",
                            "exitleft.token=61616161")
                    .doesNotContain("error");
            print(List.of(request, call, answer));
        }
    }

    @Test
    void b3_futureAndItsAnswer_areInTheTraceToo() throws Exception {
        try (var server = new Server(0)) {
            this.runner.run(context -> {
                Stage<String, Datagram> stage = stage(context);
                UdpSocket socket = stage.backdoor(UdpSocket.class);
                Observation.createNotStarted("request", this.client.observations)
                        .observeChecked(() -> stage.callAsync(
                                        token("bbbb"), () -> socket.send(server.address(), request("bbbb")))
                                .join());
            });

            SpanData call = this.client.span("stun call");
            assertThat(call.getParentSpanId())
                    .isEqualTo(this.client.span("request").getSpanId());
            await().untilAsserted(() -> assertThat(server.tracing.spans()).hasSize(1));
            assertThat(server.tracing.span("answer").getParentSpanId()).isEqualTo(call.getSpanId());
        }
    }

    @Test
    void b3_callThatTimesOut_isASpanWithAnError() throws Exception {
        try (var server = new Server(Integer.MAX_VALUE)) {
            this.runner.run(context -> {
                Stage<String, Datagram> stage = stage(context);
                UdpSocket socket = stage.backdoor(UdpSocket.class);
                var future = stage.callAsync(
                        token("cccc"),
                        CallOptions.<Datagram>defaults().timeout(Duration.ofMillis(50)),
                        () -> socket.send(server.address(), request("cccc")));
                await().until(future::isDone);
            });

            SpanData call = this.client.span("stun call");
            assertThat(call.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(call.getAttributes().asMap().toString()).contains("exitleft.exit=timed-out");
        }
    }

    static void print(List<SpanData> trace) {
        for (SpanData span : trace) {
            System.out.println(span.getInstrumentationScopeInfo().getName() + ": " + span.getName() + " span="
                    + span.getSpanId() + " parent=" + span.getParentSpanId() + " trace=" + span.getTraceId()
                    + " events="
                    + span.getEvents().stream().map(EventData::getName).toList() + " "
                    + span.getAttributes().asMap());
        }
    }
}
