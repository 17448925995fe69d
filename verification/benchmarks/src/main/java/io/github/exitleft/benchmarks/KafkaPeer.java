package io.github.exitleft.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import kafka.Kafka;
import kafka.tools.StorageTool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.util.FileSystemUtils;

/**
 * The other side of the contenders over Kafka, in a process of its own: a real broker, and a responder that answers
 * what it has read from a topic, in another order, to the topic that the request names.
 */
final class KafkaPeer {

    private static final Duration STARTED_WITHIN = Duration.ofSeconds(60);

    private final Random random = new Random(4);
    private final Consumer<byte[], byte[]> consumer;
    private final Producer<byte[], byte[]> producer;

    private KafkaPeer(String address) {
        this.consumer = KafkaWire.consumers(address).createConsumer();
        this.producer = KafkaWire.producers(address).createProducer();
    }

    /** Runs broker and responder until the standard input ends; prints the broker's port when both are ready. */
    public static void main(String[] arguments) throws Exception {
        PrintStream output = System.out;
        // the broker writes to standard output, which is for the port alone
        System.setOut(System.err);
        Path directory = Files.createTempDirectory("exit-left-kafka-");
        PeerProcess.endWithInput(() -> FileSystemUtils.deleteRecursively(directory.toFile()));
        int port = startBroker(directory);
        String address = "127.0.0.1:" + port;
        makeTopics(address);
        var peer = new KafkaPeer(address);
        peer.begin();
        output.println(port);
        peer.run();
    }

    private static int startBroker(Path directory) throws IOException {
        int port;
        int controllerPort;
        try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = one.getLocalPort();
            controllerPort = other.getLocalPort();
        }
        Path properties = directory.resolve("server.properties");
        Files.writeString(properties, """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:%2$d
                listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
                controller.listener.names=CONTROLLER
                inter.broker.listener.name=PLAINTEXT
                listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
                log.dirs=%3$s
                log.cleaner.enable=false
                offsets.topic.num.partitions=1
                offsets.topic.replication.factor=1
                group.initial.rebalance.delay.ms=0
                auto.create.topics.enable=false
                """.formatted(port, controllerPort, directory.resolve("data")));
        String[] format = {"format", "-t", Uuid.randomUuid().toString(), "-c", properties.toString()};
        var said = new ByteArrayOutputStream();
        if (StorageTool.execute(format, new PrintStream(said, true, StandardCharsets.UTF_8)) != 0) {
            throw new IOException("the broker's storage can't be formatted: " + said.toString(StandardCharsets.UTF_8));
        }
        var broker = new Thread(() -> Kafka.main(new String[] {properties.toString()}), "broker");
        broker.setDaemon(true);
        broker.start();
        return port;
    }

    private static void makeTopics(String address) throws InterruptedException, ExecutionException {
        List<NewTopic> topics = KafkaWire.TOPICS.stream()
                .map(topic -> new NewTopic(topic, 1, (short) 1))
                .toList();
        int millis = (int) STARTED_WITHIN.toMillis();
        try (Admin admin = Admin.create(Map.of(
                "bootstrap.servers", address, "default.api.timeout.ms", millis, "reconnect.backoff.max.ms", 100))) {
            // the broker is up when this returns
            admin.createTopics(topics).all().get();
        }
    }

    private void begin() {
        List<TopicPartition> requests = List.of(new TopicPartition(KafkaWire.REQUESTS, 0));
        consumer.assign(requests);
        consumer.seekToBeginning(requests);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the caller notices a lost answer
    private void run() {
        while (true) {
            List<ConsumerRecord<byte[], byte[]>> requests = new ArrayList<>();
            consumer.poll(Duration.ofSeconds(1)).forEach(requests::add);
            Collections.shuffle(requests, random);
            for (ConsumerRecord<byte[], byte[]> request : requests) {
                producer.send(answer(request));
            }
        }
    }

    private static ProducerRecord<byte[], byte[]> answer(ConsumerRecord<byte[], byte[]> request) {
        String topic = new String(
                request.headers().lastHeader(KafkaHeaders.REPLY_TOPIC).value(), StandardCharsets.UTF_8);
        var answer = new ProducerRecord<byte[], byte[]>(topic, KafkaWire.answer(request.value()));
        answer.headers().add(request.headers().lastHeader(KafkaHeaders.CORRELATION_ID));
        return answer;
    }
}
