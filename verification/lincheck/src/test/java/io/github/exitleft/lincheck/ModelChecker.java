package io.github.exitleft.lincheck;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.jetbrains.kotlinx.lincheck.runner.LambdaRunnerKt;
import org.jetbrains.kotlinx.lincheck.runner.Runner;
import org.jetbrains.kotlinx.lincheck.strategy.LincheckFailure;
import org.jetbrains.kotlinx.lincheck.strategy.Strategy;
import org.jetbrains.kotlinx.lincheck.strategy.StrategyKt;
import org.jetbrains.kotlinx.lincheck.strategy.managed.ManagedStrategySettings;
import org.jetbrains.lincheck.NoExceptionVerifier;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuarantee;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.jvm.agent.InstrumentationMode;
import org.jetbrains.lincheck.jvm.agent.LincheckInstrumentation;
import org.jspecify.annotations.Nullable;

/**
 * Lincheck's model checker, as {@code Lincheck.runConcurrentTest} uses it, with what that does not let one set.
 *
 * <ul>
 *   <li>Classes are instrumented once. By itself Lincheck restores them after each call, which costs half a second, and what
 *       the JIT compilers have done.
 *   <li>Threads are not switched where that shows nothing: in the scenarios' own classes, in the library's locks and
 *       concurrent collections, and in what the core does with its lock held and no other thread looks at.
 *   <li>A run may take longer, so that a busy machine does not make it one that hangs, and may go round a loop more often.
 * </ul>
 *
 * <p>The classes behind it are not meant for users, so another version of Lincheck may need another form of this one.
 */
final class ModelChecker {

    private static final String LOCKS = "java.util.concurrent.locks.";
    private static final String BARE = "io.github.exitleft.";
    private static final String MINE = "io.github.exitleft.lincheck.";
    private static final Set<String> LOCK_HELD =
            Set.of("decideEntry", "enqueue", "dequeue", "giveRoleTo", "isLast", "end", "endAll", "breakOff");
    private static final List<ManagedStrategyGuarantee> SILENT = List.of(
            silent(
                    Set.of(
                            MINE + "Actor",
                            MINE + "Letters",
                            MINE + "Play.Resource",
                            "io.github.exitleft.StageSeam.Timers")::contains,
                    method -> !method.equals("fire")),
            // not run(): what a thread does after it has parked counts as if it were in that method
            silent(Set.of(BARE + "Simulation")::contains, method -> !method.equals("run")),
            silent(
                    name -> name.startsWith(LOCKS + "ReentrantLock")
                            || name.equals(LOCKS + "LockSupport")
                            || name.equals(LOCKS + "AbstractOwnableSynchronizer"),
                    method -> true),
            silent(
                    Set.of(
                            BARE + "WaiterQueue",
                            BARE + "Deadlines",
                            BARE + "DeadlineHeap",
                            BARE + "StackProbe",
                            BARE + "RoleStats",
                            "io.github.exitleft.Mailbox",
                            "io.github.exitleft.RetiredTokens")::contains,
                    method -> true),
            silent(Set.of(BARE + "GuardedState")::contains, LOCK_HELD::contains));

    private static final long TIMEOUT_MILLIS = 120_000;
    private static final int ITERATIONS_BEFORE_SWITCH = 10;
    private static final int LOOP_BOUND = 500;
    private static final int RECURSION_BOUND = 100; // the stack probe goes half as deep
    private static final ManagedStrategySettings SETTINGS = new ManagedStrategySettings(
            TIMEOUT_MILLIS, ITERATIONS_BEFORE_SWITCH, LOOP_BOUND, RECURSION_BOUND, false, false, true, SILENT);

    private ModelChecker() {}

    private static ManagedStrategyGuarantee silent(Predicate<String> classes, Predicate<String> methods) {
        return ManagedStrategyGuaranteeKt.forClasses(classes::test)
                .methods(methods::test)
                .mute$lincheck();
    }

    /** Prepares this JVM, once. */
    static void install() throws ReflectiveOperationException {
        LincheckInstrumentation.INSTANCE.attachJavaAgentStatically(ByteBuddyAgent.install());
        LincheckInstrumentation.INSTANCE.install(InstrumentationMode.MODEL_CHECKING);
        // by name: this class has come with the agent, and is not on the class path
        Class.forName("sun.nio.ch.lincheck.Injections")
                .getMethod("enableThreadLocalEventTracking")
                .invoke(null);
    }

    /**
     * Explores.
     *
     * @param runs how many interleavings
     * @param body what to run in each
     * @return what was found, or null
     */
    static @Nullable LincheckFailure explore(int runs, Runnable body) throws ReflectiveOperationException {
        LincheckInstrumentation.INSTANCE.ensureObjectIsTransformed(body);
        var runner = LambdaRunnerKt.LambdaRunner(TIMEOUT_MILLIS, body);
        // by name: it implements an interface that has come with the agent
        Class<?> type =
                Class.forName("org.jetbrains.kotlinx.lincheck.strategy.managed.modelchecking.ModelCheckingStrategy");
        try (Strategy strategy = (Strategy) type.getConstructor(
                        Runner.class,
                        ManagedStrategySettings.class,
                        boolean.class,
                        LincheckInstrumentation.INSTANCE.getContext().getClass())
                .newInstance(runner, SETTINGS, false, LincheckInstrumentation.INSTANCE.getContext())) {
            runner.initializeStrategy(strategy);
            return StrategyKt.runIteration(strategy, runs, new NoExceptionVerifier());
        }
    }
}
