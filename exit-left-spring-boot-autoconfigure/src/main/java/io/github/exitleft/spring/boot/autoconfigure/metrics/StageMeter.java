package io.github.exitleft.spring.boot.autoconfigure.metrics;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.docs.MeterDocumentation;

/** The meters of a stage. */
enum StageMeter implements MeterDocumentation {
    /** The waiting threads, the head not counted. */
    WAITERS("exitleft.stage.waiters", Meter.Type.GAUGE, "Threads that wait, the head not counted", Key.STAGE),
    /** How often a thread became the head. */
    HEAD_CHANGES("exitleft.stage.head.changes", Meter.Type.GAUGE, "How often a thread became the head", Key.STAGE),
    /** How often a thread became the head by hand-over from the one before. */
    PROMOTIONS(
            "exitleft.stage.promotions",
            Meter.Type.COUNTER,
            "How often a thread became the head by hand-over from the one before",
            Key.STAGE),
    /** The waits that ended, by how they ended. */
    EXITS("exitleft.stage.exits", Meter.Type.COUNTER, "Waits that ended, by how they ended", Key.STAGE, Key.EXIT),
    /** The messages received, by what became of them. */
    MESSAGES(
            "exitleft.stage.messages",
            Meter.Type.COUNTER,
            "Messages received, by what became of them",
            Key.STAGE,
            Key.OUTCOME),
    /** How long waits lasted, by how they ended. */
    WAIT("exitleft.stage.wait", Meter.Type.TIMER, "How long waits lasted, by how they ended", Key.STAGE, Key.EXIT),
    /** Whether the source works. */
    UP("exitleft.stage.up", Meter.Type.GAUGE, "1 if the source works, 0 if it has failed", Key.STAGE),
    /** The live tickets. */
    TICKETS("exitleft.stage.tickets", Meter.Type.GAUGE, "Live tickets", Key.STAGE),
    /** How many tickets may be live. */
    TICKETS_MAX("exitleft.stage.tickets.max", Meter.Type.GAUGE, "How many tickets may be live", Key.STAGE),
    /** The futures and streams that have not ended. */
    PENDING("exitleft.stage.pending", Meter.Type.GAUGE, "Futures and streams that have not ended", Key.STAGE),
    /** The calls, tickets and streams that were refused, by the reason. */
    REFUSED(
            "exitleft.stage.refused",
            Meter.Type.COUNTER,
            "Calls, tickets and streams that were refused, by the reason",
            Key.STAGE,
            Key.REASON),
    /** How often the source failed. */
    SOURCE_FAILURES("exitleft.stage.source.failures", Meter.Type.COUNTER, "How often the source failed", Key.STAGE),
    /** How often the source worked again after a failure. */
    REOPENS(
            "exitleft.stage.reopens",
            Meter.Type.COUNTER,
            "How often the source worked again after a failure",
            Key.STAGE),
    /** How many checks, listeners and the like threw. */
    CALLBACK_FAILURES(
            "exitleft.stage.callback.failures",
            Meter.Type.COUNTER,
            "How many checks, listeners and the like threw",
            Key.STAGE),
    /** The questions that have a place in the window. */
    WINDOW("exitleft.stage.window", Meter.Type.GAUGE, "Questions that have a place in the window", Key.STAGE),
    /** The questions that wait for a place in the window. */
    WINDOW_WAITING(
            "exitleft.stage.window.waiting",
            Meter.Type.GAUGE,
            "Questions that wait for a place in the window",
            Key.STAGE),
    /** How long questions waited that did not find a place at once. */
    WINDOW_WAIT(
            "exitleft.stage.window.wait",
            Meter.Type.TIMER,
            "How long questions waited that found no place in the window at once",
            Key.STAGE),
    /** The issued tokens that rest. */
    TOKENS_RESTING("exitleft.stage.tokens.resting", Meter.Type.GAUGE, "Issued tokens that rest", Key.STAGE),
    /** The questions that wait for a token. */
    TOKENS_WAITING(
            "exitleft.stage.tokens.waiting",
            Meter.Type.GAUGE,
            "Questions that wait for a token to be issued",
            Key.STAGE);

    /** The tags of a stage's meters. */
    enum Key implements KeyName {
        /** The name of the stage's bean. */
        STAGE("stage"),
        /** How a wait ended: finished, signalled, timed-out, interrupted, failed, closed, cancelled or not-sent. */
        EXIT("exit"),
        /** Why a call was refused: tickets, token, failed or closed. */
        REASON("reason"),
        /**
         * What became of a message: delivered, late, duplicate, foreign, unknown, unreadable, overflow, abandoned or event.
         */
        OUTCOME("outcome");

        private final String key;

        Key(String key) {
            this.key = key;
        }

        @Override
        public String asString() {
            return this.key;
        }
    }

    private final String meterName;
    private final Meter.Type type;
    private final String description;
    private final Key[] keys;

    StageMeter(String meterName, Meter.Type type, String description, Key... keys) {
        this.meterName = meterName;
        this.type = type;
        this.description = description;
        this.keys = keys;
    }

    @Override
    public String getName() {
        return this.meterName;
    }

    @Override
    public Meter.Type getType() {
        return this.type;
    }

    @Override
    public KeyName[] getKeyNames() {
        return this.keys.clone();
    }

    String description() {
        return this.description;
    }
}
