package com.example.sources;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.exitleft.ReplyClassifier;
import io.github.exitleft.Source;
import io.github.exitleft.Stage;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.jms.JmsSender;
import io.github.exitleft.spring.boot.kafka.KafkaSender;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.FrameTokens;
import io.github.exitleft.tcp.Framing;
import io.github.exitleft.tcp.TcpSender;
import io.github.exitleft.tcp.TcpSource;
import jakarta.jms.Message;
import java.io.IOException;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.postgresql.PGNotification;
import org.springframework.context.annotation.Bean;
import org.springframework.integration.channel.QueueChannel;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.listener.adapter.RecordFilterStrategy;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.GenericMessage;

/** The code that the guide to sources shows, which is compiled here; a test of the auto-configuration compares. */
@SuppressWarnings({"unused", "UnusedVariable", "UnusedMethod"}) // examples
final class SourceExamples {

    private SourceExamples() {}

    /** Stands for an exception of the reader's. */
    static final class OrderRefusedException extends RuntimeException {

        @Serial
        private static final long serialVersionUID = 1L;

        OrderRefusedException(ConsumerRecord<?, ?> reply) {
            super("order " + reply.key() + " was refused");
        }
    }

    // @start region="kafka-errors"
    @Bean
    ReplyClassifier<ConsumerRecord<?, ?>> errors() {
        return reply -> reply.headers().lastHeader("error") == null ? null : new OrderRefusedException(reply);
    }
    // @end

    static void kafka(Stage<UUID, ConsumerRecord<String, String>> rpc) throws InterruptedException {
        // @start region="kafka"
        KafkaSender sender = rpc.backdoor(KafkaSender.class);
        UUID id = UUID.randomUUID();
        ConsumerRecord<String, String> reply = rpc.call(id, () -> sender.send("requests", "text", id));
        // @end
    }

    // @start region="kafka-expired"
    @Bean
    static RecordFilterStrategy<Object, Object> expired() {
        return request -> {
            Header timeToLive = request.headers().lastHeader("exit-left-time-to-live");
            long age = System.currentTimeMillis() - request.timestamp();
            return timeToLive != null && age > Long.parseLong(new String(timeToLive.value(), UTF_8));
        };
    }
    // @end

    static void jms(Stage<String, Message> orders) throws Exception {
        // @start region="jms"
        JmsSender sender = orders.backdoor(JmsSender.class);
        String id = UUID.randomUUID().toString();
        Message reply = orders.call(id, () -> sender.send("requests", "text", id));
        // @end
    }

    static void postgres(Stage<Long, PGNotification> jobs, JdbcTemplate jdbc, long id) throws InterruptedException {
        // @start region="postgres"
        PGNotification done = jobs.call(id, () -> jdbc.update("insert into job (id) values (?)", id));
        // @end
    }

    // @start region="channel-bean"
    @Bean
    QueueChannel replies() {
        return new QueueChannel(100);
    }
    // @end

    static void channel(Stage<String, org.springframework.messaging.Message<?>> scanner, MessageChannel requests)
            throws InterruptedException {
        // @start region="channel"
        var reply = scanner.call("id7", () -> requests.send(new GenericMessage<>("id7:text")));
        // @end
    }

    static void tcp(ByteBuffer request) throws IOException, InterruptedException {
        // @start region="tcp"
        TcpSource source = TcpSource.builder()
                .remote("switch.example", 9000)
                .framing(Framing.lengthField(0, 4))
                .open();
        try (Stage<Integer, Frame> host = Stage.builder(
                        "host", Integer.class, source, FrameTokens.at(Integer.class, 4, 4))
                .build()) {
            TcpSender sender = host.backdoor(TcpSender.class);
            Frame reply = host.call(4711, () -> sender.send(request));
        }
        // @end
    }

    // @start region="resp"
    /** A reply of Redis that is one line or one string, and a command that is one line. */
    @Bean
    Framing resp() {
        return (bytes, seen) -> {
            int begin = bytes.position();
            StringBuilder line = new StringBuilder();
            while (bytes.hasRemaining()) {
                char next = (char) bytes.get();
                if (next == '\n') {
                    long length = line.charAt(0) == '$'
                            ? Long.parseLong(line.substring(1).trim())
                            : -1;
                    return bytes.position() - begin + (length < 0 ? 0 : length + 2);
                }
                line.append(next);
            }
            return Framing.UNKNOWN;
        };
    }
    // @end

    static void order(Stage<Long, Frame> redis, String key) throws IOException, InterruptedException {
        // @start region="order"
        TcpSender port = redis.backdoor(TcpSender.class);
        byte[] get = ("GET " + key + "\r\n").getBytes(StandardCharsets.UTF_8);
        Frame reply = redis.call(() -> port.sendInOrder(get));
        // @end
    }

    // @start region="bean-reader"
    @Bean
    TokenReader<String, Path> fileName() {
        return Path::toString;
    }
    // @end

    static void ownSource(Source<Path> dropFolder, Order order) throws InterruptedException {
        // @start region="own-source"
        try (Stage<String, Path> results = Stage.builder("results", String.class, dropFolder, Path::toString)
                .build()) {
            Path result = results.call("order-17.xml", () -> order.submit());
        }
        // @end
    }

    /** Stands for what a file answers. */
    interface Order {
        void submit();
    }
}
