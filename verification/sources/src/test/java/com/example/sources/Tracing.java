package com.example.sources;

import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.micrometer.tracing.propagation.Propagator;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;

/** The tracer of one service: Micrometer Tracing over OpenTelemetry, with its finished spans in memory. */
final class Tracing implements AutoCloseable {

    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final SdkTracerProvider provider = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(this.spans))
            .build();

    final Tracer tracer;
    final Propagator propagator;
    final ObservationRegistry observations = ObservationRegistry.create();

    Tracing(String service) {
        io.opentelemetry.api.trace.Tracer tracing = this.provider.get(service);
        this.tracer = new OtelTracer(tracing, new OtelCurrentTraceContext(), event -> {});
        this.propagator =
                new OtelPropagator(ContextPropagators.create(W3CTraceContextPropagator.getInstance()), tracing);
        this.observations
                .observationConfig()
                .observationHandler(
                        new io.micrometer.observation.ObservationHandler.FirstMatchingCompositeObservationHandler(
                                new PropagatingSenderTracingObservationHandler<>(this.tracer, this.propagator),
                                new PropagatingReceiverTracingObservationHandler<>(this.tracer, this.propagator),
                                new DefaultTracingObservationHandler(this.tracer)));
    }

    /** The spans that have ended. */
    List<SpanData> spans() {
        return this.spans.getFinishedSpanItems();
    }

    /** The span whose name begins so. */
    SpanData span(String name) {
        return spans().stream()
                .filter(span -> span.getName().startsWith(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no span '" + name + "' in " + spans()));
    }

    @Override
    public void close() {
        CompletableResultCode closing = this.provider.shutdown();
        if (!closing.isDone()) {
            throw new AssertionError("spans in memory have nothing to wait for");
        }
    }
}
