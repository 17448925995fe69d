package io.github.exitleft;

import java.io.IOException;
import java.io.InputStream;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Runs code in the initialiser of a class, where a virtual thread that waits holds its carrier, on any JDK. */
public final class Pinning {

    /** What initialisers run; public, since each copy of the class is in a package of its own. */
    public static final Queue<Runnable> CODE = new ConcurrentLinkedQueue<>();

    /** Its copies are initialised anew. */
    public static final class Pinned {
        static {
            CODE.remove().run();
        }

        private Pinned() {}
    }

    private static final class Copies extends ClassLoader {
        Copies() {
            super(Pinning.class.getClassLoader());
        }

        void initialise(String name) throws IOException, ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] code = in.readAllBytes();
                defineClass(name, code, 0, code.length);
            }
            Class.forName(name, true, this);
        }
    }

    private Pinning() {}

    /** Runs the code on this thread, or that of another that came at the same time. */
    public static void run(Runnable code) {
        CODE.add(code);
        try {
            new Copies().initialise(Pinned.class.getName());
        } catch (IOException | ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }
}
