package com.example.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.autoconfigure.observation.StageObservationAutoConfiguration;
import io.github.exitleft.spring.boot.kafka.KafkaSender;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.messaging.handler.annotation.SendTo;

/** A call over Kafka, between two services with a tracer each: one trace, in which the template's span is beneath that of the call (B3). */
class KafkaTraceIT {

    private static final String REQUESTS = "traced-requests";
    private static final String REPLIES = "traced-replies";

    private final KafkaBroker broker = KafkaBroker.running();
    private final Tracing client = new Tracing("client");
    private final Tracing server = new Tracing("server");

    private ApplicationContextRunner service(Tracing tracing) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        KafkaAutoConfiguration.class,
                        ExitLeftAutoConfiguration.class,
                        StageObservationAutoConfiguration.class))
                .withBean(ObservationRegistry.class, () -> tracing.observations)
                .withPropertyValues(
                        "spring.kafka.bootstrap-servers=" + this.broker.address(),
                        "spring.kafka.consumer.group-id=traced-server",
                        "spring.kafka.consumer.auto-offset-reset=earliest",
                        "spring.kafka.template.observation-enabled=true",
                        "spring.kafka.listener.observation-enabled=true");
    }

    @Test
    void b3_callOverKafka_isOneTraceOfTwoServices() {
        this.broker.topic(REQUESTS, 1);
        this.broker.topic(REPLIES, 1);
        service(this.server)
                .withUserConfiguration(Server.class)
                .run(serving -> service(this.client)
                        .withPropertyValues(
                                "exit-left.stages.rpc.token-type=java.util.UUID",
                                "exit-left.stages.rpc.default-timeout=1m",
                                "exit-left.stages.rpc.source.type=kafka",
                                "exit-left.stages.rpc.source.kafka.topics=" + REPLIES)
                        .run(asking -> {
                            Stage<UUID, ConsumerRecord<String, String>> rpc = stage(asking);
                            KafkaSender sender = rpc.backdoor(KafkaSender.class);
                            UUID token = UUID.randomUUID();

                            ConsumerRecord<String, String> reply = Observation.createNotStarted(
                                            "request", this.client.observations)
                                    .observeChecked(
                                            () -> rpc.call(token, () -> sender.send(REQUESTS, "question", token)));

                            assertThat(reply.value()).isEqualTo("QUESTION");
                            await().untilAsserted(() ->
                                    assertThat(this.client.spans()).hasSize(3));
                            // its listener, and the template that sends the answer
                            await().untilAsserted(() ->
                                    assertThat(this.server.spans()).hasSize(2));
                        }));

        SpanData request = this.client.span("request");
        SpanData call = this.client.span("rpc call");
        SpanData sending = this.client.span(REQUESTS + " send");
        SpanData listening = this.server.span(REQUESTS);
        SpanData answering = this.server.span(REPLIES + " send");
        List<SpanData> trace = List.of(request, call, sending, listening, answering);
        assertThat(trace).extracting(SpanData::getTraceId).containsOnly(request.getTraceId());
        assertThat(trace)
                .extracting(SpanData::getParentSpanId)
                .containsExactlyElementsOf(Stream.concat(
                                Stream.of(request.getParentSpanId()),
                                trace.stream().limit(4).map(SpanData::getSpanId))
                        .toList());
        UdpTraceTests.print(trace);
        this.client.close();
        this.server.close();
    }

    @SuppressWarnings("unchecked") // as the properties say
    private static Stage<UUID, ConsumerRecord<String, String>> stage(ApplicationContext context) {
        return context.getBean("rpc", Stage.class);
    }

    @Configuration(proxyBeanMethods = false)
    static class Server {

        @KafkaListener(topics = REQUESTS)
        @SendTo
        String answer(String question) {
            return question.toUpperCase(Locale.ROOT);
        }
    }
}
