package io.github.exitleft;

/**
 * Is handed the events of a stage: messages that its {@linkplain TokenReader#isEvent token reader} finds readable, and
 * for no caller.
 *
 * <p>It runs on the stage's {@linkplain StageBuilder#executor executor}, in no caller's context, with one event at a
 * time in the order in which they were received. It may block, and may wait on a stage.
 *
 * @param <M> messages
 * @see StageBuilder#events
 */
@FunctionalInterface
public interface EventHandler<M> {

    /**
     * Handles an event.
     *
     * @param event the message
     * @throws Exception if that fails, which is counted; the next event is handed on all the same
     */
    void handle(M event) throws Exception;
}
