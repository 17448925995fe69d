package io.github.exitleft.spring.boot.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.Environment;

/** The keys that switch stages off, for the report of a stage that is missed. */
final class SwitchedOffStages {

    static final SwitchedOffStages NONE = new SwitchedOffStages(List.of());

    private static final String ENABLED = "enabled";

    private final List<ConfigurationProperty> switches;

    private SwitchedOffStages(List<ConfigurationProperty> switches) {
        this.switches = switches;
    }

    /** Finds the key that switches all stages off or, if they are on, those of single stages. */
    static SwitchedOffStages find(Environment environment) {
        try {
            List<ConfigurationProperty> switches = new ArrayList<>();
            if (!OnStagesEnabledCondition.isEnabled(environment)) {
                add(switches, environment, OnStagesEnabledCondition.KEY);
            } else {
                StagePropertiesBinding.bind(environment, SourceAdapters.find()).forEach((name, settings) -> {
                    if (!settings.properties().enabled()) {
                        add(switches, environment, new StageKeys(environment, name).name(ENABLED));
                    }
                });
            }
            return new SwitchedOffStages(switches);
        } catch (StageConfigurationException e) {
            // the start would have failed with that; in a test, the environment may have changed since
            return NONE;
        }
    }

    private static void add(
            List<ConfigurationProperty> switches, Environment environment, @Nullable ConfigurationPropertyName name) {
        ConfigurationProperty property = name == null ? null : StageKeys.property(environment, name);
        if (property != null) {
            switches.add(property);
        }
    }

    boolean isEmpty() {
        return this.switches.isEmpty();
    }

    /** Says whether the stage of a name is switched off, by its own key or with all others. */
    boolean has(String stage) {
        return this.switches.stream()
                .map(ConfigurationProperty::getName)
                .anyMatch(name -> name.equals(OnStagesEnabledCondition.KEY)
                        || name.getElement(2, ConfigurationPropertyName.Form.ORIGINAL)
                                .equals(stage));
    }

    /** Returns an entry for each key, for a report. */
    String entries() {
        return this.switches.stream()
                .map(property -> StageKeys.entry(
                        property.getName().toString(),
                        property.getValue(),
                        StageKeys.origin(property),
                        property.getName().equals(OnStagesEnabledCondition.KEY)
                                ? "all stages are switched off"
                                : "this stage is switched off"))
                .collect(Collectors.joining(System.lineSeparator()));
    }

    /** Returns what to do where a stage that is switched off is missed. */
    String remedy() {
        return "Set "
                + this.switches.stream()
                        .map(property -> property.getName().toString())
                        .collect(Collectors.joining(" or "))
                + " to true, or let the stage be missing: inject an ObjectProvider<Stage<…>> and call its"
                + " getIfAvailable(), or make the class that needs the stage conditional on the same key.";
    }
}
