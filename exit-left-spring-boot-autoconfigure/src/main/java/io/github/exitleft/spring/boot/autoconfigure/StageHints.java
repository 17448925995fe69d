package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.spring.boot.source.RequiredClass;
import io.github.exitleft.spring.boot.source.SourceAdapter;
import io.github.exitleft.spring.boot.source.SourceContext.Claim;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.BindableRuntimeHintsRegistrar;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;

/**
 * Lets a native image find the token types that the properties name and the classes that source adapters require, and bind the
 * properties of these.
 */
final class StageHints implements BeanFactoryInitializationAotProcessor {

    @Override
    public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
            ConfigurableListableBeanFactory beanFactory) {
        if (beanFactory.getBeanNamesForType(StageFactory.class, false, false).length == 0) {
            return null;
        }
        Environment environment =
                beanFactory.getBean(ConfigurableApplicationContext.ENVIRONMENT_BEAN_NAME, Environment.class);
        SourceAdapters adapters = SourceAdapters.find();
        Map<Object, Claim> claims = new HashMap<>();
        List<Class<?>> tokenTypes = StagePropertiesBinding.bind(environment, adapters).entrySet().stream()
                .filter(stage -> stage.getValue().properties().enabled())
                .map(stage -> new StageDefiner(
                                adapters, claims, new StageKeys(environment, stage.getKey()), stage.getValue())
                        .define()
                        .fullTokenType())
                .flatMap(type -> Stream.concat(Stream.of(type), Stream.of(type.getGenerics())))
                .<Class<?>>map(ResolvableType::resolve)
                .filter(Objects::nonNull)
                .toList();
        Class<?>[] properties =
                adapters.all().stream().map(SourceAdapter::propertiesType).toArray(Class<?>[]::new);
        List<String> required = adapters.all().stream()
                .flatMap(adapter -> adapter.requirements().stream())
                .map(RequiredClass::name)
                .toList();
        return (context, code) -> {
            RuntimeHints hints = context.getRuntimeHints();
            tokenTypes.forEach(type -> hints.reflection().registerType(type));
            required.forEach(name -> hints.reflection().registerTypeIfPresent(beanFactory.getBeanClassLoader(), name));
            BindableRuntimeHintsRegistrar.forTypes(properties).registerHints(hints);
        };
    }
}
