package com.example.sources;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.github.exitleft.Source;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;

/** A source of the names of files that appear in a folder. */
final class DropFolder implements Source<Path> {

    private final WatchService watch;
    private final Queue<Path> found = new ArrayDeque<>(); // only for the one who reads

    DropFolder(Path folder) throws IOException {
        watch = folder.getFileSystem().newWatchService();
        folder.register(watch, ENTRY_CREATE);
    }

    @Override
    public Path receive(Duration remaining) throws InterruptedException {
        if (found.isEmpty()) {
            // can't be woken, so 100 ms at most; and never rounded down to zero
            long millis = remaining.getSeconds() > 0 ? 100 : Math.min(100, remaining.getNano() / 1_000_000 + 1);
            WatchKey key = remaining.isZero() ? watch.poll() : watch.poll(millis, MILLISECONDS);
            if (key != null) {
                for (WatchEvent<?> event : key.pollEvents()) {
                    if (event.context() instanceof Path name) { // else more came than the system could note
                        found.add(name);
                    }
                }
                key.reset();
            }
        }
        return found.poll(); // null if there was nothing
    }

    @Override
    public void close() throws IOException {
        watch.close();
    }
}
