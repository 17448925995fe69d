package io.github.exitleft;

import io.github.exitleft.ChaosLetter.Kind;
import io.github.exitleft.testing.VirtualThreadSupport;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A thread that draws what to do next, and checks what it gets. */
final class ChaosActor implements Runnable {

    private static final StackWalker STACK = StackWalker.getInstance();
    private static final VarHandle FIRST_IN_MAILBOX;

    static {
        try {
            Class<?> type = Mailbox.class;
            FIRST_IN_MAILBOX = MethodHandles.privateLookupIn(type, MethodHandles.lookup())
                    .findVarHandle(type, "first", Received.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** A ticket, and whether another thread has closed it. */
    private static final class Held {
        final Ticket<Integer, ChaosLetter> ticket;
        final boolean checked;
        final AtomicBoolean closed = new AtomicBoolean();
        final ChaosActor owner;
        volatile boolean cancelled;
        volatile boolean cancelledAsHead;

        Held(ChaosActor owner, Ticket<Integer, ChaosLetter> ticket, boolean checked) {
            this.owner = owner;
            this.ticket = ticket;
            this.checked = checked;
        }
    }

    private static final int MOST_HELD = 3;
    static final Duration HUGE = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);

    final Thread thread;
    final SplittableRandom random;

    /** When it was last woken; written by the waking threads. */
    volatile long wokenAt;

    // by its own thread
    long enteredAt;
    boolean newHead;
    boolean hasHeaded; // in this wait
    int exits; // that the listener was told of, or would have been
    Outcome lastExit; // null if it was not told of
    final ChaosErrors errors;
    long steps;

    private final ChaosWorld world;
    private final List<ChaosActor> all;
    private final long quota;
    private final List<Held> held = new ArrayList<>();
    private final Map<String, long[]> counts = new HashMap<>();
    private volatile Held latest;
    private boolean expiryIsDue;
    private long expiry;
    private boolean hadMailAtExpiry;
    private boolean begun;
    private final ChaosAsyncWaits background;

    ChaosActor(ChaosWorld world, List<ChaosActor> all, SplittableRandom random, long quota, boolean virtual) {
        this.world = world;
        this.all = all;
        this.random = random;
        this.quota = quota;
        this.errors = new ChaosErrors(world.hasErrors(), random.split());
        this.background = new ChaosAsyncWaits(world, this);
        String name = "chaos-" + all.size();
        this.thread = virtual ? VirtualThreadSupport.unstarted(name, this) : new Thread(this, name);
        if (!virtual) {
            thread.setDaemon(true);
        }
        all.add(this);
        world.add(this);
    }

    @Override
    public void run() {
        ChaosExecutor.enter(this);
        try {
            while (steps < quota && !world.closing && world.violation.get() == null) {
                steps++;
                step();
                world.look(0);
            }
        } catch (Throwable e) {
            world.violated(e);
        } finally {
            background.end();
            held.forEach(this::close);
            held.clear();
            latest = null;
        }
    }

    void count(String what) {
        counts.computeIfAbsent(what, key -> new long[1])[0]++;
    }

    long counted(String what) {
        return counts.getOrDefault(what, new long[1])[0];
    }

    Map<String, long[]> counts() {
        return counts;
    }

    /** Sees what a look at the clock sees: from the deadline on, a message in the mailbox must not be passed over. */
    void looks(long now) {
        if (expiryIsDue && now - expiry >= 0 && decidesAboutExpiry()) {
            expiryIsDue = false;
            Held holding = latest;
            hadMailAtExpiry = holding != null && FIRST_IN_MAILBOX.getOpaque(holding.ticket) != null;
        }
    }

    /** Whether the thread looks at the clock in order to end waits, and not later, to say for how long it has waited. */
    private static boolean decidesAboutExpiry() {
        return STACK.walk(frames ->
                frames.limit(8).anyMatch(frame -> frame.getMethodName().equals("expireDue")));
    }

    private void step() throws Exception {
        int drawn = random.nextInt(1_000);
        if (drawn < 290) {
            postToSomebody();
        } else if (drawn < 380) {
            postToMyself();
        } else if (drawn < 410) {
            postOddly();
        } else if (drawn < 450) {
            call();
        } else if (drawn < 480) {
            background.step();
        } else if (drawn < 482) {
            count("keeper");
            world.stage.keeper(Keeper.values()[random.nextInt(3)]);
        } else if (drawn < 880) {
            await();
        } else if (drawn < 950) {
            closeOne();
        } else if (drawn < 965) {
            count("interrupt");
            Thread keeper = random.nextInt(16) == 0 ? world.keeper : null;
            (keeper != null ? keeper : all.get(random.nextInt(all.size())).thread).interrupt();
        } else if (drawn < 980) {
            count("wake-up");
            world.wakeup();
        } else if (drawn < 990) {
            cancelSomebody();
        } else {
            rarely();
        }
    }

    boolean isFlooded() {
        return world.backlog.get() > 400;
    }

    private void postToSomebody() {
        Held addressee = all.get(random.nextInt(all.size())).latest;
        Integer token = addressee == null ? randomToken() : addressee.ticket.token();
        int copies = isFlooded() ? 0 : random.nextInt(16) == 0 ? 2 + random.nextInt(4) : 1;
        for (int i = 0; i < copies; i++) {
            count(i == 0 ? "post" : "post a duplicate");
            world.post(token, Kind.GOOD);
        }
    }

    private void postToMyself() throws InterruptedException {
        Held mine = hold();
        if (mine != null && !isFlooded()) {
            count("post early");
            world.post(mine.ticket.token(), Kind.GOOD);
        }
    }

    private void postOddly() {
        if (isFlooded()) {
            return;
        }
        count("post oddly");
        switch (random.nextInt(8)) {
            case 0 -> world.post(-1 - random.nextInt(1_000), Kind.GOOD); // unknown
            case 1 -> world.post(randomToken(), Kind.FOREIGN);
            case 2 -> world.post(randomToken(), Kind.CHECK_THROWS);
            case 3 -> world.post(null, Kind.BLANK);
            case 4 -> world.post(randomToken(), Kind.READER_THROWS);
            case 5 -> world.post(null, Kind.EVENT);
            case 6 -> world.post(null, Kind.EVENT_THROWS);
            default -> world.fail(new UnreadableMessageException("bad", null));
        }
    }

    private void rarely() {
        switch (random.nextInt(64)) {
            case 0 -> world.fail(new IOException("broken"));
            case 4 -> world.failByError();
            case 1, 2, 3 -> world.fail(new TransientSourceException(new IOException("busy")));
            case 6 -> world.jump(Duration.ofMillis(random.nextInt(1_000)));
            case 7, 8, 9, 10, 11, 12 -> world.post(randomToken(), Kind.READER_WAITS);
            case 13 -> closeTheStage();
            default -> world.look(3);
        }
        count("rarity");
    }

    /** Ends this world, from outside or from inside a callback; seldom, so that worlds have a life first. */
    private void closeTheStage() {
        switch (random.nextInt(24)) {
            case 0 -> {
                try {
                    world.close();
                } catch (VirtualMachineError e) { // while it waited for the head; the stage is closed all the same
                    require(ChaosErrors.isOurs(e), e);
                }
            }
            case 1 -> world.post(randomToken(), Kind.READER_CLOSES);
            default -> world.wakeup();
        }
    }

    Integer randomToken() {
        return random.nextInt(ChaosWorld.SHARED_TOKENS);
    }

    /** A ticket of its own: one of those that it has, or a new one; null if none is to be had. */
    private Held hold() throws InterruptedException {
        if (!held.isEmpty() && (held.size() >= MOST_HELD || random.nextInt(4) > 0)) {
            Held chosen = held.get(random.nextInt(held.size()));
            latest = chosen;
            return chosen;
        }
        Integer token = randomToken();
        boolean checked = random.nextBoolean();
        boolean issued = world.issues && random.nextBoolean();
        int exitsBefore = exits;
        try {
            var mine = new Held(this, issued ? issuedTicket(checked) : ticket(token, checked), checked);
            held.add(mine);
            latest = mine;
            if (steps % 64 == 0) {
                world.mortal.add(new WeakReference<>(mine.ticket));
            }
            return mine;
        } catch (StageTimeoutException e) {
            require(world.isLimited, e);
            count("TIMED_OUT");
            count("timed out in line");
        } catch (CancellationException e) {
            require(world.isLimited && Thread.interrupted(), e);
            count("INTERRUPTED");
        } catch (InterruptedException e) {
            require(issued, e);
            count("INTERRUPTED");
        } catch (IllegalStateException e) {
            require(e instanceof TokenInUseException && !issued, e); // none that is live or rests is issued
            count("token taken");
        } catch (TooManyTicketsException e) {
            count("too many tickets");
        } catch (SourceFailedException e) {
            count(exits > exitsBefore ? "FAILED" : "refused after a failure");
            if (random.nextInt(8) == 0) {
                world.jump(Duration.ofSeconds(1));
            }
        } catch (StageClosedException e) {
            require(world.isEnd(e), e);
            count(exits > exitsBefore ? "CLOSED" : "refused after the end");
        } catch (OutOfMemoryError | StackOverflowError e) {
            require(ChaosErrors.isOurs(e), e);
            count("Error before a ticket");
        }
        return null;
    }

    private Ticket<Integer, ChaosLetter> ticket(Integer token, boolean checked) {
        world.taken(token);
        return checked ? world.stage.ticket(token, world::check) : world.stage.ticket(token);
    }

    private Ticket<Integer, ChaosLetter> issuedTicket(boolean checked) throws InterruptedException {
        CallOptions<ChaosLetter> options = checked ? CallOptions.checked(world::check) : CallOptions.defaults();
        Ticket<Integer, ChaosLetter> ticket = world.stage.ticket(options.timeout(timeout()));
        world.taken(ticket.token());
        count("issued ticket");
        return ticket;
    }

    private static void require(boolean holds, Throwable otherwise) {
        if (!holds) {
            throw new AssertionError("not expected", otherwise);
        }
    }

    Duration timeout() {
        int kind = random.nextInt(100);
        if (kind < 12) {
            return Duration.ZERO;
        } else if (kind < 14) {
            return Duration.ofSeconds(Long.MIN_VALUE);
        } else if (kind < 20) {
            return Duration.ofNanos(1 + random.nextInt(2_000));
        } else if (kind < 70) {
            return Duration.ofNanos(random.nextInt(200_000));
        } else if (kind < 98) {
            return Duration.ofNanos(random.nextInt(2_000_000));
        }
        return Duration.ofNanos(random.nextInt(30_000_000));
    }

    private void await() throws InterruptedException {
        Held mine = hold();
        if (mine == null) {
            return;
        }
        latest = mine;
        boolean forEver = random.nextInt(64) == 0 && world.toBeCancelled.compareAndSet(null, () -> cancel(mine));
        Duration timeout = forEver ? Duration.ofDays(365) : timeout();
        begin(timeout);
        int exitsBefore = exits;
        try {
            ChaosLetter letter = mine.ticket.await(timeout).message();
            delivered(letter, mine.ticket.token(), mine.checked);
        } catch (StageTimeoutException e) {
            require(!hadMailAtExpiry || mine.cancelled, e); // S2: state beats clock
            count("TIMED_OUT");
        } catch (CancellationException e) {
            require(mine.cancelled, e);
            count("CANCELLED");
            if (mine.cancelledAsHead && hasHeaded) {
                count("CANCELLED while heading");
            }
        } catch (InterruptedException e) {
            count("INTERRUPTED");
        } catch (StageClosedException e) {
            require(world.isEnd(e), e);
            count("CLOSED");
        } catch (SourceFailedException e) {
            count("FAILED");
            closeHeld(mine);
        } catch (IllegalStateException e) {
            require(mine.cancelled, e);
            closeHeld(mine);
        } catch (OutOfMemoryError | StackOverflowError e) {
            metAnError(e, exitsBefore);
        } finally {
            expiryIsDue = false;
        }
    }

    /** A wait that an Error ended counts as failed; if it had not begun yet, it does not count. */
    private void metAnError(Error e, int exitsBefore) {
        require(ChaosErrors.isOurs(e), e);
        if (exits == exitsBefore) {
            count("Error before a wait");
            return;
        }
        require(exits == exitsBefore + 1 && (lastExit == null || lastExit == Outcome.FAILED), e);
        count(Outcome.FAILED.name());
        count("FAILED by an Error");
    }

    private void begin(Duration timeout) {
        enteredAt = System.nanoTime();
        hasHeaded = false;
        hadMailAtExpiry = false;
        expiry = world.now() + (timeout.isNegative() ? 0 : timeout.toNanos());
        expiryIsDue = true;
    }

    private void delivered(ChaosLetter letter, Integer token, boolean checked) {
        count("DELIVERED");
        letter.end(MessageOutcome.DELIVERED);
        boolean mine = token.equals(letter.token)
                && (letter.kind == Kind.GOOD
                        || letter.kind == Kind.READER_WAITS
                        || letter.kind == Kind.READER_CLOSES
                        || !checked);
        if (!mine) {
            throw new ChaosLetter.ChaosViolation(letter + " was given to " + token);
        }
    }

    /** A call that is answered at the first send, at a later one, falsely first, or never; or that can't be sent. */
    private void call() {
        boolean issued = world.issues && random.nextBoolean();
        Integer brought = world.singleTokens.get() < ChaosWorld.SHARED_TOKENS + 3_000
                ? (Integer) world.singleTokens.getAndIncrement()
                : randomToken();
        int answerAt = isFlooded() ? 0 : random.nextInt(4); // 0 is never
        int failAt = random.nextInt(16) == 0 ? 1 + random.nextInt(3) : 0;
        int falsehoods = random.nextInt(3) / 2;
        CallOptions<ChaosLetter> options = CallOptions.<ChaosLetter>checked(world::check)
                .timeout(answerAt == 1 && failAt == 0 && !issued ? HUGE : timeout());
        if (answerAt != 1 && random.nextBoolean()) {
            Resends often = Resends.every(Duration.ofNanos(1 + random.nextInt(20_000)));
            options = options.resend(random.nextBoolean() ? often : often.atMost(2));
        }
        Integer[] token = {brought};
        begun = false;
        int[] sends = new int[1];
        long before = world.now();
        enteredAt = System.nanoTime();
        int exitsBefore = exits;
        IssuedSender<Integer, IOException> sender = id -> {
            begun = true;
            token[0] = id;
            world.taken(id);
            int send = ++sends[0];
            for (int i = 0; i < falsehoods; i++) {
                world.post(id, Kind.FOREIGN);
            }
            if (send == failAt) {
                throw new IOException("of the sender");
            }
            if (send == answerAt) {
                world.post(id, Kind.GOOD);
            }
        };
        try {
            ChaosLetter got = issued
                    ? world.stage.call(options, sender)
                    : world.stage.call(brought, options, () -> sender.send(brought));
            delivered(got, token[0], true);
            count(issued ? "issued call" : "call");
        } catch (StageTimeoutException e) {
            count("TIMED_OUT");
        } catch (InterruptedException e) {
            count("INTERRUPTED");
        } catch (StageClosedException e) {
            require(world.isEnd(e), e);
            count(begun || exits > exitsBefore ? "CLOSED" : "refused after the end");
        } catch (SourceFailedException e) {
            count(begun || exits > exitsBefore ? "FAILED" : "refused after a failure");
        } catch (TooManyTicketsException e) {
            count("too many tickets");
        } catch (IOException e) {
            require(failAt == 1 && sends[0] == 1, e); // a later send that fails does not end the call
            count("NOT_SENT");
        } catch (IllegalStateException e) {
            require(e instanceof TokenInUseException && !issued, e); // none that is live or rests is issued
            count("token taken");
        } catch (OutOfMemoryError | StackOverflowError e) {
            metAnError(e, exitsBefore);
        }
        if (begun) {
            world.closed(token[0], before);
        }
        if (sends[0] > 1) {
            count("call with resends");
        }
    }

    private void closeOne() {
        count("close");
        if (!held.isEmpty()) {
            closeHeld(held.get(random.nextInt(held.size())));
        }
    }

    private void closeHeld(Held mine) {
        held.remove(mine);
        if (latest == mine) {
            latest = null;
        }
        close(mine);
    }

    private void close(Held one) {
        long before = world.now();
        boolean first = one.closed.compareAndSet(false, true);
        one.ticket.close();
        if (first) {
            world.closed(one.ticket.token(), before);
        }
    }

    private void cancelSomebody() {
        if (random.nextInt(4) == 0 && world.cancelWanted()) {
            return;
        }
        Held other = (random.nextBoolean() ? headOr(this) : all.get(random.nextInt(all.size()))).latest;
        if (other != null) {
            count("cancel");
            cancel(other);
        }
    }

    /** The actor that heads now, or the given one. */
    private ChaosActor headOr(ChaosActor otherwise) {
        BareSnapshot.Head head = world.snapshot().role().head();
        return all.stream()
                .filter(actor -> head != null && actor.thread.getName().equals(head.thread()))
                .findAny()
                .orElse(otherwise);
    }

    /** Closes a ticket in spite of its owner, which may be heading with it. */
    private void cancel(Held other) {
        other.cancelledAsHead = headOr(null) == other.owner && other.owner.thread != Thread.currentThread();
        other.cancelled = true;
        close(other);
    }
}
