package com.example.sources;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.exitleft.Stage;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.jms.JmsSender;
import io.github.exitleft.spring.boot.postgres.PostgresSender;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.Opening;
import io.github.exitleft.tcp.TcpSender;
import jakarta.jms.Message;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.postgresql.PGNotification;
import org.springframework.aot.AotDetector;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.channel.QueueChannel;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.messaging.support.GenericMessage;

/** An application with a stage over each kind of source, which asks something over each, says what it heard, and ends. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class AheadOfTimeMain {

    /** Arguments: properties of the application. */
    public static void main(String[] arguments) {
        var context = SpringApplication.run(AheadOfTimeMain.class, arguments);
        System.exit(SpringApplication.exit(context)); // Artemis keeps a thread for a minute
    }

    @Bean
    QueueChannel answers() {
        return new QueueChannel();
    }

    @Bean
    TokenReader<Integer, PGNotification> lengths() {
        return message -> message.getParameter().length();
    }

    @Bean
    TokenReader<Integer, Frame> hexadecimals() {
        return frame -> Integer.parseUnsignedInt(new String(frame.toByteArray(), US_ASCII).substring(0, 8), 16);
    }

    @Bean
    ApplicationRunner overKafka(
            Stage<String, ConsumerRecord<String, String>> kafka, KafkaTemplate<String, String> template) {
        return arguments -> {
            var answer = kafka.call("key", () -> template.send("ahead-of-time", "key", "kafka"));
            heard(answer.value());
        };
    }

    @Bean
    ApplicationRunner overJms(Stage<String, Message> jms, JmsTemplate template) {
        return arguments -> {
            var queue = jms.backdoor(JmsSender.class).replyTo();
            Message answer = jms.call(
                    "id",
                    () -> template.send(queue, session -> {
                        Message message = session.createTextMessage("jms");
                        message.setJMSCorrelationID("id");
                        return message;
                    }));
            heard(answer.getBody(String.class));
        };
    }

    @Bean
    ApplicationRunner overPostgres(Stage<Integer, PGNotification> postgres) {
        return arguments -> {
            PostgresSender sender = postgres.backdoor(PostgresSender.class);
            heard(postgres.call(8, () -> sender.notify("done", "postgres")).getParameter());
        };
    }

    @Bean
    ApplicationRunner overAChannel(
            Stage<String, org.springframework.messaging.Message<?>> channel, QueueChannel answers) {
        return arguments -> heard(channel.call("id", () -> answers.send(new GenericMessage<>(Map.of("id", "id"))))
                .getPayload()
                .toString());
    }

    @Bean
    Opening greeting() {
        return server -> {
            server.send("hello".getBytes(US_ASCII));
            server.receive(Duration.ofSeconds(30));
        };
    }

    @Bean
    ApplicationRunner overTcp(Stage<Integer, Frame> tcp) {
        TcpSender sender = tcp.backdoor(TcpSender.class);
        return arguments -> {
            Frame answer = tcp.call(id -> sender.send("%08x tcp".formatted(id).getBytes(US_ASCII)));
            heard(new String(answer.toByteArray(), US_ASCII).substring(9));
        };
    }

    private static void heard(String answer) {
        System.out.println("heard " + answer + ", generated: " + AotDetector.useGeneratedArtifacts());
    }
}
