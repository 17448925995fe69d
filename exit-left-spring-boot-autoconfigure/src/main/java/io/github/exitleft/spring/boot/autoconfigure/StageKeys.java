package io.github.exitleft.spring.boot.autoconfigure;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
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
        ConfigurationProperty first = first();
        return first == null ? "unknown" : origin(first);
    }

    /** Where the first property comes from that is spelled like something below a key. */
    private @Nullable String originBelow(String suffix) {
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
            if (source.getUnderlyingSource() instanceof EnumerablePropertySource<?> underlying) {
                for (String name : underlying.getPropertyNames()) {
                    boolean below = name.startsWith(key(suffix) + ".") || name.startsWith(key(suffix) + "[");
                    Origin origin = below ? OriginLookup.getOrigin(underlying, name) : null;
                    if (origin != null) {
                        return origin.toString();
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

    /** Reports what a builder says of a value; it says "reason; remedy". */
    <V> V possible(String suffix, Supplier<V> builder) {
        try {
            return builder.get();
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            int remedy = message.indexOf("; ");
            throw problem(
                    suffix,
                    remedy < 0 ? message : message.substring(0, remedy),
                    "Update your application's configuration" + (remedy < 0 ? "" : ": " + message.substring(remedy + 2))
                            + ".",
                    e);
        }
    }

    /** One property in a report. */
    static String entry(String key, @Nullable Object value, String origin, String reason) {
        return "%n    Property: %s%s%n    Origin: %s%n    Reason: %s"
                .formatted(key, value == null ? "" : "%n    Value: \"%s\"".formatted(value), origin, reason);
    }

    private @Nullable ConfigurationProperty property(String suffix) {
        ConfigurationProperty first = first();
        if (first == null || suffix.isEmpty()) {
            return null;
        }
        ConfigurationPropertyName name =
                first.getName().chop(STAGES.getNumberOfElements() + 1).append(suffix);
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
            ConfigurationProperty property = source.getConfigurationProperty(name);
            if (property != null) {
                return property;
            }
        }
        return null;
    }

    /** One of the properties that make the stage; it carries the stage's name as it was written. */
    private @Nullable ConfigurationProperty first() {
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
            if (source instanceof IterableConfigurationPropertySource iterable) {
                for (ConfigurationPropertyName name : iterable) {
                    if (isOfStage(name)) {
                        return source.getConfigurationProperty(name);
                    }
                }
            }
        }
        return null;
    }

    private boolean isOfStage(ConfigurationPropertyName name) {
        return STAGES.isAncestorOf(name)
                && name.getElement(STAGES.getNumberOfElements(), Form.ORIGINAL).equals(this.stage);
    }
}
