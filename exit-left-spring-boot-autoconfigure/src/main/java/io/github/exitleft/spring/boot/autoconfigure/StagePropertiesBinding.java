package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.spring.boot.source.SourceAdapter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.bind.handler.IgnoreTopLevelConverterNotFoundBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;

/**
 * Binds the properties strictly, those of the stages and those of each source adapter. An unknown key, or a value that cannot be
 * converted, is reported with key and origin.
 */
final class StagePropertiesBinding {

    private static final ConfigurationPropertyName STAGES = ConfigurationPropertyName.of("exit-left.stages");
    private static final ConfigurationPropertyName SOURCE = ConfigurationPropertyName.of("source");

    private final Environment environment;
    private final SourceAdapters adapters;
    private final List<ConfigurationProperty> unknown = new ArrayList<>();

    private StagePropertiesBinding(Environment environment, SourceAdapters adapters) {
        this.environment = environment;
        this.adapters = adapters;
    }

    /** Returns the settings of each stage, by name. */
    static Map<String, StageSettings> bind(Environment environment, SourceAdapters adapters) {
        return new StagePropertiesBinding(environment, adapters).stages();
    }

    private Map<String, StageSettings> stages() {
        Map<String, StageSettings> stages = new LinkedHashMap<>();
        if (!OnStagesEnabledCondition.isEnabled(this.environment)) {
            // switched off since the application was processed ahead of time, when conditions were evaluated
            return stages;
        }
        Map<String, StageProperties> bound = bound();
        bound.forEach((name, properties) -> stages.put(name, new StageSettings(properties, sources(name, properties))));
        for (String name : namesBySource()) {
            if (!bound.containsKey(name)) {
                StageProperties unset = new Binder().bindOrCreate("unset", StageProperties.class);
                Map<String, Object> sources = sources(name, unset);
                if (!sources.isEmpty()) {
                    stages.put(name, new StageSettings(unset, sources));
                }
            }
        }
        if (!this.unknown.isEmpty()) {
            throw report().unknown(this.unknown);
        }
        return stages;
    }

    /** Returns the stages that have keys of their own. */
    private Map<String, StageProperties> bound() {
        BindHandler handler = strict(new IgnoreTopLevelConverterNotFoundBindHandler(), this::isOfAdapter);
        try {
            return Binder.get(this.environment)
                    .bindOrCreate(ExitLeftProperties.PREFIX, Bindable.of(ExitLeftProperties.class), handler)
                    .stages();
        } catch (BindException e) {
            throw report().unconvertible(e);
        }
    }

    /** Returns the names of the stages that have keys of a source. A stage may have no others. */
    private Set<String> namesBySource() {
        Set<String> names = new LinkedHashSet<>();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
            if (source instanceof IterableConfigurationPropertySource iterable) {
                iterable.stream()
                        .filter(this::isOfAdapter)
                        .map(name -> name.getElement(STAGES.getNumberOfElements(), Form.ORIGINAL))
                        .forEach(names::add);
            }
        }
        return names;
    }

    /** Says whether a key is bound by an adapter: {@code exit-left.stages.NAME.source.TYPE} and the keys below it. */
    private boolean isOfAdapter(ConfigurationPropertyName name) {
        int source = STAGES.getNumberOfElements() + 1;
        if (!STAGES.isAncestorOf(name)
                || name.getNumberOfElements() < source + 2
                || !name.subName(source).chop(1).equals(SOURCE)) {
            return false;
        }
        ConfigurationPropertyName type = name.subName(source + 1).chop(1);
        return this.adapters.all().stream()
                .anyMatch(
                        adapter -> ConfigurationPropertyName.of(adapter.type()).equals(type));
    }

    /**
     * Binds the keys of each adapter. The keys of another type than the stage's count if they are set in the same property source as the
     * type, or in one of higher precedence. Where they are set in one of lower precedence, the type was overridden: they are left alone.
     */
    private Map<String, Object> sources(String name, StageProperties properties) {
        StageKeys keys = new StageKeys(this.environment, name);
        SourceAdapter<?> chosen = this.adapters.of(properties.source().type());
        var placeholders = new PropertySourcesPlaceholdersResolver(this.environment);
        Binder everywhere = new Binder(ConfigurationPropertySources.get(this.environment), placeholders);
        Binder notOverridden =
                chosen == null ? everywhere : new Binder(keys.sourcesDownTo("source.type"), placeholders);
        Map<String, Object> sources = new LinkedHashMap<>();
        for (SourceAdapter<?> adapter : this.adapters.all()) {
            boolean isChosen = adapter == chosen;
            Object bound = bind(isChosen ? everywhere : notOverridden, keys, adapter, isChosen);
            if (bound != null) {
                sources.put(adapter.type(), bound);
            }
        }
        return sources;
    }

    private @Nullable Object bind(Binder binder, StageKeys keys, SourceAdapter<?> adapter, boolean create) {
        ConfigurationPropertyName name = keys.name(StageSourceContext.suffix(adapter.type(), ""));
        if (name == null) {
            throw new IllegalStateException("stage '" + keys.stage() + "' is named by no property");
        }
        Bindable<?> target = Bindable.of(adapter.propertiesType());
        BindHandler handler = strict(BindHandler.DEFAULT, key -> false);
        try {
            return create
                    ? binder.bindOrCreate(name, target, handler)
                    : binder.bind(name, target, handler).orElse(null);
        } catch (BindException e) {
            throw report().isOfValue(e) ? report().unconvertible(e) : unusable(keys, adapter, e);
        } catch (RuntimeException | LinkageError e) {
            throw unusable(keys, adapter, e);
        }
    }

    private BindingReport report() {
        return new BindingReport(this.environment, this.adapters);
    }

    private static StageConfigurationException unusable(StageKeys keys, SourceAdapter<?> adapter, Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String suffix = StageSourceContext.suffix(adapter.type(), "");
        return keys.problem(
                suffix,
                "properties class " + adapter.propertiesType().getName() + " can't be bound: " + cause,
                "Correct what is below " + keys.key(suffix) + ", or that class, which "
                        + adapter.getClass().getName() + " names.",
                e);
    }

    private BindHandler strict(BindHandler parent, Predicate<ConfigurationPropertyName> known) {
        var units = new Units(parent, ExitLeftProperties.PREFIX, this.environment);
        return new StrictBindHandler(units, known, this.unknown);
    }
}
