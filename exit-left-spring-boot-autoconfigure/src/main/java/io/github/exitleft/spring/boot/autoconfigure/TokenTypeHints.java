package io.github.exitleft.spring.boot.autoconfigure;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/** Lets a native image find the token types by the names that stand in the properties. */
final class TokenTypeHints implements BeanFactoryInitializationAotProcessor {

    @Override
    public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
            ConfigurableListableBeanFactory beanFactory) {
        if (beanFactory.getBeanNamesForType(StageFactory.class, false, false).length == 0) {
            return null;
        }
        Environment environment =
                beanFactory.getBean(ConfigurableApplicationContext.ENVIRONMENT_BEAN_NAME, Environment.class);
        List<Class<?>> tokenTypes = StagePropertiesBinding.bind(environment).stages().values().stream()
                .<Class<?>>map(StageProperties::tokenType)
                .filter(Objects::nonNull)
                .toList();
        return (context, code) -> tokenTypes.forEach(
                type -> context.getRuntimeHints().reflection().registerType(type));
    }
}
