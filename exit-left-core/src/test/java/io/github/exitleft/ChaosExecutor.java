package io.github.exitleft;

import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;

/** What stages of the chaos tests give their work to. Each hands on the context of the thread that submits, which is the wrong one. */
enum ChaosExecutor implements Executor {
    DIRECT {
        @Override
        public void execute(Runnable job) {
            job.run();
        }
    },
    POOL {
        @Override
        public void execute(Runnable job) {
            ForkJoinPool.commonPool().execute(in(CONTEXT.get(), job));
        }
    },
    /** Does what it likes. */
    HOSTILE {
        @Override
        public void execute(Runnable job) {
            switch (ThreadLocalRandom.current().nextInt(4)) {
                case 0 -> throw new RejectedExecutionException("drawn");
                case 1 -> {
                    job.run();
                    throw new RejectedExecutionException("drawn, and run all the same");
                }
                case 2 -> POOL.execute(job);
                default -> {
                    // drops it
                }
            }
        }
    };

    private static final ThreadLocal<Object> CONTEXT = new ThreadLocal<>();

    /** Sets the context of this thread. */
    static void enter(Object context) {
        CONTEXT.set(context);
    }

    static UnaryOperator<Runnable> capture() {
        Object captured = CONTEXT.get();
        return job -> in(captured, job);
    }

    private static Runnable in(Object context, Runnable job) {
        return () -> {
            Object before = CONTEXT.get();
            CONTEXT.set(context);
            try {
                job.run();
            } finally {
                CONTEXT.set(before);
            }
        };
    }

    static boolean isIn(Object context) {
        return CONTEXT.get() == context;
    }
}
