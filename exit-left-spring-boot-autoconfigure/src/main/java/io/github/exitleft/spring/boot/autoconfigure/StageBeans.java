package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.Stage;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The stages of the application, the user's own among them: for what watches stages, such as metrics, health and the
 * endpoint.
 *
 * <p>Asking never creates a bean. Of a bean of which there are several instances, such as a prototype, the newest counts. What
 * stands in for a stage in a test and has nothing to show, such as a mock, is none.
 */
public interface StageBeans {

    /**
     * Returns the stages that exist now, those of parent contexts too, and the closed ones until their beans are destroyed.
     *
     * @return a copy, by bean name and sorted by it
     */
    Map<String, Stage<?, ?>> existing();

    /**
     * Returns the names of the stages that exist now, and of those that are defined as singletons but were not created yet.
     *
     * @return a sorted copy
     */
    Set<String> names();

    /**
     * Has each stage of this context announced once: those that exist at once, the others when they are created.
     *
     * @param watcher is given the bean's name and the stage, on the thread that creates the stage; what it throws is logged
     */
    void announceTo(BiConsumer<? super String, ? super Stage<?, ?>> watcher);
}
