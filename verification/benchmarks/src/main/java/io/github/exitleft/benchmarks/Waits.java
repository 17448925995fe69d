package io.github.exitleft.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedClass;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/** Records how often threads wait for an answer, and for which locks, by the flight recorder of the JVM. */
final class Waits implements AutoCloseable {

    /** The name of what is waited for where it is no lock: an answer. */
    static final String ANSWER = "answer";

    /** The arguments of a JVM that records: frames enough to see what a lock belongs to. */
    static final String JVM_ARGUMENT = "-XX:FlightRecorderOptions=stackdepth=12";

    private static final String PARK = "jdk.ThreadPark";
    private static final String ENTER = "jdk.JavaMonitorEnter";
    private static final String WAIT = "jdk.JavaMonitorWait";

    /** What stands in a stack between the wait and what the lock belongs to. */
    private static final List<String> BETWEEN = List.of("java.", "jdk.");

    private final Recording recording = new Recording();

    Waits() {
        for (String event : List.of(PARK, ENTER, WAIT)) {
            recording.enable(event).withThreshold(Duration.ZERO).withStackTrace();
        }
        recording.start();
    }

    /** Stops recording; returns how often threads waited, by what for. */
    Map<String, Long> stop() throws IOException {
        Path file = Files.createTempFile("waits", ".jfr");
        try {
            recording.stop();
            recording.dump(file);
            Map<String, Long> waits = new TreeMap<>();
            try (var events = new RecordingFile(file)) {
                while (events.hasMoreEvents()) {
                    String reason = reason(events.readEvent());
                    if (reason != null) {
                        waits.merge(reason, 1L, Long::sum);
                    }
                }
            }
            return waits;
        } finally {
            Files.delete(file);
        }
    }

    /** Returns what an event's thread waited for; null if it was neither a lock nor an answer. */
    private static @Nullable String reason(RecordedEvent event) {
        return switch (event.getEventType().getName()) {
            case ENTER -> owner(event);
            case WAIT -> ANSWER;
            case PARK -> {
                RecordedClass parked = event.getClass("parkedClass");
                String name = parked == null ? "" : parked.getName();
                // conditions are what idle threads of the JDK wait for
                yield name.contains("Condition") ? null : name.endsWith("Sync") ? owner(event) : ANSWER;
            }
            // a recording has the stage's own events too
            default -> null;
        };
    }

    /** Returns the method that wanted the lock. */
    private static String owner(RecordedEvent event) {
        RecordedStackTrace stack = event.getStackTrace();
        if (stack != null) {
            for (RecordedFrame frame : stack.getFrames()) {
                String type = frame.getMethod().getType().getName();
                if (BETWEEN.stream().noneMatch(type::startsWith)) {
                    return type.substring(type.lastIndexOf('.') + 1) + "."
                            + frame.getMethod().getName();
                }
            }
        }
        return "unknown";
    }

    @Override
    public void close() {
        recording.close();
    }
}
