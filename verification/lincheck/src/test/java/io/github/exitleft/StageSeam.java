package io.github.exitleft;

import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;

/** Opens package-private seams of stages to the scenarios. */
public final class StageSeam {

    private static final Field FIRST = field(Mailbox.class, "first");
    private static final Field CHAINS = field(ReentrancyGuard.class, "chains");

    private StageSeam() {}

    /** A timer that fires when a scenario says so. */
    public static final class ManualTimer implements Timer {

        private static final int MOST = 8;

        // guarded by this
        private final @Nullable Runnable[] tasks = new Runnable[MOST];
        private int set;

        @Override
        public synchronized Runnable after(long nanos, Runnable task) {
            int place = set++;
            tasks[place] = task;
            return () -> cancel(place);
        }

        private synchronized void cancel(int place) {
            tasks[place] = null;
        }

        private synchronized @Nullable Runnable take(int place) {
            Runnable task = tasks[place];
            tasks[place] = null;
            return task;
        }

        /** Runs the tasks that are set now. */
        public void fire() {
            int end = count();
            for (int place = 0; place < end; place++) {
                Runnable task = take(place);
                if (task != null) {
                    task.run();
                }
            }
        }

        private synchronized int count() {
            return set;
        }
    }

    private static Field field(Class<?> type, String name) {
        try {
            Field field = type.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw new AssertionError(
                    type.getSimpleName() + " looks different now; let this class look where it keeps '" + name + "'",
                    e);
        }
    }

    private static Object get(Field field, Object of) {
        try {
            return field.get(of);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Empties the core's table of the threads that head, to be called while none does and Lincheck does not look. A run that hangs leaves its
     * threads in there, and Lincheck resets only the changes that it has seen.
     */
    public static void emptyTableOfHeads() {
        for (Object chain : (Object[]) get(CHAINS, ReentrancyGuard.ANYTHING)) {
            try {
                field(chain.getClass(), "first").set(chain, null);
            } catch (IllegalAccessException e) {
                throw new AssertionError(e);
            }
        }
    }

    /**
     * Reads the core's table of the threads that head, to be called while none does. Lincheck copies a static variable, and all that hangs
     * on it, when it first sees it read, and the whole JVM hangs on a thread.
     */
    public static void requireOutside() {
        ReentrancyGuard.requireOutside("the stage of a scenario");
    }

    /**
     * Builds a stage on a simulated parker, without asynchronous waits: the timer's thread would be one of which Lincheck does not know.
     *
     * @param <T> tokens
     * @param <M> messages
     * @param builder a builder
     * @param time the parker
     * @return the stage
     */
    public static <T, M> Stage<T, M> build(StageBuilder<T, M> builder, Simulation time) {
        return builder.seam(time::under).timer((nanos, task) -> Timer.NOTHING).build();
    }

    /**
     * Builds a stage on a simulated parker that takes asynchronous calls and streams, for which a caller must read: its keeper would
     * be a thread of which Lincheck does not know. What they have to do is done by the thread that brings it about.
     *
     * @param <T> tokens
     * @param <M> messages
     * @param builder a builder
     * @param time the parker
     * @param timer keeps the time of what no thread waits for
     * @return the stage
     */
    public static <T, M> Stage<T, M> build(StageBuilder<T, M> builder, Simulation time, ManualTimer timer) {
        Stage<T, M> stage =
                builder.executor(Runnable::run).timer(timer).seam(time::under).build();
        stage.pause();
        stage.keeper(Keeper.IDLE);
        return stage;
    }

    /**
     * Ends a ticket because a part of the resource is lost, on the thread that heads.
     *
     * @param ticket the ticket
     */
    public static void lose(BareTicket<?> ticket) {
        ticket.fail(new Generation(new IllegalStateException("lost")));
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
