package io.github.exitleft.benchmarks;

import java.lang.reflect.Method;

/** Makes virtual threads where there are any, from code that is compiled for Java 17. */
final class VirtualThreads {

    /** Whether this JVM has them, and parks them in {@code select} too. */
    static final boolean EXIST = Runtime.version().feature() >= 24;

    private VirtualThreads() {}

    static Thread unstarted(String name, Runnable body) {
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
