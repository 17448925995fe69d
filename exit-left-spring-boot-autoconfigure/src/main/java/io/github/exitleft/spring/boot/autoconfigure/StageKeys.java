package io.github.exitleft.spring.boot.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;

/** The keys of one stage in the environment, with the origin of each, and the reports of mistakes in them. */
final class StageKeys {

    private static final ConfigurationPropertyName STAGES = ConfigurationPropertyName.of("exit-left.stages");

    private final Environment environment;
    private final String stage;

    StageKeys(Environment environment, String stage) {
        this.environment = environment;
        this.stage = stage;
    }

    String stage() {
        return this.stage;
    }

    /** Returns the full key, or that of the stage itself if the suffix is empty. */
    String key(String suffix) {
        return STAGES + "." + this.stage + (suffix.isEmpty() ? "" : "." + suffix);
    }

    /** Returns the origin of a key or, if the key is not set, that of the stage. */
    String origin(String suffix) {
        ConfigurationProperty property = property(suffix);
        if (property != null) {
            return origin(property);
        }
        String below = originBelow(suffix);
        if (below != null) {
            return below;
        }
        if (!suffix.isEmpty()) {
            return "not set; the stage comes from " + origin("");
        }
        ConfigurationProperty first = first(this::isOfStage);
        return first == null ? "unknown" : origin(first);
    }

    /** Returns the origin of the first property below a key; null if there is none. */
    private @Nullable String originBelow(String suffix) {
        String spelled = originOfSpelled(key(suffix));
        if (spelled != null) {
            return spelled;
        }
        ConfigurationPropertyName key = name(suffix);
        ConfigurationProperty below = key == null ? null : first(name -> isOfStage(name) && key.isAncestorOf(name));
        return below == null ? null : origin(below);
    }

    /** Returns the same for properties that are spelled like the key: names that differ in case and dashes only are equal. */
    private @Nullable String originOfSpelled(String key) {
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
            if (source.getUnderlyingSource() instanceof EnumerablePropertySource<?> underlying) {
                for (String name : underlying.getPropertyNames()) {
                    if (name.startsWith(key + ".") || name.startsWith(key + "[")) {
                        return PropertySourceOrigin.get(underlying, name).toString();
                    }
                }
            }
        }
        return null;
    }

    static String origin(ConfigurationProperty property) {
        return property.getOrigin() == null ? "unknown" : property.getOrigin().toString();
    }

    StageConfigurationException problem(String suffix, String reason, String remedy) {
        return problem(suffix, reason, remedy, null);
    }

    StageConfigurationException problem(String suffix, String reason, String remedy, @Nullable Throwable cause) {
        ConfigurationProperty property = property(suffix);
        return new StageConfigurationException(
                "stage '%s' can't be created: %s (origin: %s): %s"
                        .formatted(this.stage, key(suffix), origin(suffix), reason),
                "Stage '%s' can't be created:%n%s"
                        .formatted(
                                this.stage,
                                entry(
                                        key(suffix),
                                        property == null ? null : property.getValue(),
                                        origin(suffix),
                                        reason)),
                remedy,
                cause);
    }

    /** Reports a value out of its range. */
    void inRange(String suffix, long value, long least, long most) {
        if (value < least || value > most) {
            String range = "from " + least + " to " + most;
            throw problem(suffix, "must be " + range + ", but is " + value, "Set it to a value " + range + ".");
        }
    }

    /** Returns the lines of a report that are about one property. */
    static String entry(String key, @Nullable Object value, String origin, String reason) {
        return "%n    Property: %s%s%n    Origin: %s%n    Reason: %s"
                .formatted(key, value == null ? "" : "%n    Value: \"%s\"".formatted(value), origin, reason);
    }

    /** Says whether a key is set. */
    boolean isSet(String suffix) {
        return property(suffix) != null;
    }

    /** Returns the beginning of the environment variables that set the stage's keys; it works with any name. */
    String variable() {
        return key("").toUpperCase(Locale.ROOT).replaceAll("[-.]", "_") + "_";
    }

    /** Says whether an environment variable, which keeps neither case nor dashes, is the first property that names the stage. */
    boolean isNamedByVariable() {
        ConfigurationProperty first = first(this::isOfStage);
        return first != null && first.getSource() != null && StrictBindHandler.isOfVariables(first.getSource());
    }

    private @Nullable ConfigurationProperty property(String suffix) {
        ConfigurationPropertyName name = suffix.isEmpty() ? null : name(suffix);
        return name == null ? null : property(this.environment, name);
    }

    /** Returns the property sources down to the first that sets a key; all of them if none does. */
    List<ConfigurationPropertySource> sourcesDownTo(String suffix) {
        ConfigurationPropertyName name = name(suffix);
        List<ConfigurationPropertySource> sources = new ArrayList<>();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
            sources.add(source);
            if (name != null && source.getConfigurationProperty(name) != null) {
                break;
            }
        }
        return sources;
    }

    /** Returns the property that sets a key, from the first property source that has one. */
    static @Nullable ConfigurationProperty property(Environment environment, ConfigurationPropertyName name) {
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            ConfigurationProperty property = source.getConfigurationProperty(name);
            if (property != null) {
                return property;
            }
        }
        return null;
    }

    /** Returns the name of a key, with the stage as it is spelled; null if no property names the stage. */
    @Nullable
    ConfigurationPropertyName name(String suffix) {
        ConfigurationProperty first = first(this::isOfStage);
        return first == null
                ? null
                : STAGES.append(first.getName()
                                .chop(STAGES.getNumberOfElements() + 1)
                                .subName(STAGES.getNumberOfElements()))
                        .append(suffix);
    }

    /** Returns the first property whose name passes a test; null if there is none. */
    private @Nullable ConfigurationProperty first(Predicate<ConfigurationPropertyName> wanted) {
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
            if (source instanceof IterableConfigurationPropertySource iterable) {
                for (ConfigurationPropertyName name : iterable) {
                    if (wanted.test(name)) {
                        return source.getConfigurationProperty(name);
                    }
                }
            }
        }
        return null;
    }

    /** Says whether a property belongs to the stage: it has the stage's name as it was written. */
    private boolean isOfStage(ConfigurationPropertyName name) {
        return STAGES.isAncestorOf(name)
                && name.getElement(STAGES.getNumberOfElements(), Form.ORIGINAL).equals(this.stage);
    }
}
