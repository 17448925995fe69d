package com.example.sources;

import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** A real Kafka broker in a process of its own, one for all tests; it can be killed and started again. */
final class KafkaBroker {

    // on a busy machine it has taken 15 seconds to start
    private static KafkaBroker shared;

    private final Path directory;
    private final int port;
    private final String cluster = Uuid.randomUuid().toString();
    private Process process;

    private KafkaBroker() throws IOException {
        this.directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "kafka-");
        try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = one.getLocalPort();
            Files.writeString(this.directory.resolve("server.properties"), """
                    process.roles=broker,controller
                    node.id=1
                    controller.quorum.voters=1@127.0.0.1:%2$d
                    listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                    advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
                    controller.listener.names=CONTROLLER
                    inter.broker.listener.name=PLAINTEXT
                    listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
                    log.dirs=%3$s
                    offsets.topic.num.partitions=1
                    offsets.topic.replication.factor=1
                    group.initial.rebalance.delay.ms=0
                    auto.create.topics.enable=true
                    authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
                    allow.everyone.if.no.acl.found=true
                    """.formatted(
                            this.port, other.getLocalPort(), this.directory.resolve("data")));
        }
    }

    /** The broker, running. */
    static synchronized KafkaBroker running() {
        try {
            if (shared == null) {
                shared = new KafkaBroker();
            }
            if (shared.process == null) {
                shared.start();
            }
            return shared;
        } catch (IOException e) {
            throw new AssertionError("the broker can't be started", e);
        }
    }

    String address() {
        return "127.0.0.1:" + this.port;
    }

    private Admin admin() {
        return Admin.create(
                Map.of("bootstrap.servers", address(), "default.api.timeout.ms", "5000", "request.timeout.ms", "3000"));
    }

    void start() throws IOException {
        File log = this.directory.resolve("broker.log").toFile();
        this.process = Jvm.of(
                        BrokerMain.class,
                        List.of("-Dkafka.log=INFO"),
                        this.directory.resolve("server.properties").toString(),
                        this.cluster)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
        try (Admin admin = admin()) {
            await().atMost(Patience.LIMIT_OF_PROGRAMS).ignoreExceptions().until(() -> {
                if (!this.process.isAlive()) {
                    throw new AssertionError("the broker ended: see " + log);
                }
                return !admin.describeCluster().nodes().get().isEmpty();
            });
        }
    }

    /** Ends it as a crash would. */
    void kill() throws InterruptedException {
        this.process.destroyForcibly().waitFor();
        this.process = null;
    }

    /** Makes a topic, if there is none, and waits until the broker knows it too, which learns of it from the controller. */
    void topic(String name, int partitions) {
        topic(new NewTopic(name, partitions, (short) 1));
    }

    /** Makes a topic that refuses what is longer than 200 bytes. */
    void topicOfSmallRecords(String name) {
        topic(new NewTopic(name, 1, (short) 1).configs(Map.of("max.message.bytes", "200")));
    }

    private void topic(NewTopic topic) {
        String name = topic.name();
        try (Admin admin = admin()) {
            try {
                admin.createTopics(List.of(topic)).all().get();
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw new AssertionError(e);
                }
            }
            await().ignoreExceptions()
                    .until(() ->
                            admin.describeTopics(List.of(name)).allTopicNames().get().get(name).partitions().stream()
                                    .allMatch(partition -> partition.leader() != null));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** How many records a topic has had. */
    long records(String topic) throws Exception {
        try (Admin admin = admin()) {
            Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
            admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .get(topic)
                    .partitions()
                    .forEach(info -> ends.put(new TopicPartition(topic, info.partition()), OffsetSpec.latest()));
            return admin.listOffsets(ends).all().get().values().stream()
                    .mapToLong(ListOffsetsResultInfo::offset)
                    .sum();
        }
    }

    /** Adds partitions to a topic. */
    void raisePartitions(String topic, int partitions) throws Exception {
        try (Admin admin = admin()) {
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions)))
                    .all()
                    .get();
        }
    }

    /** Forbids all users to read a topic. */
    void deny(String topic) throws Exception {
        try (Admin admin = admin()) {
            admin.createAcls(List.of(denial(topic))).all().get();
        }
    }

    /** Allows all users to read a topic again. */
    void allow(String topic) throws Exception {
        try (Admin admin = admin()) {
            admin.deleteAcls(List.of(denial(topic).toFilter())).all().get();
            await().until(() -> admin.describeAcls(denial(topic).toFilter())
                    .values()
                    .get()
                    .isEmpty()); // the broker learns of it from the controller
        }
    }

    private static AclBinding denial(String topic) {
        return new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
                new AccessControlEntry("User:ANONYMOUS", "*", AclOperation.READ, AclPermissionType.DENY));
    }

    /** How many members a group has. */
    int members(String group) throws Exception {
        return memberIds(group).size();
    }

    /** The members of a group; one that joins again has another id. */
    Set<String> memberIds(String group) throws Exception {
        try (Admin admin = admin()) {
            return admin.describeConsumerGroups(List.of(group)).all().get().get(group).members().stream()
                    .map(MemberDescription::consumerId)
                    .collect(Collectors.toSet());
        }
    }

    /** Up to where a group has read, as it says. */
    Map<TopicPartition, Long> committed(String group) throws Exception {
        try (Admin admin = admin()) {
            Map<TopicPartition, Long> committed = new HashMap<>();
            admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((partition, offset) -> committed.put(partition, offset.offset()));
            return committed;
        }
    }
}
