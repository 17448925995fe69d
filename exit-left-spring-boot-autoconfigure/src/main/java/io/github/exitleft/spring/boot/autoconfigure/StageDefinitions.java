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
 * Completes what {@link StageBeanRegistrar} has registered: says where each definition comes from, and takes those back whose
 * stage a parent context has already. A child context inherits its parent's properties, and would open each source again.
 *
 * <p>A registrar can do neither, since it sees no bean factory.
 */
final class StageDefinitions implements BeanDefinitionRegistryPostProcessor {

    private static final Log logger = LogFactory.getLog(StageDefinitions.class);
    private static final String PROPERTIES = StageProperties.class.getName();

    private final Environment environment;

    StageDefinitions(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        StagePropertiesBinding.bind(this.environment).stages().forEach((name, properties) -> {
            BeanDefinition definition = registry.containsBeanDefinition(name) ? registry.getBeanDefinition(name) : null;
            if (definition == null || definition.getSource() != StageBeanRegistrar.class) {
                return; // another bean took the name, where that is allowed
            }
            if (registry instanceof HierarchicalBeanFactory factory && parentHas(factory, name, properties)) {
                logger.debug("stage '" + name + "' is that of the parent context, which has the same properties");
                registry.removeBeanDefinition(name);
                return;
            }
            definition.setAttribute(PROPERTIES, properties);
            if (definition instanceof AbstractBeanDefinition described) {
                StageKeys keys = new StageKeys(this.environment, name);
                described.setResourceDescription(keys.key("") + ", " + keys.origin(""));
            }
        });
    }

    private static boolean parentHas(HierarchicalBeanFactory factory, String name, StageProperties properties) {
        BeanFactory parent = factory.getParentBeanFactory();
        while (parent != null) {
            ConfigurableListableBeanFactory definitions = parent instanceof ConfigurableApplicationContext context
                    ? context.getBeanFactory()
                    : parent instanceof ConfigurableListableBeanFactory own ? own : null;
            if (definitions != null && definitions.containsBeanDefinition(name)) {
                return properties.equals(properties(definitions.getBeanDefinition(name)));
            }
            parent = parent instanceof HierarchicalBeanFactory child ? child.getParentBeanFactory() : null;
        }
        return false;
    }

    /** The properties that a bean was defined by; null if it was defined otherwise. */
    static @Nullable StageProperties properties(BeanDefinition definition) {
        return (StageProperties) definition.getAttribute(PROPERTIES);
    }
}
