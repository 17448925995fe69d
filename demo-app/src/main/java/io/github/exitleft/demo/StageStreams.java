package io.github.exitleft.demo;

import io.github.exitleft.Stage;
import io.github.exitleft.demo.StageStream.Frame;
import io.github.exitleft.demo.stun.LoopbackStunServers;
import io.github.exitleft.spring.boot.actuate.endpoint.StagesEndpoint;
import io.github.exitleft.spring.boot.actuate.endpoint.StagesEndpoint.StageDescriptor;
import io.github.exitleft.udp.Datagram;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.task.SimpleAsyncTaskExecutorBuilder;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Streams of what the stage does, one for each page that is looked at. In the last phase, as by default, so that it is
 * stopped before the web server, which would wait for requests that do not end.
 */
@Component
final class StageStreams implements SmartLifecycle {

    static final String STAGE = "stun";
    static final int MOST = 50;

    private static final long NO_TIMEOUT = 0;

    private final Stage<String, Datagram> stun;
    private final @Nullable StagesEndpoint endpoint;
    private final @Nullable LoopbackStunServers servers;
    private final AsyncTaskExecutor executor;
    private final Set<StageStream> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean running;

    StageStreams(
            Stage<String, Datagram> stun,
            ObjectProvider<StagesEndpoint> endpoint,
            ObjectProvider<LoopbackStunServers> servers,
            SimpleAsyncTaskExecutorBuilder executors) {
        this.stun = stun;
        this.endpoint = endpoint.getIfAvailable();
        this.servers = servers.getIfAvailable();
        this.executor = executors.threadNamePrefix("stage-stream-").build();
    }

    /** Opens a stream, which ends when the page is gone or the application stops. */
    SseEmitter open() {
        if (endpoint == null) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND, "the actuator does not show any stages");
        }
        SseEmitter emitter = new SseEmitter(NO_TIMEOUT);
        StageStream stream = new StageStream(emitter, events -> frame(endpoint, events));
        streams.add(stream);
        // looked at after the stream was added, so that a stop at the same time ends it if this does not
        if (!running || streams.size() > MOST) {
            streams.remove(stream);
            throw new ResponseStatusException(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    running ? "too many pages are open; close some" : "the application is about to stop");
        }
        executor.execute(() -> run(stream));
        return emitter;
    }

    private void run(StageStream stream) {
        stun.addListener(stream);
        try {
            stream.run();
        } finally {
            stun.removeListener(stream);
            streams.remove(stream);
        }
    }

    private Frame frame(StagesEndpoint endpoint, List<StageEvent> events) {
        StageDescriptor stage = endpoint.stage(STAGE);
        if (stage == null) {
            throw new IllegalStateException("stage '" + STAGE + "' cannot be shown");
        }
        return new Frame(stage, servers == null ? null : LoopbackSettings.of(servers), events);
    }

    /** Returns how many streams are open. */
    int count() {
        return streams.size();
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        streams.forEach(StageStream::stop);
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
