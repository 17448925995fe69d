package com.example.peers;

import io.github.exitleft.testing.VirtualThreadSupport;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** Callers on threads of their own: virtual ones where there are any. */
final class Callers {

    private Callers() {}

    /** Starts one. */
    static <V> FutureTask<V> start(Callable<V> body) {
        var task = new FutureTask<>(body);
        Thread thread;
        if (VirtualThreadSupport.exist()) {
            thread = VirtualThreadSupport.unstarted("caller", task);
        } else {
            thread = new Thread(task, "caller");
            thread.setDaemon(true);
        }
        thread.start();
        return task;
    }
}
