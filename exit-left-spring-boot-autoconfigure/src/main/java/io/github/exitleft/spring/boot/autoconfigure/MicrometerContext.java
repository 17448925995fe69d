package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.ContextCapture;
import io.micrometer.context.ContextSnapshotFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.util.ClassUtils;

/** Captures what Micrometer's context propagation knows of a thread: observation, security context, locale and so on (M19, B9). */
final class MicrometerContext {

    private MicrometerContext() {}

    /** Whether the library is there; looked for when a stage is created, so that nothing is frozen ahead of time. */
    static boolean isPresent(BeanFactory beanFactory) {
        return ClassUtils.isPresent(
                "io.micrometer.context.ContextSnapshotFactory",
                beanFactory instanceof ConfigurableBeanFactory configurable ? configurable.getBeanClassLoader() : null);
    }

    static ContextCapture capture() {
        // what the caller did not have is cleared, or it would be what the executor brought along from the reading
        // thread
        ContextSnapshotFactory snapshots =
                ContextSnapshotFactory.builder().clearMissing(true).build();
        return () -> snapshots.captureAll()::wrap;
    }
}
