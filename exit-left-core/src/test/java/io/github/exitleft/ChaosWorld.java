package io.github.exitleft;

import io.github.exitleft.ChaosLetter.ChaosViolation;
import io.github.exitleft.test.QueueSource;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/** One stage in chaos: its source, its clock, and the books in which every message and every wait is accounted for. */
final class ChaosWorld implements TestParkers.Eye, StageListener<Integer, ChaosLetter> {

    /** Tokens that are taken again and again; those above are used once, negative ones never. */
    static final int SHARED_TOKENS = 128;

    static final String CONTEXT_CHECKED = "context checked";

    private static final long REMEMBERED =
            RetiredTokens.NANOS - Duration.ofSeconds(1).toNanos();

    final Stage<Integer, ChaosLetter> stage;
    final String settings;
    final AtomicReference<Throwable> violation = new AtomicReference<>();
    final AtomicInteger backlog = new AtomicInteger();
    final AtomicInteger singleTokens = new AtomicInteger(SHARED_TOKENS);
    final AtomicInteger openCalls = new AtomicInteger(); // asynchronous ones whose futures are not done
    final Map<String, LongAdder> background = new ConcurrentHashMap<>();
    volatile Thread keeper;
    final AtomicLong callbackFailures = new AtomicLong();

    /** Nanoseconds from hand-over to the successor's first read, by powers of two; kept by the heads. */
    final long[] handOvers = new long[40];

    volatile boolean closing;

    /** Some of what must not be remembered. */
    final Queue<WeakReference<Object>> mortal = new ConcurrentLinkedQueue<>();

    private final AtomicInteger posted = new AtomicInteger();
    private final AtomicInteger errorsDue = new AtomicInteger(); // of the source
    private volatile QueueSource<ChaosLetter> queue = new QueueSource<>();
    private final Watched source = new Watched();
    private final Map<Thread, ChaosActor> actors = new IdentityHashMap<>(); // complete before any of them starts
    private final AtomicLong skew = new AtomicLong();
    private final AtomicLong closings = new AtomicLong();
    private final AtomicLongArray closedAt = new AtomicLongArray(SHARED_TOKENS);
    private final AtomicLongArray closingsThen = new AtomicLongArray(SHARED_TOKENS);
    private final AtomicLongArray taken = new AtomicLongArray(SHARED_TOKENS);
    private final AtomicLongArray unclaimed = new AtomicLongArray(MessageOutcome.values().length);
    private final AtomicLong events = new AtomicLong();
    private final AtomicReference<Thread> handlesEvents = new AtomicReference<>();
    private final int[] receivedFor = new int[SHARED_TOKENS]; // kept by the heads

    /** Whether calls of the parker throw now and then; and what the keeper's thread draws from. */
    private final ChaosErrors errors;

    /** A wait without end that is there to be cancelled; nothing else ends it for sure. */
    final AtomicReference<Runnable> toBeCancelled = new AtomicReference<>();

    /** Whether there is a window, and whether tokens are issued too. */
    final boolean isLimited;

    final boolean issues;

    ChaosWorld(SplittableRandom random) {
        isLimited = random.nextInt(3) == 0;
        issues = isLimited && random.nextInt(3) > 0;
        int window = 1 + random.nextInt(32);
        Duration windowWait = Duration.ofNanos(random.nextLong(2_000_000));
        // where an Error may end anything, the exits of waits in line could not be told apart
        errors = new ChaosErrors(!isLimited && random.nextBoolean(), random.split());
        Promotion promotion = random.nextBoolean() ? Promotion.NEWEST : Promotion.OLDEST;
        int drain = new int[] {0, 1, 2, 32}[random.nextInt(4)];
        int capacity = 1 + random.nextInt(4);
        Overflow overflow = random.nextBoolean() ? Overflow.DROP_NEWEST : Overflow.DROP_OLDEST;
        int tickets = random.nextInt(8) == 0 ? 16 : 10_000;
        Keeper keeper = Keeper.values()[random.nextInt(3)];
        Duration idle =
                random.nextBoolean() ? Duration.ofMillis(1) : Duration.ofHours(1); // so that nothing hides behind it
        OnFailure onFailure = random.nextBoolean() ? OnFailure.FAIL_ALL : OnFailure.REOPEN;
        ChaosExecutor executor = ChaosExecutor.values()[random.nextInt(3)];
        Duration rest = Duration.ofNanos(random.nextLong(10_000_000));
        Reuse reuse = random.nextBoolean() ? Reuse.REFUSE : Reuse.ALLOW;
        settings = promotion + ", drain " + drain + ", " + capacity + " " + overflow + ", " + tickets
                + " tickets, keeper " + keeper + " " + idle + ", " + onFailure
                + ", " + executor + ", " + reuse + " " + rest + (errors.areThrown() ? ", Errors" : "")
                + (isLimited ? ", window " + window + " " + windowWait : "") + (issues ? ", issues tokens" : "");
        StageBuilder<Integer, ChaosLetter> builder = Stage.<Integer, ChaosLetter>builder(
                        "chaos", Integer.class, source, new Reader())
                .promotion(promotion)
                .drain(drain)
                .mailbox(capacity, overflow)
                .maxTickets(tickets)
                .keeper(keeper)
                .keeperIdle(idle)
                .onFailure(onFailure)
                .reuse(reuse)
                .rest(rest)
                .executor(job -> {
                    try {
                        executor.execute(job);
                    } catch (RejectedExecutionException e) {
                        callbackFailures.incrementAndGet();
                        throw e;
                    }
                })
                .context(ChaosExecutor::capture)
                .events(this::handle)
                .seam(TestParkers.under(this));
        if (isLimited) {
            builder.window(window).windowWait(windowWait);
        }
        if (issues && random.nextBoolean()) {
            builder.issueSequence(7);
        } else if (issues) {
            builder.issueRandom(8);
        }
        stage = builder.build();
        stage.addListener(this);
    }

    void add(ChaosActor actor) {
        actors.put(actor.thread, actor);
    }

    void violated(Throwable e) {
        violation.compareAndSet(null, e);
    }

    void violated(String what) {
        violated(new ChaosViolation(what + "; " + settings));
    }

    /** What runs for an actor, runs in its context (M19). */
    void requireContextOf(ChaosActor actor) {
        count(CONTEXT_CHECKED);
        if (!ChaosExecutor.isIn(actor)) {
            violated("in the context of another: " + Thread.currentThread());
        }
    }

    // time and waking

    long now() {
        return System.nanoTime() + skew.get();
    }

    /** Lets time jump over the second for which a failed source is left alone. */
    void jump(Duration by) {
        skew.addAndGet(by.toNanos());
    }

    @Override
    public long nanoTime() {
        long now = now();
        ChaosActor actor = actors.get(Thread.currentThread());
        if (actor != null) {
            actor.looks(now);
        }
        return now;
    }

    @Override
    public void called(String call) {
        Thread me = Thread.currentThread();
        ChaosActor actor = actors.get(me);
        if (actor != null && actor.errors.isDue(call)) {
            // how a wait ended is told all the same, but not to the listener
            if (ChaosErrors.isIn(Callbacks.class, "exited")) {
                callbackFailures.incrementAndGet();
            } else if (ChaosErrors.isIn(Listeners.class, "exited")) {
                callbackFailures.incrementAndGet();
                actor.exits++;
                actor.lastExit = null;
            }
            actor.count("Error in " + call);
            throw ChaosErrors.of(call, actor.random);
        } else if (actor == null && me == keeper && errors.isDue(call)) {
            count("Error in " + call);
            throw new ChaosErrors.Memory(call);
        }
    }

    boolean hasErrors() {
        return errors.areThrown();
    }

    /** Whether the stage may be closed: by the test, or by itself because of an Error of ours (S19). */
    boolean isEnd(StageClosedException e) {
        if (e.getCause() != null && ChaosErrors.isOurs(e.getCause())) {
            count("closed by itself");
            closing = true;
        }
        return closing;
    }

    /** Cancels the wait that is there for that, if there is one. */
    boolean cancelWanted() {
        Runnable cancel = toBeCancelled.getAndSet(null);
        if (cancel != null) {
            cancel.run();
        }
        return cancel != null;
    }

    @Override
    public long ahead() {
        return skew.get();
    }

    @Override
    public boolean parksInVain() {
        ChaosActor actor = actors.get(Thread.currentThread());
        return actor != null && actor.random.nextInt(32) == 0;
    }

    @Override
    public void unparks(Thread thread) {
        ChaosActor actor = actors.get(thread);
        if (actor != null) {
            actor.wokenAt = System.nanoTime();
        }
    }

    // what comes in

    void post(Integer token, ChaosLetter.Kind kind) {
        int number = posted.incrementAndGet();
        var letter = new ChaosLetter(token, kind, number % 2 == 0);
        backlog.incrementAndGet();
        if (number % 64 == 0) {
            mortal.add(new WeakReference<>(letter));
        }
        queue.add(letter);
    }

    void fail(Exception failure) {
        queue.fail(failure);
    }

    void failByError() {
        errorsDue.incrementAndGet();
    }

    void wakeup() {
        source.wakeup();
    }

    /** The source that the stage reads: one in memory, where no two may read at once. */
    private final class Watched implements Source<ChaosLetter> {

        private final AtomicReference<Thread> reader = new AtomicReference<>();
        private final AtomicInteger closed = new AtomicInteger();
        private long received; // kept by the heads, so that it also shows whether they are ordered (S4)

        @Override
        public ChaosLetter receive(Duration remaining) throws Exception {
            Thread me = Thread.currentThread();
            if (!reader.compareAndSet(null, me)) {
                violated(me + " reads while " + reader.get() + " does");
            }
            try {
                handedOver(me);
                if (errorsDue.getAndUpdate(due -> Math.max(0, due - 1)) > 0) {
                    count("Error in receive");
                    throw new ChaosErrors.Memory("receive");
                }
                ChaosLetter letter = queue.receive(remaining);
                if (letter != null) {
                    received++;
                    arrived(letter);
                }
                return letter;
            } catch (UnreadableMessageException e) {
                received++;
                throw e;
            } finally {
                reader.set(null);
            }
        }

        @Override
        public void wakeup() {
            queue.wakeup();
        }

        @Override
        public void close() {
            closed.incrementAndGet();
            queue.close();
        }
    }

    private void handedOver(Thread head) {
        ChaosActor actor = actors.get(head);
        if (actor != null && actor.newHead) {
            actor.newHead = false;
            long woken = actor.wokenAt;
            if (woken - actor.enteredAt > 0) {
                long took = Math.max(1, System.nanoTime() - woken);
                handOvers[Math.min(handOvers.length - 1, 64 - Long.numberOfLeadingZeros(took))]++;
            }
        }
    }

    private void arrived(ChaosLetter letter) {
        backlog.decrementAndGet();
        letter.received();
        if (isShared(letter.token)) {
            receivedFor[letter.token]++;
            letter.closings = closingsThen.get(letter.token);
            letter.closedAt = closedAt.get(letter.token);
        }
    }

    private static boolean isShared(Integer token) {
        return token != null && token >= 0 && token < SHARED_TOKENS;
    }

    private final class Reader implements TokenReader<Integer, ChaosLetter> {

        @Override
        public Integer read(ChaosLetter letter) throws Exception {
            return ChaosWorld.this.read(letter);
        }

        @Override
        public boolean isEvent(ChaosLetter letter) {
            return letter.isEvent();
        }
    }

    private Integer read(ChaosLetter letter) throws Exception {
        switch (letter.kind) {
            case READER_THROWS -> throwOf("the reader", letter, new IOException("of the reader"));
            case READER_WAITS -> refused();
            case READER_CLOSES -> close();
            default -> {}
        }
        return letter.token;
    }

    /** Throws an exception, or for every other letter an Error. */
    private <X extends Exception> void throwOf(String callback, ChaosLetter letter, X exception) throws X {
        if (letter.throwsErrors) {
            count("Error in " + callback);
            throw new ChaosErrors.Stack(callback);
        }
        throw exception;
    }

    /** Waiting inside a callback is refused (S12). */
    private void refused() throws InterruptedException {
        try {
            stage.call(Integer.MIN_VALUE, () -> violated("sent from inside a callback"));
            violated("waited inside a callback");
        } catch (IllegalStateException expected) {
            if (!expected.getMessage().contains("inside")) {
                violated(expected);
            }
        }
    }

    /** Is handed one event at a time, never on the head, and in no caller's context (M15, M19). */
    private void handle(ChaosLetter letter) {
        Thread me = Thread.currentThread();
        if (!handlesEvents.compareAndSet(null, me)) {
            violated("an event is handled while another is");
        }
        try {
            events.incrementAndGet();
            letter.end(MessageOutcome.EVENT);
            if (actors.containsKey(me) || me == keeper) {
                violated("an event is handled by " + me);
            }
            if (!ChaosExecutor.isIn(null)) {
                violated("an event is handled in some context");
            }
            if (letter.kind == ChaosLetter.Kind.EVENT_THROWS) {
                callbackFailures.incrementAndGet();
                throwOf("the event handler", letter, new IllegalStateException("of the event handler"));
            }
        } catch (ChaosViolation e) {
            violated(e);
        } finally {
            handlesEvents.set(null);
        }
    }

    boolean check(ChaosLetter letter) {
        if (letter.kind == ChaosLetter.Kind.CHECK_THROWS) {
            callbackFailures.incrementAndGet();
            throwOf("the check", letter, new IllegalArgumentException("of the check"));
        }
        return letter.kind != ChaosLetter.Kind.FOREIGN;
    }

    // the books

    void taken(Integer token) {
        if (isShared(token)) {
            taken.set(token, 1);
        }
    }

    /** A ticket has been closed for good. @param before the time before that */
    void closed(Integer token, long before) {
        long count = closings.incrementAndGet();
        if (isShared(token)) {
            closingsThen.set(token, count);
            closedAt.set(token, before);
        }
    }

    void close() {
        closing = true;
        stage.close();
    }

    @Override
    public void headChanged(Thread head) {
        ChaosActor actor = actors.get(head);
        if (actor == null) {
            if (head.getName().startsWith("exit-left keeper")) { // and not the test's own thread
                keeper = head;
            }
            return;
        }
        if (head != Thread.currentThread()) {
            violated(head + " is told of by " + Thread.currentThread());
        }
        actor.newHead = true;
        actor.hasHeaded = true;
        throwSometimes(actor);
    }

    @Override
    public void exited(Outcome outcome, Duration waited) {
        ChaosActor actor = actors.get(Thread.currentThread());
        if (actor != null) {
            if ((hasErrors() || isLimited) && !ChaosErrors.isOfAFuture()) {
                actor.exits++;
                actor.lastExit = outcome;
            }
            throwSometimes(actor);
        }
    }

    private void throwSometimes(ChaosActor actor) {
        if (actor.random.nextInt(128) == 0) {
            callbackFailures.incrementAndGet();
            if (actor.random.nextBoolean()) {
                actor.count("Error in a listener");
                throw new ChaosErrors.Memory("a listener");
            }
            throw new IllegalStateException("of a listener");
        }
    }

    @Override
    public void unclaimed(Unclaimed<? extends Integer, ? extends ChaosLetter> left) {
        unclaimed.incrementAndGet(left.outcome().ordinal());
        ChaosLetter letter = left.message();
        if (letter != null) {
            try {
                letter.end(left.outcome());
                if (!isPlausible(letter, left)) {
                    throw new ChaosViolation(letter + " should not be " + left);
                }
            } catch (ChaosViolation e) {
                violated(e);
            }
        } else if (left.outcome() != MessageOutcome.UNREADABLE) {
            violated("no message in " + left);
        }
        ChaosActor actor = actors.get(Thread.currentThread());
        if (actor != null) {
            throwSometimes(actor);
        }
    }

    private boolean isPlausible(ChaosLetter letter, Unclaimed<?, ?> left) {
        boolean shared = isShared(letter.token);
        return switch (left.outcome()) {
            case DELIVERED, EVENT -> false;
            case UNREADABLE -> letter.kind == ChaosLetter.Kind.BLANK || letter.kind == ChaosLetter.Kind.READER_THROWS;
            case FOREIGN ->
                letter.kind == ChaosLetter.Kind.FOREIGN && left.cause() == null
                        || letter.kind == ChaosLetter.Kind.CHECK_THROWS && left.cause() != null;
            case UNKNOWN -> !shared || isForgotten(letter);
            case LATE ->
                letter.token >= 0
                        && Objects.requireNonNull(left.late()).toNanos() >= 0
                        // an issued token may have had a ticket that ended before the sender was told of the token
                        && (!shared || issues || taken.get(letter.token) == 1);
            case DUPLICATE -> letter.token >= 0 && (!shared || receivedFor[letter.token] > 1);
            case OVERFLOW, ABANDONED -> letter.isEvent() || letter.token >= 0;
        };
    }

    /** Whether the stage may have forgotten the token, or may never have known it; with a margin. */
    private boolean isForgotten(ChaosLetter letter) {
        return letter.closedAt == 0
                || now() - letter.closedAt > REMEMBERED
                || closings.get() - letter.closings > RetiredTokens.MOST - 200;
    }

    /** What holds at every moment (S3, S18). */
    void look(int oldest) {
        StageSnapshot snapshot = stage.snapshot(oldest);
        BareSnapshot role = snapshot.role();
        if (role.waiters() > 0 && role.head() == null) {
            violated("threads wait and there is no head: " + role);
        }
        if (role.tickets() < role.waiters()) {
            violated("more wait than have tickets: " + role);
        }
        StageSnapshot.WindowState window = snapshot.window();
        if (window != null && window.used() > window.size()) {
            violated("more questions are out than places: " + window);
        }
    }

    // the end

    /** Reads what is still there, and balances the books; no wait may be left. */
    void finish(List<ChaosActor> gone) throws InterruptedException {
        StageSnapshot before = settle(gone);
        check(before.role().waiters() == 0, "waiters are left", before);
        check(before.role().oldest().isEmpty(), "a waiting thread is listed", before);
        check(before.role().tickets() == 0, "tickets are left", before);
        check(before.role().head() == null, "there is a head", before);
        check(openCalls.get() == 0, "futures are open", before);
        checkNothingIsHeld(before);
        checkExits(before, gone);
        while (!closing && (backlog.get() > 0 || isFailed())) {
            try (Ticket<Integer, ChaosLetter> last = stage.ticket(Integer.MAX_VALUE)) {
                last.await(Duration.ZERO);
            } catch (StageTimeoutException | SourceFailedException e) {
                jump(Duration.ofSeconds(1));
            }
        }
        settle(gone); // a source that failed may have been tried again by the keeper too
        stage.close(); // which is the end of events that no executor has come to
        StageSnapshot end = settle(gone);
        check(end.role().promotions() <= end.role().headChanges(), "more promotions than head changes", end);
        check(end.role().callbackFailures() == callbackFailures.get(), "callback failures != " + callbackFailures, end);
        long[] counted = new long[MessageOutcome.values().length];
        Arrays.setAll(counted, unclaimed::get);
        counted[MessageOutcome.DELIVERED.ordinal()] = delivered(gone);
        counted[MessageOutcome.EVENT.ordinal()] = events.get();
        for (MessageOutcome outcome : MessageOutcome.values()) {
            check(end.messages().get(outcome) == counted[outcome.ordinal()], outcome + " is another count", end);
        }
        check(Arrays.stream(counted).sum() == source.received, "messages lost of " + source.received, end);
        check(source.closed.get() == 1, "closed " + source.closed + " times", end);
        queue = new QueueSource<>(); // what has not been read is lost
    }

    /** Waits until the keeper has left, and the last futures are done. */
    private StageSnapshot settle(List<ChaosActor> gone) {
        stage.keeper(Keeper.OFF);
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        StageSnapshot snapshot = stage.snapshot(10);
        while ((openCalls.get() > 0
                        || snapshot.role().head() != null
                        || snapshot.role().tickets() > 0 // of a stream or future that a thread of the background ends
                        || snapshot.messages().get(MessageOutcome.DELIVERED) > delivered(gone)
                        || snapshot.messages().get(MessageOutcome.EVENT) > events.get()
                        || handlesEvents.get() != null
                        || snapshot.role().callbackFailures() < callbackFailures.get())
                && System.nanoTime() - deadline < 0) {
            Thread.onSpinWait();
            snapshot = stage.snapshot(10);
        }
        return snapshot;
    }

    /** Every place is free, no token is live, and no line has anything in it (M12, M13). */
    private void checkNothingIsHeld(StageSnapshot end) {
        StageSnapshot.WindowState window = end.window();
        StageSnapshot.IssuedState issued = end.issued();
        check(window == null || window.used() == 0, "places are taken", end);
        check(window == null || window.waiting() == 0, "calls wait for a place", end);
        check(issued == null || issued.live() == 0, "tokens are live", end);
        check(issued == null || issued.waiting() == 0, "calls wait for a token", end);
    }

    /** Every wait was counted once, under the name that its caller saw (S1). */
    private void checkExits(StageSnapshot end, List<ChaosActor> gone) {
        Map<Outcome, Long> exits = end.exits();
        long delivered = exits.get(Outcome.FINISHED) + exits.get(Outcome.SIGNALLED);
        check(delivered == sum(gone, "DELIVERED"), "waits that got a message", end);
        for (Outcome outcome : Outcome.values()) {
            if (outcome == Outcome.FINISHED || outcome == Outcome.SIGNALLED) {
                continue;
            }
            long seen = sum(gone, outcome.name());
            check(exits.get(outcome) == seen, outcome + " waits != " + seen, end);
        }
    }

    StageSnapshot snapshot() {
        return stage.snapshot(0);
    }

    private long delivered(List<ChaosActor> gone) {
        return sum(gone, "DELIVERED") + sum(gone, "letter of a stream");
    }

    private boolean isFailed() {
        return stage.snapshot(0).role().state() == BareSnapshot.State.FAILED;
    }

    private long sum(List<ChaosActor> actors, String name) {
        LongAdder others = background.get(name);
        return actors.stream().mapToLong(actor -> actor.counted(name)).sum() + (others == null ? 0 : others.sum());
    }

    /** Counts what became of a wait for which no thread waited. */
    void count(String what) {
        background.computeIfAbsent(what, key -> new LongAdder()).increment();
    }

    private void check(boolean holds, String what, StageSnapshot end) {
        if (!holds) {
            violated("at the end: " + what + ": " + end);
        }
    }
}
