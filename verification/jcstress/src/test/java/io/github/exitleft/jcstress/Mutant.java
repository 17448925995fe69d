package io.github.exitleft.jcstress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import javax.tools.ToolProvider;

/**
 * A defect, as a patch of one file of the core, and the tests of which one must see it.
 *
 * <p>A yield makes the moment longer in which the defect shows, so that a short run on a busy machine meets it.
 *
 * @param name what is wrong
 * @param file which file, below the core's sources
 * @param tests a regular expression
 * @param edits what to replace by what; each must be found exactly once
 */
record Mutant(String name, String file, String tests, List<Edit> edits) {

    record Edit(String from, String to) {}

    private static final String ROLE = "io/github/exitleft/bare/Role.java";

    static final List<Mutant> ALL = List.of(
            new Mutant(
                    "message filed after its signal",
                    "io/github/exitleft/Heading.java",
                    "Messages.Filed",
                    List.of(
                            new Edit("Unclaimed<T, M> left = mailroom.offer(", """
                                    if (ticket != mine) {
                                        director.signal(holder);
                                    }
                                    Unclaimed<T, M> left = mailroom.offer("""),
                            new Edit(
                                    "if (ticket != mine && (left == null || left.message() != message)) {",
                                    "if (false) {"))),
            new Mutant(
                    "buffer filled after the signal",
                    "io/github/exitleft/bare/Director.java",
                    "Signals.Against",
                    List.of(new Edit("!stage.file(holder, use)", "!stage.signal(holder)"), new Edit("""
                                                return false;
                                            }
                                            return stage.signal(holder);
                                    """, """
                                                return false;
                                            }
                                            return stage.file(holder, use);
                                    """))),
            new Mutant(
                    "role passed on without the lock",
                    ROLE,
                    "Heads.BothAtOnce",
                    List.of(new Edit("""
                                            Thread promoted = null;
                                            lock.lock();
                                    """, """
                                            Thread promoted = null;
                                    """), new Edit("""
                                                    head = null;
                                                }
                                            } finally {
                                                lock.unlock();
                                    """, """
                                                    Thread.yield();
                                                    head = null;
                                                }
                                            } finally {
                                    """))),
            new Mutant(
                    "early signal kept without the lock",
                    ROLE,
                    "Signals",
                    List.of(new Edit("""
                                            Thread signalled = null;
                                            lock.lock();
                                    """, """
                                            Thread signalled = null;
                                    """), new Edit("""
                                                    ticket.signalPending = true;
                                                }
                                            } finally {
                                                lock.unlock();
                                    """, """
                                                    Thread.yield();
                                                    ticket.signalPending = true;
                                                }
                                            } finally {
                                    """))),
            new Mutant(
                    "cause of a failure told after the waits have ended",
                    ROLE,
                    "Endings.FailureAgainstWait",
                    List.of(new Edit("era.failure = cause;", ""), new Edit("""
                                            ended.forEach(platform::unpark);
                                            return true;
                                    """, """
                                            ended.forEach(platform::unpark);
                                            Thread.yield();
                                            reporter.era.failure = cause;
                                            return true;
                                    """))),
            new Mutant(
                    "closing marked after the waits have ended",
                    ROLE,
                    "Endings.CloseAgainstEntry",
                    List.of(new Edit("            closed = true;\n", ""), new Edit("""
                                                ended.forEach(platform::unpark);
                                                if (headed) {
                                    """, """
                                                Thread.yield();
                                                closed = true;
                                                ended.forEach(platform::unpark);
                                                if (headed) {
                                    """))));

    /** Compiles the patched file against the real core. */
    void compile(Path core, Path directory) throws IOException {
        String text = Files.readString(core.resolve(file));
        for (Edit edit : edits) {
            int at = text.indexOf(edit.from);
            if (at < 0 || text.indexOf(edit.from, at + 1) >= 0) {
                throw new IllegalStateException("mutant '" + name + "' no longer applies to '" + file
                        + "', which must have exactly once: " + edit.from);
            }
            text = text.substring(0, at) + edit.to + text.substring(at + edit.from.length());
        }
        Path source = directory.resolve("source").resolve(file);
        Path classes = classes(directory);
        Files.createDirectories(Objects.requireNonNull(source.getParent()));
        Files.createDirectories(classes);
        Files.writeString(source, text);
        int status = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "--release",
                        "17",
                        "-nowarn",
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        classes.toString(),
                        source.toString());
        if (status != 0) {
            throw new IllegalStateException("mutant '" + name + "' does not compile; see above, and '" + source + "'");
        }
    }

    static Path classes(Path directory) {
        return directory.resolve("classes");
    }
}
