package io.github.exitleft.demo;

import io.github.exitleft.SourceFailedException;
import io.github.exitleft.StageClosedException;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.TooManyTicketsException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.task.SimpleAsyncTaskExecutorBuilder;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.stereotype.Component;

/** Requests at the push of a button, each on a thread of its own as if it had come over HTTP. */
@Component
final class Load {

    static final int MOST_AT_ONCE = 1_000;
    static final int MOST_UNDER_WAY = 2_000;

    private final NatChecker checker;
    private final AsyncTaskExecutor executor;
    private final AtomicInteger underWay = new AtomicInteger();

    Load(NatChecker checker, SimpleAsyncTaskExecutorBuilder executors) {
        this.checker = checker;
        this.executor = executors.threadNamePrefix("load-").build();
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
