package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.Stage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;

/**
 * Records every stage that becomes a bean.
 *
 * <p>Stages are recorded as they are created, since a look-up would create the lazy ones. The few that are not seen then, because
 * they were created for another post-processor or registered ready-made, are found among the finished singletons when the
 * recorder is asked.
 */
final class StageBeanRecorder implements StageBeans, DestructionAwareBeanPostProcessor, BeanFactoryAware {

    private static final Log logger = LogFactory.getLog(StageBeanRecorder.class);

    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by the lock. */
    private final Map<String, Stage<?, ?>> stages = new TreeMap<>();

    /** Guarded by the lock. */
    private final List<BiConsumer<? super String, ? super Stage<?, ?>>> watchers = new ArrayList<>();

    private @Nullable ConfigurableListableBeanFactory beanFactory;

    @Override
    public void setBeanFactory(BeanFactory beanFactory) {
        this.beanFactory = (ConfigurableListableBeanFactory) beanFactory;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof Stage<?, ?> stage) {
            record(beanName, stage);
        }
        return bean;
    }

    @Override
    public boolean requiresDestruction(Object bean) {
        return bean instanceof Stage;
    }

    @Override
    public void postProcessBeforeDestruction(Object bean, String beanName) {
        if (bean instanceof Stage<?, ?> stage) {
            this.lock.lock();
            try {
                this.stages.remove(beanName, stage);
            } finally {
                this.lock.unlock();
            }
        }
    }

    @Override
    public Map<String, Stage<?, ?>> existing() {
        Map<String, Stage<?, ?>> existing = new TreeMap<>();
        StageBeans inherited = inherited();
        if (inherited != null) {
            existing.putAll(inherited.existing());
        }
        existing.putAll(own());
        return Collections.unmodifiableMap(existing);
    }

    @Override
    public Set<String> names() {
        Set<String> names = new TreeSet<>(existing().keySet());
        if (this.beanFactory != null) {
            Collections.addAll(
                    names,
                    BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beanFactory, Stage.class, false, false));
        }
        return Collections.unmodifiableSet(names);
    }

    /** Returns the stages that exist in this context, without those of its parents. */
    Map<String, Stage<?, ?>> own() {
        recordFinishedSingletons();
        this.lock.lock();
        try {
            return new TreeMap<>(this.stages);
        } finally {
            this.lock.unlock();
        }
    }

    private @Nullable StageBeans inherited() {
        BeanFactory parent = this.beanFactory == null ? null : this.beanFactory.getParentBeanFactory();
        return parent == null ? null : parent.getBeanProvider(StageBeans.class).getIfAvailable();
    }

    @Override
    public void announceTo(BiConsumer<? super String, ? super Stage<?, ?>> watcher) {
        recordFinishedSingletons();
        this.lock.lock();
        try {
            this.watchers.add(watcher);
            this.stages.forEach((name, stage) -> announce(watcher, name, stage));
        } finally {
            this.lock.unlock();
        }
    }

    private void recordFinishedSingletons() {
        ConfigurableListableBeanFactory registry = this.beanFactory;
        if (registry == null) {
            return;
        }
        for (String name : registry.getSingletonNames()) {
            // getSingleton alone would fetch a reference to a bean that is still being created
            if (registry.containsSingleton(name) && registry.getSingleton(name) instanceof Stage<?, ?> stage) {
                record(name, stage);
            }
        }
    }

    private void record(String name, Stage<?, ?> stage) {
        if (!hasSomethingToShow(name, stage)) {
            return;
        }
        this.lock.lock();
        try {
            if (this.stages.put(name, stage) != stage) {
                ReactorThreads.protectFrom(stage);
                this.watchers.forEach(watcher -> announce(watcher, name, stage));
            }
        } finally {
            this.lock.unlock();
        }
    }

    /** Says whether a stage can be watched; a mock, which returns null where a stage does not, would break every watcher. */
    private static boolean hasSomethingToShow(String name, Stage<?, ?> stage) {
        try {
            return Objects.nonNull(stage.snapshot(0)) && Objects.nonNull(stage.tokenType());
        } catch (RuntimeException e) {
            logger.debug("stage '" + name + "' can't be watched", e);
            return false;
        }
    }

    private static void announce(
            BiConsumer<? super String, ? super Stage<?, ?>> watcher, String name, Stage<?, ?> stage) {
        try {
            watcher.accept(name, stage);
        } catch (RuntimeException e) {
            // the stage itself is in order, and would be left open if its bean failed
            logger.warn("stage '" + name + "' can't be watched", e);
        }
    }
}
