package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.Stage;
import io.github.exitleft.StageListener;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;

/**
 * Adds each bean of type {@link StageListener} to the stages whose tokens and messages it takes.
 *
 * <p>This is done once all singletons exist, so that a listener may have a stage injected; stages that are created later get their
 * listeners then.
 */
final class StageListenerBeans implements SmartInitializingSingleton {

    /** A listener, and what it takes; null for anything. */
    private record Listening(
            StageListener<Object, Object> listener,
            @Nullable Class<?> tokens,
            @Nullable Class<?> messages) {

        boolean takes(Class<?> tokenType, @Nullable Class<?> messageType) {
            return (this.tokens == null || this.tokens.isAssignableFrom(tokenType))
                    && (this.messages == null || messageType == null || this.messages.isAssignableFrom(messageType));
        }
    }

    private final ConfigurableListableBeanFactory beanFactory;
    private final StageBeans stages;

    StageListenerBeans(ConfigurableListableBeanFactory beanFactory, StageBeans stages) {
        this.beanFactory = beanFactory;
        this.stages = stages;
    }

    @Override
    public void afterSingletonsInstantiated() {
        List<Listening> listeners = this.beanFactory.getBeansOfType(StageListener.class).keySet().stream()
                .map(this::listening)
                .toList();
        if (!listeners.isEmpty()) {
            this.stages.announceTo((name, stage) -> addTo(name, stage, listeners));
        }
    }

    @SuppressWarnings("unchecked") // it is added only where it takes tokens and messages, so far as is known
    private Listening listening(String name) {
        ResolvableType type = type(name).as(StageListener.class);
        return new Listening(
                (StageListener<Object, Object>) this.beanFactory.getBean(name),
                type.getGeneric(0).resolve(),
                type.getGeneric(1).resolve());
    }

    private void addTo(String name, Stage<?, ?> stage, List<Listening> listeners) {
        Class<?> messageType = type(name).as(Stage.class).getGeneric(1).resolve();
        for (Listening listening : listeners) {
            if (listening.takes(stage.tokenType(), messageType)) {
                stage.addListener(listening.listener());
            }
        }
    }

    /** Returns the generic type of a bean, so far as it is known. */
    private ResolvableType type(String name) {
        ResolvableType defined = this.beanFactory.containsBeanDefinition(name)
                ? this.beanFactory.getMergedBeanDefinition(name).getResolvableType()
                : ResolvableType.NONE;
        return defined == ResolvableType.NONE ? ResolvableType.forClass(this.beanFactory.getType(name)) : defined;
    }
}
