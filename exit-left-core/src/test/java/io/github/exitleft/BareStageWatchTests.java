package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.tngtech.archunit.thirdparty.org.objectweb.asm.ClassReader;
import com.tngtech.archunit.thirdparty.org.objectweb.asm.ClassVisitor;
import com.tngtech.archunit.thirdparty.org.objectweb.asm.MethodVisitor;
import com.tngtech.archunit.thirdparty.org.objectweb.asm.Opcodes;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a stage costs, which waiter it promotes, and what it shows: rules S14, S15, S17 and S18. */
class BareStageWatchTests extends Steered {

    @Test
    void s14_cost_doesNotGrowWithTheNumberOfTickets() throws Exception {
        assertThat(looksAtTokensAmong(20_000)).isLessThanOrEqualTo(2 * looksAtTokensAmong(10));
    }

    @Test
    void s14_waitersThatLeft_leaveNothingBehindWhileTheHeadStays() throws Exception {
        var head = head();
        var left = new ArrayList<WeakReference<Object>>();
        for (int i = 0; i < 3; i++) {
            String token = "w" + i;
            left.add(leaveByTimeout(token));
        }
        var interrupted = waiter("interrupted", LONG);
        left.add(new WeakReference<>(interrupted.thread));
        interrupted.thread.interrupt();
        interrupted.thrown();
        interrupted = null;
        assertThat(stage.snapshot(0).waiters()).isZero();
        await().until(() -> {
            System.gc();
            return left.stream().allMatch(reference -> reference.get() == null);
        });
        leave(head);
    }

    private WeakReference<Object> leaveByTimeout(String token) throws Exception {
        var own = new WeakReference<Object>(new Object[] {token});
        var waiter = Actor.startWaiting(stage, token, () -> {
            try (var ticket = stage.ticket(token, own.get())) {
                return stage.enter(ticket, Duration.ofSeconds(1), director -> "headed");
            }
        });
        parker.advance(Duration.ofSeconds(1));
        assertThat(waiter.result()).isEqualTo(timedOut());
        return own;
    }

    @Test
    void s15_newestFirst_promotesTheNewest() throws Exception {
        assertThat(promotionOrder(Promotion.NEWEST)).containsExactly("3", "2", "1");
    }

    @Test
    void s15_oldestFirst_promotesTheOldest() throws Exception {
        assertThat(promotionOrder(Promotion.OLDEST)).containsExactly("1", "2", "3");
    }

    private List<String> promotionOrder(Promotion promotion) throws Exception {
        stage = build(promotion);
        var order = new CopyOnWriteArrayList<String>();
        var head = head();
        var actors = new ArrayList<Actor<Exit<Boolean>>>();
        for (String token : List.of("1", "2", "3")) {
            actors.add(Actor.startWaiting(stage, token, () -> {
                try (var ticket = stage.ticket(token)) {
                    return stage.enter(ticket, LONG, director -> order.add(token));
                }
            }));
        }
        leave(head);
        for (var actor : actors) {
            actor.result();
        }
        return order;
    }

    @Test
    void s17_anyClass_hasNoMonitor() throws Exception {
        Path classes = Path.of(BareStage.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        var monitors = new ArrayList<String>();
        var seen = new AtomicInteger();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                seen.incrementAndGet();
                new ClassReader(Files.readAllBytes(file)).accept(new MonitorFinder(file, monitors), 0);
            }
        }
        assertThat(seen).hasValueGreaterThan(30);
        assertThat(monitors).isEmpty();
    }

    private static final class MonitorFinder extends ClassVisitor {
        private final Path file;
        private final List<String> monitors;

        MonitorFinder(Path file, List<String> monitors) {
            super(Opcodes.ASM9);
            this.file = file;
            this.monitors = monitors;
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String name, String descriptor, String signature, String[] thrown) {
            if ((access & Opcodes.ACC_SYNCHRONIZED) != 0) {
                monitors.add(file + " " + name);
            }
            return new MethodVisitor(Opcodes.ASM9) {
                @Override
                public void visitInsn(int opcode) {
                    if (opcode == Opcodes.MONITORENTER) {
                        monitors.add(file + " " + name);
                    }
                }
            };
        }
    }

    @Test
    void s17_virtualThreads_mayWaitInAnyNumber() throws Exception {
        int many = 5_000;
        Executor threads = virtualThreadsOrFew(many);
        int waiting = threads instanceof VirtualThreads ? many : 200;
        var headed = new AtomicInteger();
        var ended = new AtomicInteger();
        var real = BareStage.<Integer, Object, Object>builder("virtual", "", "").build();
        var gate = new java.util.concurrent.CountDownLatch(1);
        var first = Actor.start("first", () -> {
            try (var ticket = real.ticket(-1)) {
                return real.enter(ticket, LONG, director -> {
                    gate.await();
                    for (int i = 0; i < waiting; i += 2) {
                        assertThat(director.signal(i)).isTrue();
                    }
                    return "";
                });
            }
        });
        await().until(() -> real.snapshot(0).head() != null);
        for (int i = 0; i < waiting; i++) {
            int token = i;
            threads.execute(() -> {
                try (var ticket = real.ticket(token)) {
                    real.enter(ticket, LONG, director -> headed.incrementAndGet());
                    ended.incrementAndGet();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        await().until(() -> real.snapshot(0).waiters() == waiting);
        gate.countDown();
        first.result();
        await().untilAtomic(ended, org.hamcrest.Matchers.equalTo(waiting));
        assertThat(headed).hasValue(waiting / 2);
        assertThat(real.snapshot(0).tickets()).isZero();
    }

    private record VirtualThreads(java.lang.reflect.Method starter) implements Executor {
        @Override
        public void execute(Runnable task) {
            try {
                starter.invoke(null, task);
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static Executor virtualThreadsOrFew(int many) {
        try {
            return new VirtualThreads(Thread.class.getMethod("startVirtualThread", Runnable.class));
        } catch (NoSuchMethodException e) { // before 21
            return task -> new Thread(task).start();
        }
    }

    @Test
    void s18_snapshot_showsEverythingWithoutWaitingForTheHead() throws Exception {
        Instant before = Instant.now();
        var head = head();
        parker.advance(Duration.ofSeconds(7)); // which takes no time by the calendar
        waiter("old", LONG);
        parker.advance(Duration.ofSeconds(2));
        waiter("young", LONG);
        BareSnapshot now = stage.snapshot(1);
        assertThat(now.state()).isEqualTo(BareSnapshot.State.OPEN);
        assertThat(now.waiters()).isEqualTo(2);
        assertThat(now.tickets()).isEqualTo(3);
        assertThat(now.head().thread()).isEqualTo("head");
        assertThat(now.head().heading()).isEqualTo(Duration.ofSeconds(9));
        assertThat(now.head().since())
                .isBetween(before.minusSeconds(8), Instant.now().minusSeconds(6));
        assertThat(stage.snapshot(0).head().since()).isEqualTo(now.head().since());
        assertThat(now.headChanges()).isEqualTo(1);
        assertThat(now.promotions()).isZero();
        assertThat(now.oldest())
                .containsExactly(new BareSnapshot.Waiting(
                        "old", "old", Duration.ofSeconds(2), LONG.minus(Duration.ofSeconds(2))));
        leave(head);
        await().until(() -> stage.snapshot(0).head() == null);
        assertThat(stage.snapshot(0).headChanges()).isEqualTo(3);
        assertThat(stage.snapshot(0).promotions()).isEqualTo(2);
        assertThat(stage.snapshot(0).entries()).containsEntry(Outcome.FINISHED, 3L);
    }

    @Test
    void s18_listener_hearsWhatHappensWhileItIsAdded() throws Exception {
        var heard = new CopyOnWriteArrayList<String>();
        var listener = new BareListener() {
            @Override
            public void exited(Outcome outcome, Duration waited) {
                heard.add(outcome + " after " + waited);
            }

            @Override
            public void headChanged(Thread head) {
                heard.add("head " + head.getName());
            }

            @Override
            public void failed(Throwable cause) {
                heard.add("failed " + cause.getMessage());
            }

            @Override
            public void reopened() {
                heard.add("reopened");
            }

            @Override
            public void closed() {
                heard.add("closed");
            }
        };
        stage.addListener(listener);
        var head = head();
        var waiter = waiter("w", Duration.ofSeconds(1));
        parker.advance(Duration.ofSeconds(1));
        waiter.result();
        commands.add(director -> {
            throw director.fail(new Exception("broken"));
        });
        head.thrown();
        parker.advance(Duration.ofSeconds(1));
        try (var ticket = stage.ticket("again")) {
            stage.enter(ticket, LONG, director -> {
                director.recovered();
                return "";
            });
        }
        stage.close();
        stage.removeListener(listener);
        assertThat(heard)
                .containsExactly(
                        "head head",
                        "TIMED_OUT after PT1S",
                        "failed broken",
                        "FAILED after PT1S",
                        "head " + Thread.currentThread().getName(),
                        "reopened",
                        "FINISHED after PT0S",
                        "closed");
    }

    @Test
    void s18_throwingListener_isCountedAndBreaksNothing() throws Exception {
        stage.addListener(new BareListener() {
            @Override
            public void headChanged(Thread head) {
                throw new IllegalStateException("listener");
            }

            @Override
            public void exited(Outcome outcome, Duration waited) {
                throw new AssertionError("listener");
            }
        });
        try (var ticket = stage.ticket("a")) {
            assertThat(stage.enter(ticket, LONG, director -> "fine")).isEqualTo(finished("fine"));
        }
        assertThat(stage.snapshot(0).callbackFailures()).isEqualTo(2);
    }

    @Test
    void s18_parkedThread_namesTheStage() throws Exception {
        var real = BareStage.<String, Object, Object>builder("named", "", "").build();
        var release = new java.util.concurrent.CountDownLatch(1);
        var head = Actor.start("head", () -> {
            try (var ticket = real.ticket("head")) {
                return real.enter(ticket, LONG, director -> {
                    release.await();
                    return "";
                });
            }
        });
        await().until(() -> real.snapshot(0).head() != null);
        var waiter = Actor.startWaiting(real, "w", () -> {
            try (var ticket = real.ticket("w")) {
                return real.enter(ticket, LONG, director -> "");
            }
        });
        await().untilAsserted(() ->
                assertThat(LockSupport.getBlocker(waiter.thread)).isSameAs(real).hasToString("stage 'named'"));
        release.countDown();
        waiter.result();
        head.result();
    }
}
