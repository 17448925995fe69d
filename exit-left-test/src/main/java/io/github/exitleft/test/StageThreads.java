package io.github.exitleft.test;

/** Tells what threads do in a stage. */
final class StageThreads {

    private StageThreads() {}

    static boolean isKeeper(Thread thread) {
        return thread.getName().startsWith("exit-left keeper of stage '");
    }

    static boolean isInStage(Thread thread) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            String name = frame.getClassName();
            if (name.startsWith("io.github.exitleft.") && !name.startsWith("io.github.exitleft.test.")) {
                return true;
            }
        }
        return false;
    }
}
