package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.Source;
import io.github.exitleft.Stage;
import io.github.exitleft.StageBuilder;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.autoconfigure.StageProperties.Udp;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanNotOfRequiredTypeException;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.core.ResolvableType;

/** Creates stages as planned, with the beans that they name. */
final class StageFactory {

    private final ListableBeanFactory beanFactory;
    private final ObjectProvider<StageCustomizer> customizers;

    StageFactory(ListableBeanFactory beanFactory, ObjectProvider<StageCustomizer> customizers) {
        this.beanFactory = beanFactory;
        this.customizers = customizers;
    }

    Stage<?, ?> create(StagePlan plan) {
        return plan.udp() == null ? overBean(plan) : overUdp(plan, plan.udp());
    }

    private Stage<?, ?> overUdp(StagePlan plan, Udp udp) {
        TokenReader<?, ? super Datagram> reader =
                plan.udpReader() != null ? plan.udpReader() : reader(plan, "source.udp.token.reader", Datagram.class);
        UdpSource source = open(plan.keys(), udp);
        try {
            return build(plan, plan.tokenType(), source, reader);
        } catch (Throwable e) {
            try {
                source.close();
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    private Stage<?, ?> overBean(StagePlan plan) {
        StageKeys keys = plan.keys();
        String name = Objects.requireNonNull(plan.sourceBean());
        Source<?> source = bean(keys, "source.bean.name", name, Source.class);
        StageKeys other = plan.sourceBeanOfOther();
        if (other != null && this.beanFactory.isSingleton(name)) {
            throw keys.problem(
                    "source.bean.name",
                    "stage '" + other.stage() + "' reads that bean already (origin: " + other.origin("source.bean.name")
                            + "), and a source has one reader",
                    "Name another bean, or give the bean the scope 'prototype'.");
        }
        return build(plan, plan.tokenType(), source, reader(plan, "source.bean.token.reader", null));
    }

    private static UdpSource open(StageKeys keys, Udp udp) {
        UdpSource.Builder builder = UdpSource.builder()
                .port(udp.port())
                .receiveBufferSize((int) udp.receiveBufferSize().toBytes())
                .maxDatagramSize((int) udp.maxDatagramSize().toBytes());
        if (udp.address() != null) {
            builder.address(udp.address());
        }
        try {
            return builder.open();
        } catch (UncheckedIOException e) {
            String message = String.valueOf(e.getMessage());
            boolean foreignAddress = message.contains("assign requested address");
            throw keys.problem(
                    foreignAddress ? "source.udp.address" : "source.udp.port",
                    message,
                    foreignAddress
                            ? "Set it to an address of this machine, or remove it to listen on all of them."
                            : "Stop what uses the port, set another one, or 0 for any that is free.",
                    e);
        }
    }

    private TokenReader<?, Object> reader(StagePlan plan, String suffix, @Nullable Class<?> messageType) {
        StageKeys keys = plan.keys();
        String name = Objects.requireNonNull(plan.readerBean());
        @SuppressWarnings("unchecked") // as far as its declaration tells, it is compared below
        TokenReader<?, Object> reader = bean(keys, suffix, name, TokenReader.class);
        ResolvableType declared = declaredType(name).as(TokenReader.class);
        Class<?> tokens = declared.getGeneric(0).resolve();
        if (tokens != null && !plan.tokenType().isAssignableFrom(tokens)) {
            throw keys.problem(
                    suffix,
                    "that bean reads tokens of type " + tokens.getName() + ", but "
                            + keys.key("token-type") + " is "
                            + plan.tokenType().getName() + " (origin: " + keys.origin("token-type") + ")",
                    "Name another TokenReader bean, or change the token type.");
        }
        Class<?> messages = declared.getGeneric(1).resolve();
        if (messages != null && messageType != null && !messages.isAssignableFrom(messageType)) {
            throw keys.problem(
                    suffix,
                    "that bean reads messages of type " + messages.getName() + ", but the source's are of type "
                            + messageType.getName(),
                    "Name another TokenReader bean.");
        }
        return reader;
    }

    private ResolvableType declaredType(String name) {
        return this.beanFactory instanceof ConfigurableBeanFactory configurable
                        && this.beanFactory.containsBeanDefinition(name)
                ? configurable.getMergedBeanDefinition(name).getResolvableType()
                : ResolvableType.forClass(this.beanFactory.getType(name));
    }

    private <B> B bean(StageKeys keys, String suffix, String name, Class<B> type) {
        if (!this.beanFactory.containsBean(name)) {
            throw keys.problem(suffix, "there is no bean named '" + name + "'", remedy(type));
        }
        try {
            return this.beanFactory.getBean(name, type);
        } catch (BeanNotOfRequiredTypeException e) {
            if (!name.equals(e.getBeanName())) {
                throw e;
            }
            throw keys.problem(
                    suffix,
                    "bean '" + name + "' is of type " + e.getActualType().getName() + ", not a " + type.getSimpleName(),
                    remedy(type),
                    e);
        }
    }

    private String remedy(Class<?> type) {
        String[] names = this.beanFactory.getBeanNamesForType(type, true, false);
        Arrays.sort(names);
        return "Set it to the name of a bean of type " + type.getName()
                + (names.length == 0
                        ? ", of which there is none: declare one."
                        : ". There are: " + String.join(", ", names) + ".");
    }

    @SuppressWarnings(
            "unchecked") // the properties' word must be taken for the types; the planner and reader() checked it
    private <T, M> Stage<T, M> build(StagePlan plan, Class<T> tokenType, Source<M> source, TokenReader<?, ?> reader) {
        StageProperties properties = plan.properties();
        StageKeys keys = plan.keys();
        StageBuilder<T, M> builder = Stage.builder(
                        keys.stage(), tokenType, source, (TokenReader<? extends T, ? super M>) reader)
                .defaultTimeout(properties.defaultTimeout())
                .promotion(properties.promotion())
                .drain(properties.drain())
                .maxTickets(properties.maxTickets())
                .mailbox(properties.mailboxCapacity(), properties.mailboxOverflow());
        this.customizers.orderedStream().forEach(customizer -> {
            try {
                customizer.customize(keys.stage(), builder);
            } catch (RuntimeException e) {
                throw keys.problem(
                        "",
                        "customizer " + customizer.getClass().getName() + " failed: " + e.getMessage(),
                        "Correct the customizer.",
                        e);
            }
        });
        return builder.build();
    }
}
