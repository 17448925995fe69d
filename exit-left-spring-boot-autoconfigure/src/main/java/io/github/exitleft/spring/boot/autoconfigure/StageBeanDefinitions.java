package io.github.exitleft.spring.boot.autoconfigure;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.HierarchicalBeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/**
 * Completes the definitions that {@link StageBeanRegistrar} has registered: adds the origin of each, and removes those whose stage
 * is in a parent context. A child context inherits its parent's properties, and would open each source again.
 *
 * <p>A registrar can do neither, since it has no access to the bean factory.
 */
final class StageBeanDefinitions implements BeanDefinitionRegistryPostProcessor {

    private static final Log logger = LogFactory.getLog(StageBeanDefinitions.class);
    private static final String SETTINGS = StageSettings.class.getName();

    private final Environment environment;

    StageBeanDefinitions(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        StagePropertiesBinding.bind(this.environment, SourceAdapters.find()).forEach((name, settings) -> {
            BeanDefinition definition = registry.containsBeanDefinition(name) ? registry.getBeanDefinition(name) : null;
            if (definition == null || definition.getSource() != StageBeanRegistrar.class) {
                // another bean took the name, where that is allowed
                return;
            }
            if (registry instanceof HierarchicalBeanFactory factory && parentHas(factory, name, settings)) {
                logger.debug("stage '" + name + "' is that of the parent context, which has the same properties");
                registry.removeBeanDefinition(name);
                return;
            }
            definition.setAttribute(SETTINGS, settings);
            if (definition instanceof AbstractBeanDefinition described) {
                StageKeys keys = new StageKeys(this.environment, name);
                described.setResourceDescription(keys.key("") + ", " + keys.origin(""));
            }
        });
    }

    private static boolean parentHas(HierarchicalBeanFactory factory, String name, StageSettings settings) {
        BeanFactory parent = factory.getParentBeanFactory();
        while (parent != null) {
            ConfigurableListableBeanFactory definitions = parent instanceof ConfigurableApplicationContext context
                    ? context.getBeanFactory()
                    : parent instanceof ConfigurableListableBeanFactory own ? own : null;
            if (definitions != null && definitions.containsBeanDefinition(name)) {
                return settings.equals(settings(definitions.getBeanDefinition(name)));
            }
            parent = parent instanceof HierarchicalBeanFactory child ? child.getParentBeanFactory() : null;
        }
        return false;
    }

    /** Returns the settings that a bean was defined from; null if it was defined otherwise. */
    static @Nullable StageSettings settings(BeanDefinition definition) {
        return (StageSettings) definition.getAttribute(SETTINGS);
    }
}
