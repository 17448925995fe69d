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
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.Environment;
import org.springframework.util.unit.DataSize;

/** Makes the reports of properties that cannot be bound. */
final class BindingReport {

    private final Environment environment;
    private final KnownKeys known;
    private final StageKeyHints hints;

    BindingReport(Environment environment, SourceAdapters adapters) {
        this.environment = environment;
        this.known = new KnownKeys(adapters);
        this.hints = new StageKeyHints(this.known);
    }

    /** Reports unknown keys. */
    StageConfigurationException unknown(List<ConfigurationProperty> unknown) {
        String entries = unknown.stream()
                .map(property -> entry(property, unknown(property.getName())))
                .collect(Collectors.joining(System.lineSeparator()));
        ConfigurationProperty first = unknown.get(0);
        boolean list = StageKeyHints.isInList(first.getName());
        boolean misplaced = this.hints.didYouMean(first.getName()) != null;
        String remedy = list
                ? "Write 'name:' and indent its keys below it, without '-'. "
                : misplaced ? "Correct the key or its indentation, or remove it. " : "Correct the key or remove it. ";
        return problem(
                first.getName().toString(),
                StageKeys.origin(first),
                unknown(first.getName()),
                entries,
                remedy + keysFor(first.getName()),
                null);
    }

    private String unknown(ConfigurationPropertyName name) {
        if (StageKeyHints.isInList(name)) {
            return "there is a list, where keys have names";
        }
        String meant = this.hints.didYouMean(name);
        return "there is no such key" + (meant == null ? "" : "; " + meant);
    }

    /** Names the keys beside the one that is meant, or all of a stage if none is. */
    private String keysFor(ConfigurationPropertyName unknown) {
        List<String> beside = StageKeyHints.isInList(unknown) ? List.of() : this.hints.besideWhatIsMeant(unknown);
        return beside.isEmpty() ? keys() : "Beside it there are: " + String.join(", ", beside) + ".";
    }

    private String keys() {
        return "Below " + ExitLeftProperties.PREFIX + ".stages.<name> there are: " + String.join(", ", this.known.all())
                + ".";
    }

    private StageConfigurationException problem(
            String key, String origin, String reason, String entries, String remedy, @Nullable Exception e) {
        String below = "properties below '" + ExitLeftProperties.PREFIX + "' can't be bound:";
        return new StageConfigurationException(
                below + " " + key + " (origin: " + origin + "): " + reason,
                "The " + below + System.lineSeparator() + entries,
                remedy,
                e);
    }

    /** Reports a value that can't be converted. */
    StageConfigurationException unconvertible(BindException e) {
        ConfigurationProperty property = property(e);
        Class<?> type = e.getTarget().getType().resolve(Object.class);
        Object value = property == null ? null : property.getValue();
        String reason = reason(e, type, value);
        String origin = property == null ? "unknown" : StageKeys.origin(property);
        String key = e.getName().toString();
        return problem(key, origin, reason, StageKeys.entry(key, value, origin, reason), remedy(e, type), e);
    }

    private String reason(BindException e, Class<?> type, @Nullable Object value) {
        if (type == Class.class) {
            return "there is no such class on the class path";
        }
        if (type.isEnum()) {
            return "there is no such value"
                    + (Boolean.parseBoolean(String.valueOf(value))
                            ? "; YAML takes on, yes and true for one another"
                            : "");
        }
        if (hasKeys(e.getName(), type)) {
            return isNamedLikeKey(e.getName(), type)
                    ? "that is a key of a stage, where the names of stages are expected"
                    : "it has keys of its own, but is set to a value";
        }
        String message = NestedExceptionUtils.getMostSpecificCause(e).getMessage();
        return message == null ? "can't be converted" : message;
    }

    /** Says whether a binding failed on a value, and not on the class that values were to be bound to. */
    boolean isOfValue(BindException e) {
        return property(e) != null;
    }

    private @Nullable ConfigurationProperty property(BindException e) {
        // may be another property, which was bound before
        ConfigurationProperty last = e.getProperty();
        return last != null && last.getName().equals(e.getName())
                ? last
                : StageKeys.property(this.environment, e.getName());
    }

    private boolean hasKeys(ConfigurationPropertyName name, Class<?> type) {
        return type.isRecord()
                || name.getNumberOfElements() > 3
                        && this.known.isGroup(below(name).toString());
    }

    /** Returns the part of a name below that of the stage. The name is parsed anew, since Boot can't take parts of names that it put together. */
    private static ConfigurationPropertyName below(ConfigurationPropertyName name) {
        return ConfigurationPropertyName.of(name.toString()).subName(3);
    }

    private boolean isNamedLikeKey(ConfigurationPropertyName name, Class<?> type) {
        return type == StageProperties.class && this.known.isKeyOrGroup(name.getLastElement(Form.DASHED));
    }

    private String remedy(BindException e, Class<?> type) {
        ConfigurationPropertyName name = e.getName();
        if (Collection.class.isAssignableFrom(type)) {
            Class<?> element =
                    e.getTarget().getType().asCollection().getGeneric().resolve(Object.class);
            return "Set it to " + wanted(element) + "; several are separated by commas.";
        }
        if (!hasKeys(name, type)) {
            return "Set it to " + wanted(type) + ".";
        }
        return isNamedLikeKey(name, type)
                ? "Indent it below the name of its stage: " + ExitLeftProperties.PREFIX + ".stages.<name>."
                        + name.getLastElement(Form.DASHED) + ". " + keys()
                : "Indent what belongs to it below it. " + keys();
    }

    private String entry(ConfigurationProperty property, String reason) {
        return StageKeys.entry(property.getName().toString(), property.getValue(), StageKeys.origin(property), reason);
    }

    private String wanted(Class<?> type) {
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
        if (type == RestTime.class) {
            return "a duration, such as 3s or 500ms, or to until-answered";
        }
        if (type == DataSize.class) {
            return "a size, such as 1MB or 1500B";
        }
        if (type == InetAddress.class) {
            return "an IP address, such as 127.0.0.1";
        }
        if (type == int.class || type == Integer.class) {
            return "a whole number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        return "a value of type " + type.getSimpleName();
    }
}
