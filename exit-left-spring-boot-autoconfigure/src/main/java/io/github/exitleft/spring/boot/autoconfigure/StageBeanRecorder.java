package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.Stage;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.beans.factory.config.SingletonBeanRegistry;

/**
 * Takes note of every stage that becomes a bean.
 *
 * <p>It sees them when they are created, since looking for them would create those that are lazy. The few that it cannot
 * see, because they were created for another post-processor or registered ready-made, it finds among the finished
 * singletons when somebody asks.
 */
final class StageBeanRecorder implements StageBeans, DestructionAwareBeanPostProcessor, BeanFactoryAware {

    private static final Log logger = LogFactory.getLog(StageBeanRecorder.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Stage<?, ?>> stages = new TreeMap<>(); // guarded by lock
    private BiConsumer<? super String, ? super Stage<?, ?>> watchers = (name, stage) -> {}; // guarded by lock
    private @Nullable SingletonBeanRegistry singletons;

    @Override
    public void setBeanFactory(BeanFactory beanFactory) {
        this.singletons = (SingletonBeanRegistry) beanFactory;
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
        recordFinishedSingletons();
        this.lock.lock();
        try {
            return Collections.unmodifiableMap(new TreeMap<>(this.stages));
        } finally {
            this.lock.unlock();
        }
    }

    @Override
    public void announceTo(BiConsumer<? super String, ? super Stage<?, ?>> watcher) {
        recordFinishedSingletons();
        this.lock.lock();
        try {
            BiConsumer<? super String, ? super Stage<?, ?>> others = this.watchers;
            this.watchers = (name, stage) -> {
                others.accept(name, stage);
                watcher.accept(name, stage);
            };
            this.stages.forEach(watcher);
        } finally {
            this.lock.unlock();
        }
    }

    private void recordFinishedSingletons() {
        SingletonBeanRegistry registry = this.singletons;
        if (registry == null) {
            return;
        }
        for (String name : registry.getSingletonNames()) {
            // asked first, because getSingleton would fetch a reference to one that is still being created
            if (registry.containsSingleton(name) && registry.getSingleton(name) instanceof Stage<?, ?> stage) {
                record(name, stage);
            }
        }
    }

    private void record(String name, Stage<?, ?> stage) {
        this.lock.lock();
        try {
            if (this.stages.put(name, stage) != stage) {
                this.watchers.accept(name, stage);
            }
        } catch (RuntimeException e) {
            // the stage itself is fine, and would be left open behind a bean that failed
            logger.warn("stage '" + name + "' can't be watched", e);
        } finally {
            this.lock.unlock();
        }
    }
}
