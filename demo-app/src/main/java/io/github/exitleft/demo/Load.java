package io.github.exitleft.demo;

import io.github.exitleft.SourceFailedException;
import io.github.exitleft.StageClosedException;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.TooManyTicketsException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.task.SimpleAsyncTaskExecutorBuilder;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.stereotype.Component;

/** Requests at the push of a button, each on a thread of its own as if it had come over HTTP. */
@Component
final class Load {

    static final int MOST_AT_ONCE = 1_000;
    static final int MOST_UNDER_WAY = 2_000;

    private static final Duration LONGEST_STOP = Duration.ofSeconds(5);

    private final NatChecker checker;
    private final SimpleAsyncTaskExecutor executor;
    private final AtomicInteger underWay = new AtomicInteger();

    Load(NatChecker checker, SimpleAsyncTaskExecutorBuilder executors) {
        this.checker = checker;
        this.executor = executors
                .threadNamePrefix("load-")
                .taskTerminationTimeout(LONGEST_STOP)
                .build();
    }

    /** Begins so many requests at once; returns false, and begins none, if too many are under way. */
    boolean begin(int requests) {
        if (underWay.addAndGet(requests) > MOST_UNDER_WAY) {
            underWay.addAndGet(-requests);
            return false;
        }
        List<ServerAddress> servers = checker.servers();
        for (int i = 0; i < requests; i++) {
            ServerAddress server = servers.get(ThreadLocalRandom.current().nextInt(servers.size()));
            executor.execute(() -> ask(server));
        }
        return true;
    }

    /** Interrupts what is under way before the web server stops, since no client waits for it. */
    @EventListener(ContextClosedEvent.class)
    void stop() {
        executor.close();
    }

    private void ask(ServerAddress server) {
        try {
            checker.ask(server);
        } catch (StageTimeoutException
                | TooManyTicketsException
                | SourceFailedException
                | StageClosedException
                | ServerException e) {
            // the page shows what the stage has counted
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            underWay.decrementAndGet();
        }
    }
}
