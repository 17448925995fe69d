package io.github.exitleft.spring.boot.autoconfigure;

import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.PropertyResolver;
import org.springframework.util.unit.DataSize;

/**
 * Refuses durations and sizes without a unit, which would be milliseconds and bytes: {@code default-timeout: 3} is meant to be
 * seconds.
 */
final class Units extends AbstractBindHandler {

    private static final Pattern UNITLESS = Pattern.compile("\\s*[+-]?\\d+\\s*");

    private final ConfigurationPropertyName above;
    private final PropertyResolver placeholders;

    /**
     * Creates a handler.
     *
     * @param above the beginning of the keys that the handler looks at
     */
    Units(BindHandler parent, String above, PropertyResolver placeholders) {
        super(parent);
        this.above = ConfigurationPropertyName.of(above);
        this.placeholders = placeholders;
    }

    @Override
    public @Nullable Object onSuccess(
            ConfigurationPropertyName name, Bindable<?> target, BindContext context, Object result) {
        ConfigurationProperty property = context.getConfigurationProperty();
        boolean duration = result instanceof Duration;
        if ((duration || result instanceof DataSize) && property != null && this.above.isAncestorOf(name)) {
            String value = this.placeholders.resolvePlaceholders(String.valueOf(property.getValue()));
            if (UNITLESS.matcher(value).matches()) {
                throw new IllegalArgumentException(
                        "'" + value + "' has no unit, such as " + (duration ? "s or ms" : "B or KB"));
            }
        }
        return super.onSuccess(name, target, context, result);
    }
}
