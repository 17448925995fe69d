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

/** The keys of one stage in the environment: knows where each comes from, and words what is wrong with it. */
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

    /** The full key, of the stage itself if the suffix is empty. */
    String key(String suffix) {
        return STAGES + "." + this.stage + (suffix.isEmpty() ? "" : "." + suffix);
    }

    /** Where a key comes from or, if it isn't set, where the stage comes from. */
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

    /** Where the first property comes from that stands below a key. */
    private @Nullable String originBelow(String suffix) {
        String spelled = originOfSpelled(key(suffix));
        if (spelled != null) {
            return spelled;
        }
        ConfigurationPropertyName key = name(suffix);
        ConfigurationProperty below = key == null ? null : first(name -> isOfStage(name) && key.isAncestorOf(name));
        return below == null ? null : origin(below);
    }

    /** The same of what is spelled like the key, since names are equal that differ in case and dashes only. */
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

    /** One property in a report. */
    static String entry(String key, @Nullable Object value, String origin, String reason) {
        return "%n    Property: %s%s%n    Origin: %s%n    Reason: %s"
                .formatted(key, value == null ? "" : "%n    Value: \"%s\"".formatted(value), origin, reason);
    }

    /** The beginning of the environment variables that set the stage's keys; it works with any name. */
    String variable() {
        return key("").toUpperCase(Locale.ROOT).replaceAll("[-.]", "_") + "_";
    }

    /** Whether it is an environment variable that first names the stage, in which neither case nor dashes are kept. */
    boolean isNamedByVariable() {
        ConfigurationProperty first = first(this::isOfStage);
        return first != null && first.getSource() != null && StrictBindHandler.isOfVariables(first.getSource());
    }

    private @Nullable ConfigurationProperty property(String suffix) {
        ConfigurationPropertyName name = suffix.isEmpty() ? null : name(suffix);
        return name == null ? null : property(this.environment, name);
    }

    /** Returns the property sources that come first, down to the one that a key's value is from; all of them if it isn't set. */
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

    /** What a key is set to, wherever that comes first. */
    static @Nullable ConfigurationProperty property(Environment environment, ConfigurationPropertyName name) {
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            ConfigurationProperty property = source.getConfigurationProperty(name);
            if (property != null) {
                return property;
            }
        }
        return null;
    }

    /** Returns a key as a name, with the stage spelled as it is; null if nothing is set that names the stage. */
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

    /** The first of the properties that have a name like that. */
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

    /** Whether a property is one of those that make the stage: it carries the stage's name as it was written. */
    private boolean isOfStage(ConfigurationPropertyName name) {
        return STAGES.isAncestorOf(name)
                && name.getElement(STAGES.getNumberOfElements(), Form.ORIGINAL).equals(this.stage);
    }
}
