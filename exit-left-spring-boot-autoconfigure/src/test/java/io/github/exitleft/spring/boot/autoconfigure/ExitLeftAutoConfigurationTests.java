package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.github.exitleft.BareSnapshot.State;
import io.github.exitleft.EventHandler;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.ReplyClassifier;
import io.github.exitleft.Stage;
import io.github.exitleft.TokenReader;
import io.github.exitleft.TooManyTicketsException;
import io.github.exitleft.test.QueueSource;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.task.SimpleAsyncTaskExecutor;

/** Beans from properties and what is known of them: B2, and B8 as far as one module can show it. */
@ExtendWith(OutputCaptureExtension.class)
@SuppressWarnings({"unchecked", "rawtypes"}) // beans by name have no type parameters
class ExitLeftAutoConfigurationTests {

    private static final String[] STUN = udp("stun", "java.lang.String");
    private static final String[] ORDERS = udp("orders", "java.util.UUID");
    private static final String[] QUEUE = {
        "exit-left.stages.queue.token-type=java.lang.String",
        "exit-left.stages.queue.source.type=bean",
        "exit-left.stages.queue.source.bean.name=source",
        "exit-left.stages.queue.source.bean.token.reader=reader"
    };

    private final ApplicationContextRunner contextRunner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ExitLeftAutoConfiguration.class));

    @Test
    void noProperties_makeNoStage() { // B2
        this.contextRunner.run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(Stage.class);
            assertThat(context.getBean(StageBeans.class).existing()).isEmpty();
        });
    }

    @Test
    void stages_areInjectedByTypeByQualifierByParameterNameAndInMaps() { // B2
        this.contextRunner
                .withPropertyValues(STUN)
                .withPropertyValues(ORDERS)
                .withPropertyValues(udp("dns", "java.lang.String"))
                .withUserConfiguration(Injections.class)
                .run(context -> {
                    Injections injections = context.getBean(Injections.class);
                    assertThat(injections.byType).isSameAs(context.getBean("orders"));
                    assertThat(injections.byQualifier).isSameAs(context.getBean("stun"));
                    assertThat(injections.byName).isSameAs(context.getBean("dns"));
                    assertThat(injections.byTokens).containsOnlyKeys("stun", "dns");
                    assertThat(injections.all).containsOnlyKeys("stun", "dns", "orders");
                    assertThat(injections.none.getIfAvailable()).isNull();
                });
    }

    @Test
    void stageOverABean_isInjectedAsAnyConcreteType() { // B2
        this.contextRunner
                .withPropertyValues(QUEUE)
                .withUserConfiguration(QueueBeans.class, QueueInjection.class)
                .run(context -> {
                    QueueInjection injection = context.getBean(QueueInjection.class);
                    assertThat(injection.byType)
                            .isSameAs(injection.byQualifier)
                            .isSameAs(injection.queue)
                            .isSameAs(injection.all.get("queue"));
                    context.getBean(QueueSource.class).add("hello");
                    try (var ticket = injection.byType.ticket("hello")) {
                        assertThat(ticket.await(Duration.ofSeconds(20)).message())
                                .isEqualTo("hello");
                    }
                });
    }

    @Test
    void stageOfConcreteType_winsOverARawOne() { // B2
        this.contextRunner
                .withPropertyValues(QUEUE)
                .withPropertyValues(ORDERS)
                .withUserConfiguration(QueueBeans.class, OrdersInjection.class)
                .run(context -> assertThat(context.getBean(OrdersInjection.class).orders)
                        .isSameAs(context.getBean("orders")));
    }

    @Test
    void properties_areApplied() { // B2
        this.contextRunner
                .withPropertyValues(STUN)
                .withPropertyValues(
                        "exit-left.stages.stun.default-timeout=5s",
                        "exit-left.stages.stun.promotion=oldest",
                        "exit-left.stages.stun.drain=0",
                        "exit-left.stages.stun.max-tickets=1",
                        "exit-left.stages.stun.mailbox-capacity=2",
                        "exit-left.stages.stun.mailbox-overflow=drop-oldest",
                        "exit-left.stages.stun.source.udp.receive-buffer-size=64KB",
                        "exit-left.stages.stun.source.udp.max-datagram-size=100B")
                .run(context -> {
                    Stage<?, ?> stage = context.getBean("stun", Stage.class);
                    assertThat(stage.name()).isEqualTo("stun");
                    assertThat(stage.tokenType()).isEqualTo(String.class);
                    assertThat(stage.defaultTimeout()).hasSeconds(5);
                    assertThat(stage.source()).containsEntry("type", "udp").containsEntry("maxDatagramSize", 100);
                    assertThat(stage.source().get("receiveBufferSize"))
                            .asInstanceOf(InstanceOfAssertFactories.INTEGER)
                            .isLessThan(1 << 20);
                    Stage<String, Datagram> typed = (Stage<String, Datagram>) stage;
                    try (var first = typed.ticket("1")) {
                        assertThat(first.token()).isEqualTo("1");
                        assertThatExceptionOfType(TooManyTicketsException.class).isThrownBy(() -> typed.ticket("2"));
                    }
                });
    }

    @Test
    void optionsOfTheUdpPort_areApplied() { // B2
        this.contextRunner
                .withPropertyValues(
                        "exit-left.stages.stun.token-type=java.lang.String",
                        "exit-left.stages.stun.source.type=udp",
                        "exit-left.stages.stun.source.udp.token.sender=true",
                        "exit-left.stages.stun.source.udp.send-buffer-size=64KB",
                        "exit-left.stages.stun.source.udp.broadcast=true",
                        "exit-left.stages.stun.source.udp.multicast-groups=239.255.7.7,239.255.7.8",
                        "exit-left.stages.stun.source.udp.multicast-interface=127.0.0.1",
                        "exit-left.stages.stun.source.udp.traffic-class=184")
                .withPropertyValues("exit-left.stages.stun.token-type=java.net.InetSocketAddress")
                .run(context -> {
                    String loopback = NetworkInterface.getByInetAddress(InetAddress.getByName("127.0.0.1"))
                            .getName();
                    assertThat(context.getBean("stun", Stage.class).source())
                            .containsEntry("broadcast", true)
                            .containsEntry(
                                    "multicastGroups",
                                    List.of("239.255.7.7 on " + loopback, "239.255.7.8 on " + loopback))
                            .hasEntrySatisfying(
                                    "sendBufferSize",
                                    size -> assertThat((Integer) size).isGreaterThanOrEqualTo(65_536));
                });
    }

    @Test
    void replyClassifierOfTheKey_tellsErrors() { // M18
        this.contextRunner
                .withPropertyValues(QUEUE)
                .withPropertyValues("exit-left.stages.queue.reply-classifier=classifier")
                .withUserConfiguration(QueueBeans.class)
                .withBean(
                        "classifier",
                        ReplyClassifier.class,
                        () -> reply -> reply.equals("no") ? new IllegalStateException("they said no") : null)
                .run(context -> {
                    Stage<String, String> queue = context.getBean("queue", Stage.class);
                    QueueSource<String> source = context.getBean(QueueSource.class);
                    assertThat(queue.call("yes", () -> source.add("yes"))).isEqualTo("yes");
                    assertThatExceptionOfType(IllegalStateException.class)
                            .isThrownBy(() -> queue.call("no", () -> source.add("no")))
                            .withMessage("they said no");
                });
    }

    @Test
    void eventHandlerOfTheKey_getsEventsOnTheExecutor() { // M15
        var handledBy = new CompletableFuture<String>();
        this.contextRunner
                .withPropertyValues(QUEUE)
                .withPropertyValues(
                        "exit-left.stages.queue.event-handler=handler",
                        "exit-left.stages.queue.executor=threads",
                        "exit-left.stages.queue.source.bean.token.reader=eventReader")
                .withUserConfiguration(QueueBeans.class)
                .withBean(
                        "eventReader",
                        TokenReader.class,
                        () -> ((TokenReader<String, String>) message -> message).withEvents(String::isEmpty))
                .withBean("threads", SimpleAsyncTaskExecutor.class, () -> new SimpleAsyncTaskExecutor("of the bean "))
                .withBean(
                        "handler",
                        EventHandler.class,
                        () -> event -> handledBy.complete(
                                "'" + event + "' " + Thread.currentThread().getName()))
                .run(context -> {
                    Stage<String, String> queue = context.getBean("queue", Stage.class);
                    QueueSource<String> source = context.getBean(QueueSource.class);
                    source.add("");
                    assertThat(queue.call("yes", () -> source.add("yes"))).isEqualTo("yes");
                    assertThat(Patience.get(handledBy)).startsWith("'' of the bean ");
                    assertThat(queue.snapshot(0).messages()).containsEntry(MessageOutcome.EVENT, 1L);
                });
    }

    @Test
    void defaults_areThoseOfTheContract() { // B2
        this.contextRunner.withPropertyValues(STUN).run(context -> {
            StageProperties stun =
                    context.getBean(ExitLeftProperties.class).stages().get("stun");
            assertThat(stun.defaultTimeout()).hasSeconds(3);
            assertThat(stun.promotion()).hasToString("NEWEST");
            assertThat(stun.drain()).isEqualTo(32);
            assertThat(stun.maxTickets()).isEqualTo(10_000);
            assertThat(stun.mailboxCapacity()).isEqualTo(16);
            assertThat(stun.mailboxOverflow()).hasToString("DROP_NEWEST");
        });
    }

    @Test
    void portWithoutAnAddress_isOpenOnAllInterfaces() { // B2
        this.contextRunner.withPropertyValues(STUN).run(context -> {
            UdpSocket socket = (UdpSocket) context.getBean("stun", Stage.class).backdoor(UdpSocket.class);
            assertThat(socket.localAddress().getAddress().isAnyLocalAddress()).isTrue();
        });
    }

    @Test
    void token_isReadByFieldByBeanOrIsTheSender() { // B2
        this.contextRunner
                .withPropertyValues(STUN)
                .withPropertyValues(
                        "exit-left.stages.peers.token-type=java.net.InetSocketAddress",
                        "exit-left.stages.peers.source.type=udp",
                        "exit-left.stages.peers.source.udp.token.sender=true",
                        "exit-left.stages.sizes.token-type=java.lang.Integer",
                        "exit-left.stages.sizes.source.type=udp",
                        "exit-left.stages.sizes.source.udp.token.reader=sizeReader")
                .withUserConfiguration(SizeReader.class, AllTokens.class)
                .run(context -> {
                    AllTokens all = context.getBean(AllTokens.class);
                    try (EchoPeer peer = EchoPeer.start()) {
                        byte[] bytes = new byte[16];
                        bytes[0] = 1;
                        assertThat(all.stun
                                        .call(
                                                "01" + "00".repeat(15),
                                                () -> all.stun
                                                        .backdoor(UdpSocket.class)
                                                        .send(peer.address(), bytes))
                                        .length())
                                .isEqualTo(16);
                        assertThat(all.peers
                                        .call(
                                                peer.address(),
                                                () -> all.peers
                                                        .backdoor(UdpSocket.class)
                                                        .send(peer.address(), bytes))
                                        .sender())
                                .isEqualTo(peer.address());
                        assertThat(all.sizes
                                        .call(
                                                16,
                                                () -> all.sizes
                                                        .backdoor(UdpSocket.class)
                                                        .send(peer.address(), bytes))
                                        .length())
                                .isEqualTo(16);
                    }
                });
    }

    @Test
    void customizers_applyInTheirOrderAfterTheProperties() { // B2
        this.contextRunner
                .withPropertyValues(STUN)
                .withPropertyValues("exit-left.stages.stun.default-timeout=9s")
                .withUserConfiguration(Customizers.class)
                .run(context -> assertThat(context.getBean("stun", Stage.class).defaultTimeout())
                        .hasSeconds(2));
    }

    @Test
    void stagesOfTheUser_areKnownToo() { // B2
        this.contextRunner
                .withPropertyValues(STUN)
                .withUserConfiguration(QueueBeans.class, OwnStage.class)
                .run(context ->
                        assertThat(context.getBean(StageBeans.class).existing()).containsOnlyKeys("stun", "own"));
    }

    @Test
    void lazyStage_isNotCreatedByAskingAndAnnouncedWhenItIs() { // B2, B8
        this.contextRunner
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .withPropertyValues(STUN)
                .run(context -> {
                    StageBeans stages = context.getBean(StageBeans.class);
                    Map<String, Stage<?, ?>> announced = new HashMap<>();
                    stages.announceTo(announced::put);
                    assertThat(stages.existing()).isEmpty();
                    assertThat(context.getBeanFactory().containsSingleton("stun"))
                            .isFalse();

                    Stage<?, ?> stage = context.getBean("stun", Stage.class);

                    assertThat(stages.existing()).containsOnlyKeys("stun");
                    assertThat(announced).containsEntry("stun", stage);
                });
    }

    @Test
    void stagesRegisteredReadyMadeOrByAPostProcessor_areKnownToo() { // B2
        Stage<String, String> readyMade = Stage.builder(
                        "ready-made", String.class, new QueueSource<String>(), message -> message)
                .build();
        this.contextRunner
                .withPropertyValues(STUN)
                .withInitializer(context -> context.getBeanFactory().registerSingleton("readyMade", readyMade))
                .withUserConfiguration(NeedsStageEarly.class)
                .run(context ->
                        assertThat(context.getBean(StageBeans.class).existing()).containsOnlyKeys("stun", "readyMade"));
        readyMade.close();
    }

    @Test
    void destroyedStage_isForgotten() { // B2
        this.contextRunner.withPropertyValues(STUN).run(context -> {
            Stage<?, ?> stage = context.getBean("stun", Stage.class);
            ((DefaultListableBeanFactory) context.getBeanFactory()).destroySingleton("stun");
            assertThat(stage.snapshot(0).role().state()).isEqualTo(State.CLOSED);
            assertThat(context.getBean(StageBeans.class).existing()).isEmpty();
        });
    }

    @Test
    void stage_isClosedWithTheContextAndItsPortIsFree() { // B6
        Map<String, Object> seen = new HashMap<>();
        this.contextRunner.withPropertyValues(STUN).run(context -> {
            Stage<?, ?> stage = context.getBean("stun", Stage.class);
            seen.put("stage", stage);
            seen.put("port", stage.backdoor(UdpSocket.class).localAddress().getPort());
        });
        assertThat(((Stage<?, ?>) seen.get("stage")).snapshot(0).role().state()).isEqualTo(State.CLOSED);
        assertFree((int) seen.get("port"));
    }

    private static void assertFree(int port) {
        assertThatNoException()
                .isThrownBy(() -> new DatagramSocket(new InetSocketAddress((InetAddress) null, port)).close());
    }

    @Test
    void beansThatPostProcessorsMissed_areNotLogged(CapturedOutput output) { // B2
        this.contextRunner
                .withPropertyValues(STUN)
                .withUserConfiguration(Customizers.class)
                .run(context ->
                        assertThat(output).doesNotContain("not eligible").doesNotContain("WARN"));
    }

    private static String[] udp(String name, String tokenType) {
        String prefix = "exit-left.stages." + name + ".";
        return new String[] {
            prefix + "token-type=" + tokenType,
            prefix + "source.type=udp",
            prefix + "source.udp.token.offset=0",
            prefix + "source.udp.token.length=16"
        };
    }

    @Configuration(proxyBeanMethods = false)
    static class Injections {
        final Stage<UUID, Datagram> byType;
        final Stage<String, Datagram> byQualifier;
        final Stage<String, Datagram> byName;
        final Map<String, Stage<String, Datagram>> byTokens;
        final Map<String, Stage<?, ?>> all;
        final ObjectProvider<Stage<Long, Datagram>> none;

        Injections(
                Stage<UUID, Datagram> byType,
                @Qualifier("stun") Stage<String, Datagram> byQualifier,
                Stage<String, Datagram> dns,
                Map<String, Stage<String, Datagram>> byTokens,
                Map<String, Stage<?, ?>> all,
                ObjectProvider<Stage<Long, Datagram>> none) {
            this.byType = byType;
            this.byQualifier = byQualifier;
            this.byName = dns;
            this.byTokens = byTokens;
            this.all = all;
            this.none = none;
        }
    }

    @Configuration(proxyBeanMethods = false)
    record QueueInjection(
            Stage<String, String> byType,
            @Qualifier("queue") Stage<String, String> byQualifier,
            Stage<String, String> queue,
            Map<String, Stage<String, String>> all) {}

    @Configuration(proxyBeanMethods = false)
    record OrdersInjection(Stage<UUID, Datagram> orders) {}

    @Configuration(proxyBeanMethods = false)
    record AllTokens(
            @Qualifier("stun") Stage<String, Datagram> stun,
            Stage<InetSocketAddress, Datagram> peers,
            Stage<Integer, Datagram> sizes) {}

    @Configuration(proxyBeanMethods = false)
    static class SizeReader {

        @Bean
        TokenReader<Integer, Datagram> sizeReader() {
            return Datagram::length;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnStage {

        @Bean
        Stage<String, String> own(TokenReader<String, String> reader) {
            return Stage.builder("its own name", String.class, new QueueSource<String>(), reader)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Customizers {

        @Bean
        @Order(2)
        StageCustomizer second() {
            return (name, builder) -> builder.defaultTimeout(Duration.ofSeconds(name.equals("stun") ? 2 : 20));
        }

        @Bean
        @Order(1)
        StageCustomizer first() {
            return (name, builder) -> builder.defaultTimeout(Duration.ofSeconds(1));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class NeedsStageEarly {

        @Bean
        static BeanPostProcessor needsStage(Stage<String, Datagram> stun) {
            return new BeanPostProcessor() {};
        }
    }
}
