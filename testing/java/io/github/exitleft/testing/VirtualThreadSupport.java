package io.github.exitleft.testing;

import java.lang.reflect.Method;

/** Makes virtual threads where there are any, from code that is compiled for Java 17. */
public final class VirtualThreadSupport {

    private VirtualThreadSupport() {}

    /** Whether this JVM has them. */
    public static boolean exist() {
        return Runtime.version().feature() >= 21;
    }

    /** Makes one. */
    public static Thread unstarted(String name, Runnable body) {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Class<?> type = Class.forName("java.lang.Thread$Builder");
            type.getMethod("name", String.class).invoke(builder, name);
            Method unstarted = type.getMethod("unstarted", Runnable.class);
            return (Thread) unstarted.invoke(builder, body);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("no virtual threads on " + Runtime.version(), e);
        }
    }
}
