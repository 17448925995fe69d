package io.github.exitleft.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes virtual threads if the JVM has them, from code that is compiled for Java 17. */
public final class Threads {

    /** Whether this JVM has virtual threads and parks them in {@code select} too. */
    static final boolean VIRTUAL = Runtime.version().feature() >= 24;

    private Threads() {}

    /** Makes a thread that costs little: a virtual one if the JVM has them, else a platform thread. */
    public static Thread cheap(String name, Runnable body) {
        return VIRTUAL ? virtual(name, body) : new Thread(null, body, name, 1 << 16);
    }

    /** Returns the ids of all platform threads. */
    static Set<Long> ids() {
        return Arrays.stream(ManagementFactory.getThreadMXBean().getAllThreadIds())
                .boxed()
                .collect(Collectors.toCollection(HashSet::new));
    }

    static Thread virtual(String name, Runnable body) {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Class<?> type = Class.forName("java.lang.Thread$Builder");
            type.getMethod("name", String.class).invoke(builder, name);
            Method unstarted = type.getMethod("unstarted", Runnable.class);
            return (Thread) unstarted.invoke(builder, body);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("no virtual threads on " + Runtime.version() + "; use Java 25", e);
        }
    }
}
