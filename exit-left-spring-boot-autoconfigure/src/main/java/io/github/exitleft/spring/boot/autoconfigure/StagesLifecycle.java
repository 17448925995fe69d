package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.Stage;
import java.util.function.Consumer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Pauses all stages of a context while the context is stopped: their keepers end, and begin to read again when it is started. The stages
 * are closed when their beans are destroyed.
 *
 * <p>One bean does this for all stages. It learns of them as they are created, so that it creates none that is lazy.
 */
final class StagesLifecycle implements SmartLifecycle {

    /** The phase, below the web server's, which waits for the requests in flight at 1024 below the default and stops at 2048. */
    static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

    private static final Log logger = LogFactory.getLog(StagesLifecycle.class);

    private final StageBeanRecorder stages;
    /** True at first, as stages run when they are created. */
    private volatile boolean running = true;

    StagesLifecycle(StageBeanRecorder stages) {
        this.stages = stages;
        stages.announceTo((name, stage) -> {
            if (!this.running) {
                stage.pause();
            }
        });
    }

    @Override
    public void start() {
        this.running = true;
        each(Stage::resume);
    }

    @Override
    public void stop() {
        // set first: a stage that is created now is announced or among the existing ones, or both
        this.running = false;
        each(Stage::pause);
    }

    private void each(Consumer<Stage<?, ?>> action) {
        this.stages.own().forEach((name, stage) -> {
            try {
                action.accept(stage);
            } catch (RuntimeException e) {
                logger.warn("stage '" + name + "' can't be paused or resumed", e);
            }
        });
    }

    @Override
    public boolean isRunning() {
        return this.running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
