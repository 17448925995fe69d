package io.github.exitleft.lincheck;

import io.github.exitleft.mutants.Mutant;
import io.github.exitleft.mutants.Mutant.Edit;
import java.util.List;

/**
 * The defects that the scenarios must refuse; each names the scenarios, separated by commas.
 *
 * <p>They are loaded over the core's classes, so they change what methods do and neither add nor remove any.
 */
final class Mutants {

    private static final String ROLE = "io/github/exitleft/Role.java";
    private static final String GUARDED_STATE = "io/github/exitleft/GuardedState.java";
    private static final String GENERATIONS = "io/github/exitleft/Generations.java";
    private static final String CLOSING = "io/github/exitleft/Closing.java";
    private static final String BARE_STAGE = "io/github/exitleft/BareStage.java";
    private static final String DEADLINES = "io/github/exitleft/Deadlines.java";
    private static final String DIRECTOR = "io/github/exitleft/Director.java";
    private static final String BARE_KEEPER = "io/github/exitleft/BareKeeper.java";
    private static final String REGISTRATIONS = "io/github/exitleft/Registrations.java";
    private static final String TICKET_TABLE = "io/github/exitleft/TicketTable.java";
    private static final String CALL = "io/github/exitleft/Call.java";
    private static final String ROUTER = "io/github/exitleft/Router.java";
    private static final String MAILROOM = "io/github/exitleft/Mailroom.java";
    private static final String ASYNC_CALL = "io/github/exitleft/AsyncCall.java";
    private static final String ASYNC_WAITS = "io/github/exitleft/AsyncWaits.java";
    private static final String MESSAGE_STREAM = "io/github/exitleft/MessageStream.java";

    private static final String LINE = "io/github/exitleft/Line.java";
    private static final String WINDOW = "io/github/exitleft/Window.java";
    private static final String STAGE_PARTS = "io/github/exitleft/StageParts.java";

    private static final String ISSUED_TOKENS = "io/github/exitleft/IssuedTokens.java";
    private static final String NUMBERED_TOKENS = "io/github/exitleft/NumberedTokens.java";

    private static final String FRAME_WRITER = "io/github/exitleft/tcp/FrameWriter.java";

    static final List<Mutant> ALL = List.of(
            mutant(
                    FRAME_WRITER,
                    "place taken before the turn",
                    "sends in order at once",
                    new Edit(
                            "var mine = new Outgoing(parts, inOrder, wire.mayBlock());",
                            "var mine = new Outgoing(parts, inOrder, wire.mayBlock()); mine.place = places.take(inOrder);"),
                    new Edit("if (!mine.isBegun()) {\n            mine.place", "if (false) {\n            mine.place"),
                    new Edit(
                            "next.place = places.take(next.inOrder);",
                            "if (next.size < 0) { next.place = places.take(true); }")),
            mutant(
                    LINE,
                    "thread out of time leaves with its place",
                    "place given back against deadline",
                    new Edit(
                            "if (leave(wait)) {\n                    return null;",
                            "leave(wait); if (true) {\n                    return null;")),
            mutant(
                    LINE,
                    "interrupted thread leaves with its place",
                    "place given back against interrupt",
                    new Edit(
                            "if (leave(wait)) {\n                    throw new InterruptedException();",
                            "leave(wait); if (true) {\n                    throw new InterruptedException();")),
            mutant(
                    LINE,
                    "place given and its thread not woken",
                    "place given back against close",
                    new Edit("parking.unpark(wait.thread);", "")),
            mutant(
                    WINDOW,
                    "place given back twice",
                    "place given back against deadline",
                    new Edit("if (!place.released) {", "if (true) {")),
            mutant(
                    STAGE_PARTS,
                    "token given up and never freed",
                    "issued token given back against deadline",
                    new Edit(
                            "issuing.letRest(token, box.rests() ? box.attachment() : null, box.load, box.owed());",
                            "")),
            mutant(
                    STAGE_PARTS,
                    "ticket of a thread that waits closed as if by itself",
                    "ticket closed against waiting",
                    new Edit("if (leaves) {", "if (true) {")),
            mutant(
                    STAGE_PARTS,
                    "answer before the rest forgotten",
                    "late answer against giving its token back",
                    new Edit("memory.settle(issuing, token);", "")),
            mutant(
                    ISSUED_TOKENS,
                    "rest ended while the next look is set",
                    "renewals against looks",
                    new Edit("final long nextFreeAt(long now) {", "final long nextFreeAt(long now) { expire(now);")),
            mutant(
                    NUMBERED_TOKENS,
                    "token given up that can't be answered rests",
                    "giving up against renewal",
                    new Edit("if (rest.isGone(now, asked)) {", "if (false) {")),
            mutant(ROLE, "promotion's unpark dropped", "chain of promotions", new Edit("parker.wake(promoted);", "")),
            mutant(
                    ROLE,
                    "lost ticket stays in the queue",
                    "loss against promotion",
                    new Edit(
                            "guarded.end(guarded.dequeue(ticket), Waiter.State.FAILED);",
                            "guarded.end(ticket, Waiter.State.FAILED);")),
            mutant(
                    ROLE,
                    "lost ticket whose thread has not entered is not marked",
                    "loss against entering",
                    new Edit(
                            "ticket.generation = lost;\n            if (ticket.state == Waiter.State.WAITING) {",
                            "if (ticket.state == Waiter.State.WAITING) {\n                ticket.generation = lost;")),
            mutant(
                    ROLE,
                    "promotion dropped",
                    "timeout against promotion",
                    new Edit("Waiter next = guarded.queue.next();", "Waiter next = null;")),
            mutant(
                    ROLE,
                    "timeout without the atomic step",
                    "signal against deadline",
                    new Edit("parkNanos = expire(waiter);", """
                            parkNanos = expire(waiter);
                            if (parker.nanoTime() - waiter.deadline >= 0) {
                                waiter.state = Waiter.State.EXPIRED;
                            }
                            """)),
            mutant(
                    ROLE,
                    "wake-up instead of hand-over",
                    "interrupt against promotion",
                    new Edit("guarded.giveRoleTo(guarded.dequeue(next), now);", "guarded.head = null;"),
                    new Edit("parker.park(blocker, parkNanos);", """
                            lock.lock();
                            try {
                                if (guarded.head == null && waiter.state == Waiter.State.WAITING) {
                                    guarded.giveRoleTo(guarded.dequeue(waiter), parker.nanoTime());
                                    continue;
                                }
                            } finally {
                                lock.unlock();
                            }
                            parker.park(blocker, parkNanos);
                            """)),
            mutant(
                    ROLE,
                    "promoted one not head before it wakes",
                    "close against promotion",
                    new Edit(
                            "guarded.giveRoleTo(guarded.dequeue(next), now);",
                            "guarded.giveRoleTo(guarded.dequeue(next), now); guarded.head = null;")),
            mutant(ROLE, "early signal dropped", "early signal", new Edit("ticket.signalPending = true;", "")),
            mutant(
                    ROLE,
                    "self-signal ends the heading",
                    "head that signals itself",
                    new Edit(
                            "ticket.signalPending = true;",
                            "if (ticket.state == Waiter.State.HEADING) { guarded.end(ticket, Waiter.State.SIGNALLED); guarded.head = null; } ticket.signalPending = true;")),
            mutant(
                    ROLE,
                    "interrupt swallowed by what came first",
                    "interrupt against signal",
                    new Edit("Thread.currentThread().interrupt();", "")),
            mutant(
                    CLOSING,
                    "waits not ended by close",
                    "close against waiting",
                    new Edit("guarded.endAll(Waiter.State.CLOSED, ended);", "")),
            mutant(
                    GENERATIONS,
                    "waits not ended by failure",
                    "failure against waiting",
                    new Edit("guarded.endAll(Waiter.State.FAILED, ended);", "")),
            mutant(
                    GENERATIONS,
                    "new generation before the stage is marked failed",
                    "failure against ticket",
                    new Edit("guarded.failure = why; // before", "//"),
                    new Edit("guarded.generation = next;", "guarded.generation = next; guarded.failure = why;")),
            mutant(
                    GUARDED_STATE,
                    "last one out leaves the resource open",
                    "close against promotion",
                    new Edit("if (closed && !resourceClosed) {", "if (false) {")),
            mutant(
                    CLOSING,
                    "resource closed twice",
                    "close out of time against leaving",
                    new Edit("if (guarded.resourceClosed) {", "if (false) {")),
            mutant(
                    ROLE,
                    "closed ticket left in the queue",
                    "ticket closed against promotion",
                    new Edit(
                            "guarded.end(guarded.dequeue(ticket), Waiter.State.CANCELLED);",
                            "guarded.end(ticket, Waiter.State.CANCELLED);")),
            mutant(
                    ROLE,
                    "head not woken when its ticket is closed",
                    "ticket closed against its head",
                    new Edit("heads = guarded.head == ticket && !ticket.isMine();", "")),
            mutant(
                    DIRECTOR,
                    "head not told that its ticket is closed",
                    "ticket closed against its head",
                    new Edit("isClosed() || isCancelled() ?", "isClosed() ?")),
            mutant(
                    REGISTRATIONS,
                    "head woken before its ticket is closed",
                    "ticket closed against its head",
                    new Edit("heads = role.release(ticket);", "hooks.wakeHead(); heads = role.release(ticket);"),
                    new Edit("if (heads) {", "if (false) {")),
            mutant(
                    DEADLINES,
                    "timer not moved for an earlier deadline",
                    "earlier deadline behind a later",
                    new Edit("timer.isOn() && timer.at() - timeFor(now) <= 0", "timer.isOn()")),
            mutant(
                    DEADLINES,
                    "timer turned off when it has fired",
                    "earlier deadline behind a later",
                    new Edit("timer.moveTo(timeFor(now));", "timer.turnOff();")),
            mutant(ROLE, "timer's unpark dropped", "deadline behind a signal", new Edit("parker.wake(expired);", "")),
            mutant(
                    ROLE,
                    "deadline not parked for",
                    "deadline behind a promotion",
                    new Edit("parker.park(blocker, parkNanos);", "parker.park(blocker, Parker.FOR_EVER);")),
            mutant(
                    BARE_STAGE,
                    "interrupted one keeps the role",
                    "interrupt against promotion",
                    new Edit(
                            "role.depart(ticket, outcome);",
                            "if (outcome != Outcome.INTERRUPTED) { role.depart(ticket, outcome); } else { ticket.depart(); }")),
            mutant(
                    BARE_STAGE,
                    "throwing head keeps the role",
                    "head that throws",
                    new Edit(
                            "role.depart(ticket, outcome);",
                            "if (outcome != Outcome.FAILED) { role.depart(ticket, outcome); } else { ticket.depart(); }")),
            mutant(
                    BARE_STAGE,
                    "clock beats state",
                    "signal against deadline",
                    new Edit("Waiter.State state = role.await(ticket, ticket.since);", """
                            Waiter.State state = role.await(ticket, ticket.since);
                            if (state == Waiter.State.SIGNALLED && parker.nanoTime() - deadline >= 0) {
                                state = Waiter.State.EXPIRED;
                            }
                            """)),
            mutant(
                    BARE_KEEPER,
                    "interrupted keeper keeps the role",
                    "interrupt of the keeper against hand-over",
                    new Edit("// chosen and interrupted: the role goes on", "waiter.depart();")),
            mutant(
                    ROLE,
                    "recalled keeper left in the queue",
                    "recall against hand-over",
                    new Edit(
                            "guarded.end(guarded.dequeue(keeper), Waiter.State.EXPIRED);",
                            "guarded.end(keeper, Waiter.State.EXPIRED);")),
            mutant(
                    GUARDED_STATE,
                    "recall taken by a keeper that does not queue",
                    "recall against asking",
                    new Edit("} else if (queues && keeper.recalled) {", "} else if (keeper.recalled) {")),
            mutant(
                    GUARDED_STATE,
                    "keeper does not queue",
                    "keeper against entering",
                    new Edit("enqueue(keeper, virtual);", "keeper.state = Waiter.State.WAITING;")),
            mutant(
                    REGISTRATIONS,
                    "removal by key",
                    "token taken again",
                    new Edit(
                            "if (tickets.remove(ticket)) {",
                            "W found = tickets.find(ticket.token()); if (found != null && tickets.remove(found)) {")),
            mutant(
                    TICKET_TABLE,
                    "look without the lock not repeated with it",
                    "ticket taken beside another against filing",
                    new Edit("found = part.find(token, hash);", "")),
            mutant(
                    CALL,
                    "mailbox not asked again after a timeout",
                    "mailbox against deadline",
                    new Edit(
                            "got = take();\n            if (got != null || end == State.SIGNALLED) {",
                            "if (end == State.SIGNALLED) { got = take();"),
                    new Edit("got = lastLook();\n                if (got == null) {", "if (true) {")),
            mutant(
                    ROUTER,
                    "filed without a signal",
                    "routing against leaving",
                    new Edit("director.signal(box.waiting());", "")),
            mutant(
                    ROUTER,
                    "signalled before it is filed",
                    "routing against leaving",
                    new Edit(
                            "Unclaimed<T, M> left = mailroom.offer(token, box, message, receivedAt);\n        if (!mine",
                            "if (!mine) { director.signal(box); } Unclaimed<T, M> left = mailroom.offer(token, box, message, receivedAt);\n        if (!mine"),
                    new Edit("if (!mine && (left == null || left.message() != message)) {", "if (false) {")),
            mutant(
                    MAILROOM,
                    "filed in a closed mailbox",
                    "ticket closed against filing",
                    new Edit("box.closed = true;\n                box.decideRest", "box.decideRest")),
            mutant(
                    ASYNC_CALL,
                    "told while sending, and forgotten",
                    "answer against sending",
                    new Edit("boolean told = before == Phase.TOLD;", "boolean told = false;")),
            mutant(
                    ASYNC_CALL,
                    "sent after the look for mail",
                    "answer against sending",
                    new Edit(
                            "Phase before = phase.get();\n        while",
                            "boolean mail = !call.isEmpty(); Phase before = phase.get();\n        while"),
                    new Edit("boolean told = before == Phase.TOLD;", "boolean told = mail;")),
            mutant(
                    ASYNC_CALL,
                    "expired without a look into the mailbox",
                    "answer against the time",
                    new Edit("got = call.lastLook();", "got = timeIsUp ? null : call.lastLook();")),
            mutant(
                    ASYNC_CALL,
                    "future's end without the atomic step",
                    "time against cancel",
                    new Edit(
                            "Phase before = something ? decide() : null;",
                            "Phase before = something && phase.get() == Phase.OPEN ? Phase.OPEN : null;"),
                    new Edit("got = call.lastLook", "phase.set(Phase.OVER); got = call.lastLook")),
            mutant(
                    ASYNC_CALL,
                    "failed while sending, and not seen",
                    "failure against calling",
                    new Edit("boolean failed = whyNoAnswer() != null;", "boolean failed = false;")),
            mutant(
                    ASYNC_WAITS,
                    "calls not told of a close",
                    "close against calling",
                    new Edit("recipient.lookAgain();\n", "\n")),
            mutant(
                    MESSAGE_STREAM,
                    "stream that misses the failure's sweep",
                    "failure against subscribing",
                    new Edit("turn.set(0);\n        lookAgain();", "turn.set(0);"),
                    new Edit("if (failure() != null) { // the sweep", "if (false) { // the sweep")),
            mutant(
                    MESSAGE_STREAM,
                    "two threads hand on at once",
                    "requests at once",
                    new Edit("if (turn.getAndIncrement() != 0) {", "if (turn.getAndIncrement() < 0) {")),
            mutant(
                    MESSAGE_STREAM,
                    "reasons to hand on not counted",
                    "letters against requests",
                    new Edit("seen = turn.addAndGet(-seen);", "turn.set(0); seen = 0;")),
            mutant(
                    MESSAGE_STREAM,
                    "job asked for once and for all",
                    "letters against requests",
                    new Edit("asked.set(false); //", "//")));

    private Mutants() {}

    private static Mutant mutant(String file, String name, String scenarios, Edit... edits) {
        return new Mutant(name, file, scenarios, List.of(edits));
    }
}
