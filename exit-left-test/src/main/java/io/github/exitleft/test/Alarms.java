package io.github.exitleft.test;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tasks that are due at a time; guarded by the lock of its user. */
final class Alarms {

    private record Alarm(long at, Runnable task) {}

    private final List<Alarm> alarms = new ArrayList<>();

    /** Adds a task; returns what removes it again. */
    Runnable set(long at, Runnable task) {
        var alarm = new Alarm(at, task);
        alarms.add(alarm);
        return () -> alarms.remove(alarm);
    }

    /** Returns when the first task is due, or another time if that is earlier. */
    long earliest(long other) {
        long earliest = other;
        for (Alarm alarm : alarms) {
            if (alarm.at - earliest < 0) {
                earliest = alarm.at;
            }
        }
        return earliest;
    }

    /** Removes the task that is due first; returns null if none is due by then. */
    @Nullable
    Runnable takeDue(long now) {
        Alarm first = null;
        for (Alarm alarm : alarms) {
            if (alarm.at - now <= 0 && (first == null || alarm.at - first.at < 0)) {
                first = alarm;
            }
        }
        if (first == null) {
            return null;
        }
        alarms.remove(first);
        return first.task;
    }
}
