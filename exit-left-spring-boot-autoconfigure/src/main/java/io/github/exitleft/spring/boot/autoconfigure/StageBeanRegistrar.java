package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.source.SourceContext.Claim;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.springframework.beans.factory.BeanRegistrar;
import org.springframework.beans.factory.BeanRegistry;
import org.springframework.beans.factory.support.BeanDefinitionOverrideException;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;

/**
 * Registers a bean for each stage that the properties name.
 *
 * <p>The properties are bound and checked here, so that a mistake fails the start even where beans are created lazily. Of a stage that
 * is switched off, only the names and values of the keys are checked.
 *
 * <p>At shutdown the container closes the stages. It destroys beans after the last of the lifecycle phases; by then the web server
 * has waited for the requests in flight and has stopped.
 */
final class StageBeanRegistrar implements BeanRegistrar {

    @Override
    public void register(BeanRegistry registry, Environment environment) {
        Map<String, StageKeys> names = new HashMap<>();
        Map<Object, Claim> claims = new HashMap<>();
        SourceAdapters adapters = SourceAdapters.find();
        StagePropertiesBinding.bind(environment, adapters).forEach((name, settings) -> {
            StageKeys keys = new StageKeys(environment, name);
            StageKeys twin = names.putIfAbsent(canonical(name), keys);
            if (twin != null) {
                throw twins(twin, keys);
            }
            if (settings.properties().enabled()) {
                register(registry, new StageDefiner(adapters, claims, keys, settings).define());
            }
        });
    }

    /** Returns the part of a name that an environment variable keeps. */
    private static String canonical(String name) {
        return name.replaceAll("[_-]", "").toLowerCase(Locale.ROOT);
    }

    private static StageConfigurationException twins(StageKeys one, StageKeys other) {
        String reason = "equal but for case, dashes and underscores";
        StageKeys written = one.isNamedByVariable() ? other : one;
        return new StageConfigurationException(
                "stages '%s' (origin: %s) and '%s' (origin: %s) have the same name but for case, dashes and underscores"
                        .formatted(one.stage(), one.origin(""), other.stage(), other.origin("")),
                "The stages '%s' and '%s' have the same name but for case, dashes and underscores:%n%s%n%s"
                        .formatted(
                                one.stage(),
                                other.stage(),
                                StageKeys.entry(one.key(""), null, one.origin(""), reason),
                                StageKeys.entry(other.key(""), null, other.origin(""), reason)),
                "Rename or remove one of them. If one comes from an environment variable that is to override the other's "
                        + "keys, spell that variable " + written.variable()
                        + "…, with an underscore for each dash of 'exit-left', of the name and of the key, as in "
                        + written.variable() + "DEFAULT_TIMEOUT.",
                null);
    }

    private static void register(BeanRegistry registry, StageDefinition definition) {
        String name = definition.keys().stage();
        // raw if the class of the source's messages is not known yet: that matches any injection
        Class<?> messageType = definition.messageType();
        Type type = messageType == null
                ? Stage.class
                : ResolvableType.forClassWithGenerics(
                                Stage.class, definition.fullTokenType(), ResolvableType.forClass(messageType))
                        .getType();
        try {
            registry.registerBean(
                    name,
                    ParameterizedTypeReference.<Stage<?, ?>>forType(type),
                    spec -> spec.supplier(
                            context -> context.bean(StageFactory.class).create(definition)));
        } catch (BeanDefinitionOverrideException e) {
            throw definition
                    .keys()
                    .problem(
                            "",
                            "there is another bean named '" + name + "', defined in "
                                    + e.getExistingDefinition().getResourceDescription(),
                            "Rename the stage or the bean; the name of a stage is the name of its bean.",
                            e);
        }
    }
}
