package com.example.sample;

import io.github.exitleft.Source;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A source of the application's own: what its requests add is what it reads. */
class MemorySource<M> implements Source<M> {

    private static final Duration LONGEST = Duration.ofMillis(100); // since it can't be woken
    private final BlockingQueue<Object> queue = new LinkedBlockingQueue<>();

    void add(M message) {
        queue.add(message);
    }

    /** Makes one read fail. */
    void fail(Exception failure) {
        queue.add(failure);
    }

    @Override
    @SuppressWarnings("unchecked") // nothing else is added
    public M receive(Duration remaining) throws Exception {
        Duration rest = remaining.compareTo(LONGEST) < 0 ? remaining : LONGEST;
        Object next = queue.poll(rest.toNanos(), TimeUnit.NANOSECONDS);
        if (next instanceof Exception failure) {
            throw failure;
        }
        return (M) next;
    }

    @Override
    public String type() {
        return "memory";
    }

    @Override
    public void close() {}
}
