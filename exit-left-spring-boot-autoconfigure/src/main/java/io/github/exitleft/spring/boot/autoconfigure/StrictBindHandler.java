package io.github.exitleft.spring.boot.autoconfigure;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/** Collects unknown keys, so that one report has them all, and refuses a value where keys belong. */
final class StrictBindHandler extends NoUnboundElementsBindHandler {

    private final Predicate<ConfigurationPropertyName> known;
    private final List<ConfigurationProperty> unknown;

    /**
     * Creates a handler.
     *
     * @param known accepts the keys that are bound elsewhere
     * @param unknown receives the unknown keys
     */
    StrictBindHandler(
            BindHandler parent, Predicate<ConfigurationPropertyName> known, List<ConfigurationProperty> unknown) {
        super(parent, source -> !isOfVariables(source));
        this.known = known;
        this.unknown = unknown;
    }

    /** Says whether a source is that of environment variables. They have several spellings for one key, so that unused ones cannot be told. */
    static boolean isOfVariables(ConfigurationPropertySource source) {
        return source.getUnderlyingSource() instanceof PropertySource<?> underlying
                && underlying.getName().equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
    }

    @Override
    public <T> @Nullable Bindable<T> onStart(ConfigurationPropertyName name, Bindable<T> target, BindContext context) {
        // Spring would convert the value where the record has one component, of that type
        if (target.getType().resolve(Object.class).isRecord()) {
            for (ConfigurationPropertySource source : context.getSources()) {
                ConfigurationProperty property = source.getConfigurationProperty(name);
                if (property != null && !property.getValue().toString().isEmpty()) {
                    throw new IllegalArgumentException("a value where keys belong");
                }
            }
        }
        return super.onStart(name, target, context);
    }

    /** Takes an empty value where keys belong for none: an empty line of YAML, of which Spring Boot 4.0 makes an empty text. */
    @Override
    public @Nullable Object onFailure(
            ConfigurationPropertyName name, Bindable<?> target, BindContext context, Exception error) throws Exception {
        if (target.getType().resolve(Object.class).isRecord() && isEmpty(name, context)) {
            return null;
        }
        return super.onFailure(name, target, context, error);
    }

    private static boolean isEmpty(ConfigurationPropertyName name, BindContext context) {
        for (ConfigurationPropertySource source : context.getSources()) {
            ConfigurationProperty property = source.getConfigurationProperty(name);
            if (property != null) {
                return property.getValue().toString().isEmpty();
            }
        }
        return false;
    }

    @Override
    public void onFinish(
            ConfigurationPropertyName name, Bindable<?> target, BindContext context, @Nullable Object result)
            throws Exception {
        try {
            super.onFinish(name, target, context, result);
        } catch (UnboundConfigurationPropertiesException e) {
            e.getUnboundProperties().stream()
                    .filter(property -> !this.known.test(property.getName()))
                    .forEach(this.unknown::add);
        }
    }
}
