package io.github.exitleft.benchmarks;

import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.autoconfigure.observation.StageObservationAutoConfiguration;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeoutException;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** Ours as Spring Boot makes it, with or without a trace of each call: one that the starter makes, or the caller by hand. */
final class ObservedContender implements Contender {

    private static final Observation.Event SENT = Observation.Event.of("sent");
    private static final Observation.Event RECEIVED = Observation.Event.of("received");

    private final InetSocketAddress peer;
    private final SdkTracerProvider tracing;
    private final ObservationRegistry observations = ObservationRegistry.create();
    private final boolean byHand;
    private final ConfigurableApplicationContext context;
    private final Stage<Long, Datagram> stage;
    private final UdpSocket socket;

    /** Whether calls are traced, and by what. */
    private enum Traced {
        NOT,
        BY_STARTER,
        BY_HAND
    }

    private ObservedContender(InetSocketAddress peer, Traced traced) {
        this.peer = peer;
        this.byHand = traced == Traced.BY_HAND;
        // each span is recorded and ended, and then goes nowhere: what an exporter costs is not the stage's
        this.tracing = SdkTracerProvider.builder()
                .addSpanProcessor(SimpleSpanProcessor.create(SpanExporter.composite()))
                .build();
        // the starter sees a registry without a handler unless it is to trace
        ObservationRegistry seen = traced == Traced.BY_STARTER ? observations : ObservationRegistry.create();
        if (traced != Traced.NOT) {
            var tracer = new OtelTracer(tracing.get("exit-left benchmark"), new OtelCurrentTraceContext(), event -> {});
            observations.observationConfig().observationHandler(new DefaultTracingObservationHandler(tracer));
        }
        this.context = new SpringApplicationBuilder(
                        ExitLeftAutoConfiguration.class, StageObservationAutoConfiguration.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .initializers(application ->
                        ((GenericApplicationContext) application).registerBean(ObservationRegistry.class, () -> seen))
                .properties(
                        "exit-left.stages.observed.token-type=java.lang.Long",
                        "exit-left.stages.observed.default-timeout=" + Caller.TIMEOUT_SECONDS + "s",
                        "exit-left.stages.observed.max-tickets=100000",
                        "exit-left.stages.observed.source.type=udp",
                        "exit-left.stages.observed.source.udp.address="
                                + InetAddress.getLoopbackAddress().getHostAddress(),
                        "exit-left.stages.observed.source.udp.receive-buffer-size=" + Channels.RECEIVE_BUFFER_SIZE
                                + "B",
                        "exit-left.stages.observed.source.udp.token.offset=0",
                        "exit-left.stages.observed.source.udp.token.length=" + Long.BYTES)
                .run();
        this.stage = stage(context);
        this.socket = stage.backdoor(UdpSocket.class);
    }

    /** Makes a stage whose calls nothing observes. */
    static ObservedContender untraced(InetSocketAddress peer) {
        return new ObservedContender(peer, Traced.NOT);
    }

    /** Makes a stage each call of which is a span of OpenTelemetry's by way of Micrometer. */
    static ObservedContender traced(InetSocketAddress peer) {
        return new ObservedContender(peer, Traced.BY_STARTER);
    }

    /** Makes a stage whose callers put an observation with the same names and events around each call. */
    static ObservedContender tracedByHand(InetSocketAddress peer) {
        return new ObservedContender(peer, Traced.BY_HAND);
    }

    @SuppressWarnings("unchecked") // as the properties say
    private static Stage<Long, Datagram> stage(ConfigurableApplicationContext context) {
        return context.getBean("observed", Stage.class);
    }

    @Override
    public Caller caller() {
        return byHand ? this::exchangeObservedByHand : new StageContender.OneThread(stage, socket, peer);
    }

    private long exchangeObservedByHand(long token, ByteBuffer request) throws Exception {
        Observation observation = Observation.createNotStarted("exitleft.stage.call", observations)
                .contextualName("observed call")
                .lowCardinalityKeyValue("exitleft.stage", "observed")
                .lowCardinalityKeyValue("exitleft.source.type", "udp")
                .lowCardinalityKeyValue("exitleft.call.kind", "call")
                .lowCardinalityKeyValue("error", "none")
                .start();
        try {
            Datagram answer = stage.call(token, () -> {
                observation.scopedChecked(() -> socket.send(peer, request));
                observation.event(SENT);
            });
            observation.event(RECEIVED);
            observation.lowCardinalityKeyValue("exitleft.exit", "answered");
            return answer.getLong(Wire.ANSWER_AT);
        } catch (StageTimeoutException e) {
            observation.error(e);
            throw new TimeoutException(e.getMessage());
        } finally {
            observation.stop();
        }
    }

    @Override
    public long headChanges() {
        return stage.snapshot(0).role().headChanges();
    }

    @Override
    public long handOvers() {
        return stage.snapshot(0).role().promotions();
    }

    @Override
    public void close() {
        if (context.isActive()) {
            context.close();
            tracing.close();
        }
    }
}
