package io.github.exitleft.spring.boot.autoconfigure;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
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
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.util.unit.DataSize;

/** Binds the properties strictly: what is unknown, or can't be converted, ends up as a report with key and origin. */
final class StagePropertiesBinding {

    static final List<String> KEYS = List.of(
            "token-type",
            "default-timeout",
            "promotion",
            "drain",
            "max-tickets",
            "mailbox-capacity",
            "mailbox-overflow",
            "shared",
            "keeper",
            "keeper-idle",
            "on-failure",
            "executor",
            "reply-classifier",
            "source.type",
            "source.udp.address",
            "source.udp.port",
            "source.udp.receive-buffer-size",
            "source.udp.send-buffer-size",
            "source.udp.max-datagram-size",
            "source.udp.broadcast",
            "source.udp.multicast-groups",
            "source.udp.multicast-interface",
            "source.udp.traffic-class",
            "source.udp.token.offset",
            "source.udp.token.length",
            "source.udp.token.reader",
            "source.udp.token.sender",
            "source.kafka.topics",
            "source.kafka.group",
            "source.kafka.token.header",
            "source.kafka.token.key",
            "source.kafka.token.reader",
            "source.kafka.ready-timeout",
            "source.kafka.unreachable-after",
            "source.kafka.consumer-factory",
            "source.kafka.template",
            "source.jms.queue",
            "source.jms.token.reader",
            "source.jms.connection-factory",
            "source.jms.template",
            "source.postgres.channels",
            "source.postgres.token.separator",
            "source.postgres.token.reader",
            "source.postgres.data-source",
            "source.postgres.keepalive",
            "source.channel.name",
            "source.channel.token.header",
            "source.channel.token.expression",
            "source.channel.token.reader",
            "source.bean.name",
            "source.bean.token.reader");

    private static final String ALL_KEYS = String.join(", ", KEYS);

    private StagePropertiesBinding() {}

    static ExitLeftProperties bind(Environment environment) {
        var units = new DurationUnits(
                new IgnoreTopLevelConverterNotFoundBindHandler(), ExitLeftProperties.PREFIX, environment);
        var strict = new NoUnboundElementsBindHandler(units, source -> !isOfVariables(source));
        try {
            return Binder.get(environment)
                    .bindOrCreate(ExitLeftProperties.PREFIX, Bindable.of(ExitLeftProperties.class), strict);
        } catch (BindException e) {
            if (e.getCause() instanceof UnboundConfigurationPropertiesException unbound) {
                throw unknown(unbound);
            }
            throw unconvertible(environment, e);
        }
    }

    /** Environment variables have several spellings for one key, so that it can't be told which of them nobody reads. */
    static boolean isOfVariables(ConfigurationPropertySource source) {
        return source.getUnderlyingSource() instanceof PropertySource<?> underlying
                && underlying.getName().equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
    }

    private static StageConfigurationException unknown(UnboundConfigurationPropertiesException e) {
        List<ConfigurationProperty> unknown = List.copyOf(e.getUnboundProperties());
        String entries = unknown.stream()
                .map(property -> entry(property, unknown(property.getName())))
                .collect(Collectors.joining(System.lineSeparator()));
        ConfigurationProperty first = unknown.get(0);
        boolean list = StageKeyHints.isInList(first.getName());
        boolean misplaced = StageKeyHints.didYouMean(first.getName()) != null;
        String remedy = list
                ? "Write 'name:' and indent its keys below it, without '-'. "
                : misplaced ? "Correct the key or its indentation, or remove it. " : "Correct the key or remove it. ";
        return problem(
                first.getName().toString(),
                StageKeys.origin(first),
                unknown(first.getName()),
                entries,
                remedy + keys(),
                e);
    }

    private static String unknown(ConfigurationPropertyName name) {
        if (StageKeyHints.isInList(name)) {
            return "there is a list, where keys have names";
        }
        String meant = StageKeyHints.didYouMean(name);
        return "there is no such key" + (meant == null ? "" : "; " + meant);
    }

    private static String keys() {
        return "Below " + ExitLeftProperties.PREFIX + ".stages.<name> there are: " + ALL_KEYS + ".";
    }

    private static StageConfigurationException problem(
            String key, String origin, String reason, String entries, String remedy, Exception e) {
        String below = "properties below '" + ExitLeftProperties.PREFIX + "' can't be bound:";
        return new StageConfigurationException(
                below + " " + key + " (origin: " + origin + "): " + reason,
                "The " + below + System.lineSeparator() + entries,
                remedy,
                e);
    }

    private static StageConfigurationException unconvertible(Environment environment, BindException e) {
        ConfigurationProperty property = e.getProperty() != null
                ? e.getProperty()
                : StageKeys.property(environment, e.getName()); // it is forgotten of what is to have keys of its own
        Class<?> type = e.getTarget().getType().resolve(Object.class);
        Object value = property == null ? null : property.getValue();
        String reason = reason(e, type, value);
        String origin = property == null ? "unknown" : StageKeys.origin(property);
        String key = e.getName().toString();
        return problem(key, origin, reason, StageKeys.entry(key, value, origin, reason), remedy(e, type), e);
    }

    private static String reason(BindException e, Class<?> type, @Nullable Object value) {
        if (type == Class.class) {
            return "there is no such class on the class path";
        }
        if (type.isEnum()) {
            return "there is no such value"
                    + (Boolean.parseBoolean(String.valueOf(value))
                            ? "; YAML takes on, yes and true for one another"
                            : "");
        }
        if (type.isRecord()) {
            return isNamedLikeKey(e.getName(), type)
                    ? "that is a key of a stage, where the names of stages are expected"
                    : "it has keys of its own, but is set to a value";
        }
        String message = NestedExceptionUtils.getMostSpecificCause(e).getMessage();
        return message == null ? "can't be converted" : message;
    }

    private static boolean isNamedLikeKey(ConfigurationPropertyName name, Class<?> type) {
        return type == StageProperties.class && StageKeyHints.isKeyOfStage(name.getLastElement(Form.DASHED));
    }

    private static String remedy(BindException e, Class<?> type) {
        ConfigurationPropertyName name = e.getName();
        if (Collection.class.isAssignableFrom(type)) {
            Class<?> element =
                    e.getTarget().getType().asCollection().getGeneric().resolve(Object.class);
            return "Set it to " + wanted(element) + "; several are separated by commas.";
        }
        if (!type.isRecord()) {
            return "Set it to " + wanted(type) + ".";
        }
        return isNamedLikeKey(name, type)
                ? "Indent it below the name of its stage: " + ExitLeftProperties.PREFIX + ".stages.<name>."
                        + name.getLastElement(Form.DASHED) + ". " + keys()
                : "Indent what belongs to it below it. " + keys();
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
            return "an IP address, such as 127.0.0.1";
        }
        if (type == List.class) { // the others are of texts, which need no conversion
            return "addresses separated by commas, such as 239.255.7.7";
        }
        if (type == int.class || type == Integer.class) {
            return "a whole number";
        }
        if (type == boolean.class) {
            return "true or false";
        }
        return "a value of type " + type.getSimpleName();
    }
}
