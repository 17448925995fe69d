package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.ContextCapture;
import io.micrometer.context.ContextSnapshotFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.util.ClassUtils;

/** Captures what Micrometer's context propagation knows of a thread: observation, security context, locale and so on (M19, B9). */
final class MicrometerContext {

    private MicrometerContext() {}

    /** Says whether the library is there. This is decided when a stage is created, and not in a build ahead of time. */
    static boolean isPresent(BeanFactory beanFactory) {
        return ClassUtils.isPresent(
                "io.micrometer.context.ContextSnapshotFactory",
                beanFactory instanceof ConfigurableBeanFactory configurable ? configurable.getBeanClassLoader() : null);
    }

    static ContextCapture capture() {
        // clears what the caller did not have; it would otherwise be that of the thread that reads, by way of the
        // executor
        ContextSnapshotFactory snapshots =
                ContextSnapshotFactory.builder().clearMissing(true).build();
        return () -> snapshots.captureAll()::wrap;
    }
}
