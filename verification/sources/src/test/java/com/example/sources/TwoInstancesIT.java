package com.example.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.MessageOutcome;
import io.github.exitleft.testing.Patience;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.messaging.handler.annotation.SendTo;

/** Two instances of an application, in processes of their own, whose answers come over one topic; one of them is killed. */
@Tag("slow")
class TwoInstancesIT {

    private static final String REQUESTS = "instances-requests";
    private static final String REPLIES = "instances-replies";

    private final KafkaBroker broker = KafkaBroker.running();

    @Test
    void instanceThatIsKilledHalfWay_costsTheOtherNothing() throws Exception {
        this.broker.topic(REQUESTS, 2);
        this.broker.topic(REPLIES, 3);
        try (var victim = new Instance("victim", this.broker);
                var survivor = new Instance("survivor", this.broker)) {
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class))
                    .withUserConfiguration(Responder.class)
                    .withPropertyValues(
                            "spring.kafka.bootstrap-servers=" + this.broker.address(),
                            "spring.kafka.consumer.group-id=responder",
                            "spring.kafka.consumer.auto-offset-reset=earliest")
                    .run(context -> killOneHalfWay(victim, survivor, context.getBean(Responder.class)));
        }
    }

    private void killOneHalfWay(Instance victim, Instance survivor, Responder responder) throws Exception {
        assertThat(victim.answer()).isEqualTo("ready");
        assertThat(survivor.answer()).isEqualTo("ready");
        victim.tell("ask 5000");
        survivor.tell("ask 5000");

        Patience.await(responder.halfWay);
        victim.kill(); // with its callers waiting, since nothing is answered now
        responder.goOn.countDown();

        assertThat(survivor.answer()).isEqualTo("right 5000");
        survivor.tell("hurry 10");
        assertThat(survivor.answer()).isEqualTo("gave up 10");
        responder.late.countDown();
        assertEveryAnswerIsAccountedFor(survivor, responder);
        survivor.end();
    }

    /** Once the keeper has read what is no longer waited for. */
    private void assertEveryAnswerIsAccountedFor(Instance survivor, Responder responder) {
        await().untilAsserted(() -> {
            long victims = responder.victims.get();
            assertThat(victims).isBetween(100L, 5_000L);
            Map<MessageOutcome, Long> messages = new EnumMap<>(MessageOutcome.class);
            for (MessageOutcome outcome : MessageOutcome.values()) {
                messages.put(outcome, 0L);
            }
            messages.put(MessageOutcome.DELIVERED, 5_000L);
            messages.put(MessageOutcome.LATE, 10L);
            messages.put(MessageOutcome.FOREIGN, victims);
            survivor.tell("count");
            assertThat(survivor.answer()).isEqualTo(messages + " waiters=0 tickets=0");
            assertThat(this.broker.records(REPLIES))
                    .isEqualTo(this.broker.records(REQUESTS))
                    .isEqualTo(5_010 + victims);
        });
    }

    /** Answers, but for two pauses: half-way through, and before what is to be late. */
    @Configuration(proxyBeanMethods = false)
    static class Responder {

        final CountDownLatch halfWay = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        final CountDownLatch late = new CountDownLatch(1);
        final AtomicInteger victims = new AtomicInteger();
        private int received;

        @KafkaListener(topics = REQUESTS)
        @SendTo
        String answer(String request) throws InterruptedException {
            if (++this.received == 5_000) {
                this.halfWay.countDown();
                Patience.await(this.goOn);
            }
            if (request.contains("late")) {
                Patience.await(this.late);
            }
            if (request.contains("victim")) {
                this.victims.incrementAndGet();
            }
            return request.toUpperCase();
        }
    }

    /** A process that is told what to do. */
    private static final class Instance implements AutoCloseable {

        private final Process process;
        private final PrintStream commands;
        private final BufferedReader answers;

        Instance(String name, KafkaBroker broker) throws IOException {
            File log = Path.of("target", name + ".log").toFile();
            this.process = Jvm.of(
                            InstanceMain.class,
                            List.of(),
                            "--name=" + name,
                            "--requests=" + REQUESTS,
                            "--spring.main.banner-mode=off",
                            "--spring.kafka.bootstrap-servers=" + broker.address(),
                            "--exit-left.stages.rpc.token-type=java.lang.String",
                            "--exit-left.stages.rpc.default-timeout=30s",
                            "--exit-left.stages.rpc.shared=true",
                            "--exit-left.stages.rpc.source.type=kafka",
                            "--exit-left.stages.rpc.source.kafka.topics=" + REPLIES)
                    .redirectError(log)
                    .start();
            this.commands = new PrintStream(this.process.getOutputStream(), true, StandardCharsets.UTF_8);
            this.answers = this.process.inputReader(StandardCharsets.UTF_8);
        }

        void tell(String command) {
            this.commands.println(command);
        }

        String answer() throws Exception {
            FutureTask<String> line = Threads.start(this.answers::readLine);
            return Patience.get(line);
        }

        void kill() {
            this.process.destroyForcibly().onExit().join();
        }

        void end() throws InterruptedException {
            this.commands.close();
            Patience.waitFor(this.process);
            assertThat(this.process.exitValue()).isZero();
        }

        @Override
        public void close() {
            kill();
        }
    }
}
