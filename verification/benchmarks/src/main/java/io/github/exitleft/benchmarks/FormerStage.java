package io.github.exitleft.benchmarks;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/**
 * The stage as it was: the same contender over the core's classes of another version, which takes its turns in the same process, so
 * that what a change has brought is a ratio within rounds.
 */
final class FormerStage {

    /** Names the directory of the former core's classes, or its jar. */
    static final String PROPERTY = "benchmark.before";

    /** Loads the core, and the contender that uses it, anew; everything else is shared. */
    private static final class Loader extends URLClassLoader {

        private static final String CORE = "io.github.exitleft.";
        private static final String HERE = FormerStage.class.getPackageName() + ".";
        private static final String CONTENDER = StageContender.class.getName();

        Loader(URL... urls) {
            super(urls, FormerStage.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(CORE) || name.startsWith(HERE) && !name.startsWith(CONTENDER)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }

    private FormerStage() {}

    /** Returns what makes a stage of the core in a directory or jar. */
    static Contender.Factory of(Path core) {
        if (!Files.exists(core)) {
            throw new IllegalArgumentException("'" + PROPERTY + "' is " + core.toAbsolutePath()
                    + ", which does not exist; name the directory of the former core's classes, or its jar");
        }
        try {
            URL here =
                    StageContender.class.getProtectionDomain().getCodeSource().getLocation();
            var with = new Loader(core.toUri().toURL(), here)
                    .loadClass(StageContender.class.getName())
                    .getDeclaredMethod("with", UnaryOperator.class);
            with.setAccessible(true);
            return (Contender.Factory) with.invoke(null, UnaryOperator.identity());
        } catch (MalformedURLException | ReflectiveOperationException e) {
            throw new IllegalStateException("no stage can be made of " + core, e);
        }
    }
}
