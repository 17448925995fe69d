package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.Stage;
import org.springframework.util.ClassUtils;
import reactor.core.scheduler.Schedulers;

/** Keeps callers from blocking threads of Reactor's that must not block, such as those of WebFlux's server (S12). */
final class ReactorThreads {

    private static final boolean PRESENT =
            ClassUtils.isPresent("reactor.core.scheduler.Schedulers", ReactorThreads.class.getClassLoader());

    private ReactorThreads() {}

    /** Has a stage refuse them, as Reactor's own {@code block()} does. Without Reactor there are none. */
    static void protectFrom(Stage<?, ?> stage) {
        if (PRESENT) {
            stage.neverBlock(Schedulers::isNonBlockingThread);
        }
    }
}
