package com.example.sources;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

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

    private static final Duration LONGEST = Duration.ofMillis(100); // since it can't be woken
    private final Path folder;
    private final WatchService watch;
    private final Queue<Path> found = new ArrayDeque<>(); // only for the reading thread, as the next one
    private WatchKey key;

    DropFolder(Path folder) throws IOException {
        this.folder = folder;
        watch = folder.getFileSystem().newWatchService();
        key = folder.register(watch, ENTRY_CREATE);
    }

    @Override
    public Path receive(Duration remaining) throws IOException, InterruptedException {
        if (!key.isValid()) { // the folder was deleted: this fails as long as there is none
            key = folder.register(watch, ENTRY_CREATE);
        }
        Duration rest = remaining.compareTo(LONGEST) < 0 ? remaining : LONGEST;
        if (found.isEmpty() && watch.poll(rest.toNanos(), NANOSECONDS) != null) {
            for (WatchEvent<?> event : key.pollEvents()) {
                if (event.context() instanceof Path name) { // else more came than the system could note
                    found.add(name);
                }
            }
            key.reset();
        }
        return found.poll(); // null if there was nothing
    }

    @Override
    public void close() throws IOException {
        watch.close();
    }
}
