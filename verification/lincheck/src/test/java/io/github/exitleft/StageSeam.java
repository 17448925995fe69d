package io.github.exitleft;

import io.github.exitleft.bare.Simulation;
import java.lang.reflect.Field;

/** Opens package-private seams of stages to the scenarios. */
public final class StageSeam {

    private static final Field FIRST = first();

    private StageSeam() {}

    private static Field first() {
        try {
            Field field = Mailbox.class.getDeclaredField("first");
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw new AssertionError("mailboxes look different now; let this method find out whether one is empty", e);
        }
    }

    /**
     * Builds a stage on a simulated platform.
     *
     * @param <T> tokens
     * @param <M> messages
     * @param builder a builder
     * @param time the platform
     * @return the stage
     */
    public static <T, M> Stage<T, M> build(StageBuilder<T, M> builder, Simulation time) {
        return builder.seam(time::under).build();
    }

    /**
     * Looks into a mailbox without the lock, and without taking anything.
     *
     * @param ticket whose
     * @return whether there is a message in it
     */
    public static boolean hasMail(Ticket<?, ?> ticket) {
        try {
            return FIRST.get(ticket) != null;
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
