package io.github.exitleft.spring.boot.autoconfigure;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.handler.IgnoreTopLevelConverterNotFoundBindHandler;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.util.unit.DataSize;

/** Binds the properties strictly: what is unknown, or can't be converted, ends up as a report with key and origin. */
final class StagePropertiesBinding {

    static final String KEYS = "token-type, default-timeout, promotion, drain, max-tickets, mailbox-capacity,"
            + " mailbox-overflow, shared, keeper, keeper-idle, on-failure, executor, reply-classifier, source.type, source.udp.address,"
            + " source.udp.port, source.udp.receive-buffer-size, source.udp.send-buffer-size,"
            + " source.udp.max-datagram-size, source.udp.broadcast, source.udp.multicast-groups,"
            + " source.udp.multicast-interface, source.udp.traffic-class, source.udp.token.offset, source.udp.token.length, source.udp.token.reader,"
            + " source.udp.token.sender, source.kafka.topics, source.kafka.group, source.kafka.token.header,"
            + " source.kafka.token.key, source.kafka.token.reader, source.kafka.ready-timeout,"
            + " source.kafka.unreachable-after, source.kafka.consumer-factory, source.kafka.template,"
            + " source.jms.queue, source.jms.token.reader, source.jms.connection-factory, source.jms.template,"
            + " source.postgres.channels, source.postgres.token.separator, source.postgres.token.reader,"
            + " source.postgres.data-source, source.postgres.keepalive,"
            + " source.channel.name, source.channel.token.header, source.channel.token.expression,"
            + " source.channel.token.reader, source.bean.name, source.bean.token.reader";

    private StagePropertiesBinding() {}

    static ExitLeftProperties bind(Environment environment) {
        var strict = new NoUnboundElementsBindHandler(
                new IgnoreTopLevelConverterNotFoundBindHandler(), StagePropertiesBinding::isStrict);
        try {
            return Binder.get(environment)
                    .bindOrCreate(ExitLeftProperties.PREFIX, Bindable.of(ExitLeftProperties.class), strict);
        } catch (BindException e) {
            if (e.getCause() instanceof UnboundConfigurationPropertiesException unbound) {
                throw unknown(unbound);
            }
            throw unconvertible(e);
        }
    }

    /** Environment variables have several spellings for one key, so that it can't be told which of them nobody reads. */
    private static boolean isStrict(ConfigurationPropertySource source) {
        return !(source.getUnderlyingSource() instanceof PropertySource<?> underlying
                && underlying.getName().equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME));
    }

    private static StageConfigurationException unknown(UnboundConfigurationPropertiesException e) {
        String entries = e.getUnboundProperties().stream()
                .map(property -> entry(property, "there is no such key"))
                .collect(Collectors.joining(System.lineSeparator()));
        return new StageConfigurationException(
                "The properties below '" + ExitLeftProperties.PREFIX + "' can't be bound:" + System.lineSeparator()
                        + entries,
                "Correct the key or remove it. Below " + ExitLeftProperties.PREFIX + ".stages.<name> there are: " + KEYS
                        + ".",
                e);
    }

    private static StageConfigurationException unconvertible(BindException e) {
        ConfigurationProperty property = e.getProperty();
        String reason = NestedExceptionUtils.getMostSpecificCause(e).getMessage();
        Class<?> type = e.getTarget().getType().resolve(Object.class);
        String problem = type == Class.class
                ? "there is no such class on the class path"
                : reason == null ? "can't be converted" : reason;
        return new StageConfigurationException(
                "The properties below '" + ExitLeftProperties.PREFIX + "' can't be bound:" + System.lineSeparator()
                        + (property == null
                                ? StageKeys.entry(e.getName().toString(), null, "unknown", problem)
                                : entry(property, problem)),
                "Set it to " + wanted(type) + ".",
                e);
    }

    private static String entry(ConfigurationProperty property, String reason) {
        return StageKeys.entry(property.getName().toString(), property.getValue(), StageKeys.origin(property), reason);
    }

    private static String wanted(Class<?> type) {
        Object @Nullable [] constants = type.getEnumConstants();
        if (constants != null) {
            return "one of: "
                    + Stream.of(constants)
                            .map(constant ->
                                    constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                            .collect(Collectors.joining(", "));
        }
        if (type == Class.class) {
            return "the full name of a class on the class path, such as java.lang.String";
        }
        if (type == Duration.class) {
            return "a duration, such as 3s or 500ms";
        }
        if (type == DataSize.class) {
            return "a size, such as 1MB or 1500B";
        }
        if (type == InetAddress.class) {
            return "the address of an interface of this machine, such as 127.0.0.1";
        }
        if (type == int.class || type == Integer.class) {
            return "a whole number";
        }
        if (type == boolean.class) {
            return "true or false";
        }
        return "keys of its own: below " + ExitLeftProperties.PREFIX + ".stages.<name> there are: " + KEYS;
    }
}
