package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.Stage;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The stages of the application that exist already, the user's own among them: for what watches stages, such as metrics,
 * health and the endpoint.
 *
 * <p>Asking never creates a bean. Of a bean of which there are several instances, such as a prototype, the newest counts.
 */
public interface StageBeans {

    /**
     * The stages that exist now, the closed ones among them until their beans are destroyed.
     *
     * @return a copy, by bean name and sorted by it
     */
    Map<String, Stage<?, ?>> existing();

    /**
     * Has each stage announced once: those that exist at once, the others when they are created.
     *
     * @param watcher is given the bean's name and the stage, on the thread that creates the stage
     */
    void announceTo(BiConsumer<? super String, ? super Stage<?, ?>> watcher);
}
