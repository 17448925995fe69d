package io.github.exitleft.demo;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.exitleft.Outcome;
import io.github.exitleft.StageListener;
import io.github.exitleft.Unclaimed;
import io.github.exitleft.spring.boot.actuate.endpoint.StagesEndpoint.StageDescriptor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * What a stage does, for one page: its descriptor as the actuator has it, and the events since the one before. Each
 * stream runs on a thread of its own, so that a page that reads slowly holds up no other.
 */
final class StageStream implements StageListener<Object, Object>, Runnable {

    /** More events than a page can draw at a time; those beyond are in the descriptor's counts only. */
    private static final int MOST_EVENTS = 200;

    private static final long IDLE_MILLIS = 250;
    private static final long PAUSE_MILLIS = 50;

    private final SseEmitter emitter;
    private final Function<List<StageEvent>, Frame> frames;
    private final BlockingQueue<StageEvent> events = new ArrayBlockingQueue<>(MOST_EVENTS);
    private final CountDownLatch stopped = new CountDownLatch(1);

    StageStream(SseEmitter emitter, Function<List<StageEvent>, Frame> frames) {
        this.emitter = emitter;
        this.frames = frames;
        emitter.onCompletion(this::stop);
        emitter.onTimeout(this::stop);
        emitter.onError(e -> stop());
    }

    /** Ends the stream soon; may be called by any thread, and more than once. */
    void stop() {
        stopped.countDown();
    }

    @Override
    public void headChanged(Thread head) {
        events.offer(StageEvent.head(head));
    }

    @Override
    public void exited(Outcome outcome, Duration waited) {
        events.offer(StageEvent.exit(Thread.currentThread(), outcome, waited));
    }

    @Override
    public void unclaimed(Unclaimed<?, ?> unclaimed) {
        events.offer(StageEvent.unclaimed(unclaimed.outcome()));
    }

    @Override
    public void run() {
        try {
            List<StageEvent> latest = new ArrayList<>();
            do {
                events.drainTo(latest);
                emitter.send(frames.apply(List.copyOf(latest)), MediaType.APPLICATION_JSON);
                latest.clear();
                // the first event after a rest is shown at once, since a quick exchange is over before the next look
                StageEvent first = events.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    latest.add(first);
                }
            } while (!stopped.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS));
        } catch (IOException | IllegalStateException e) {
            // the page is gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end();
        }
    }

    private void end() {
        try {
            emitter.complete();
        } catch (IllegalStateException e) {
            // the page is gone, and the server has ended its request already
        }
    }

    /**
     * One look at the stage.
     *
     * @param stage what the actuator shows of it
     * @param loopback how the servers on loopback answer; null if others are asked
     * @param events what has happened since the look before
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Frame(StageDescriptor stage, @Nullable LoopbackSettings loopback, List<StageEvent> events) {}
}
