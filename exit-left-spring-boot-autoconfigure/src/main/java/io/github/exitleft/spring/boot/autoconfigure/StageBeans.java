package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.Stage;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The stages of the application, including the ones that it declares itself. Metrics, health and the endpoint find stages here.
 *
 * <p>A call never creates a bean. Of a bean with several instances, such as a prototype, the newest counts. A mock of a stage does
 * not count, since it has nothing to show.
 */
public interface StageBeans {

    /**
     * Returns the stages that exist now, including those of parent contexts, and closed ones until their beans are destroyed.
     *
     * @return a copy, by bean name and sorted by it
     */
    Map<String, Stage<?, ?>> existing();

    /**
     * Returns the names of the stages that exist now, and of the singletons that are defined but not created yet.
     *
     * @return a sorted copy
     */
    Set<String> names();

    /**
     * Announces each stage of this context once: existing ones at once, the others when they are created.
     *
     * @param watcher receives the bean's name and the stage, on the thread that creates the stage; its exceptions are logged
     */
    void announceTo(BiConsumer<? super String, ? super Stage<?, ?>> watcher);
}
