package io.github.exitleft.jcstress;

import io.github.exitleft.mutants.Mutant;
import io.github.exitleft.mutants.Mutant.Edit;
import java.util.List;

/**
 * The defects that the tests of this package must refuse; each names them by a regular expression.
 *
 * <p>A yield makes the moment longer in which the defect shows, so that a short run on a busy machine meets it.
 */
final class Mutants {

    private static final String SENDS = "io/github/exitleft/tcp/FrameWriter.java";
    private static final String ROLE = "io/github/exitleft/Role.java";

    static final List<Mutant> ALL = List.of(
            new Mutant(
                    "message filed after its signal",
                    "io/github/exitleft/Router.java",
                    "Messages.Filed",
                    List.of(
                            new Edit("Unclaimed<T, M> left = mailroom.offer(", """
                                    if (!mine) {
                                        director.signal(box);
                                    }
                                    Unclaimed<T, M> left = mailroom.offer("""),
                            new Edit("if (!mine && (left == null || left.message() != message)) {", "if (false) {"))),
            new Mutant(
                    "buffer filled after the signal",
                    "io/github/exitleft/Director.java",
                    "Signals.Against",
                    List.of(new Edit("!file(holder, use)", "!stage.role.signal(holder)"), new Edit("""
                                                return false;
                                            }
                                            return stage.role.signal(holder);
                                    """, """
                                                return false;
                                            }
                                            return file(holder, use);
                                    """))),
            new Mutant(
                    "role passed on without the lock",
                    ROLE,
                    "Heads.BothAtOnce",
                    List.of(new Edit("""
                                            Thread promoted = null;
                                            lock.insist();
                                    """, """
                                            Thread promoted = null;
                                    """), new Edit("""
                                                lock.unlock();
                                                parker.wake(promoted);
                                    """, """
                                                parker.wake(promoted);
                                    """), new Edit("""
                                                } else {
                                                    closes = guarded.isLast(now);
                                    """, """
                                                } else {
                                                    Thread.yield();
                                                    closes = guarded.isLast(now);
                                    """))),
            new Mutant(
                    "early signal kept without the lock",
                    ROLE,
                    "Signals",
                    List.of(new Edit("""
                                            Thread signalled = null;
                                            lock.insist(); // what it is signalled for has been filed
                                    """, """
                                            Thread signalled = null;
                                    """), new Edit("""
                                                    ticket.signalPending = true;
                                                }
                                            } catch (Throwable e) {
                                                guarded.breakOff(e);
                                                throw e;
                                            } finally {
                                                lock.unlock();
                                            }
                                    """, """
                                                    Thread.yield();
                                                    ticket.signalPending = true;
                                                }
                                            } finally {
                                            }
                                    """))),
            new Mutant(
                    "cause of a failure told after the waits have ended",
                    "io/github/exitleft/Generations.java",
                    "Endings.FailureAgainstWait",
                    List.of(new Edit("reported.failure = why;", ""), new Edit("""
                                            guarded.wakeAll(ended);
                                            return true;
                                    """, """
                                            guarded.wakeAll(ended);
                                            Thread.yield();
                                            reported.failure = why;
                                            return true;
                                    """))),
            new Mutant(
                    "closing marked after the waits have ended",
                    "io/github/exitleft/Closing.java",
                    "Endings.CloseAgainstEntry",
                    List.of(
                            new Edit(
                                    "            closing = true;\n            guarded.closed = true;\n",
                                    "            closing = true;\n"),
                            new Edit("""
                                            guarded.wakeAll(ended);
                                            if (headed) {
                                    """, """
                                            Thread.yield();
                                            guarded.closed = true;
                                            guarded.wakeAll(ended);
                                            if (headed) {
                                    """))),
            new Mutant(
                    "head not told that its ticket is closed",
                    "io/github/exitleft/Director.java",
                    "Endings.CancelAgainstHead",
                    List.of(new Edit("isClosed() || isCancelled() ?", "isClosed() ?"))),
            new Mutant(
                    "part of a frame taken for the whole",
                    SENDS,
                    "Sends.TwoAtOnce",
                    List.of(new Edit("if (!written || frame.remaining() == 0) {", "if (true) {"))),
            new Mutant(
                    "two threads with the turn to write",
                    SENDS,
                    "Sends.TwoAtOnce",
                    List.of(new Edit("if (writing || patient && company.isLikely(mine.thread)) {", "if (false) {"))),
            new Mutant(
                    "next to write not woken",
                    SENDS,
                    "Sends.TwoAtOnce",
                    List.of(
                            new Edit("next = queue.peek();", "next = null;"),
                            new Edit("if (queue.isEmpty() || !wire.isIntact()) {", "if (true) {"))));

    private Mutants() {}
}
