package io.github.exitleft;

import java.util.concurrent.atomic.AtomicReference;

/** A message of the chaos tests, which knows what has become of it and lets that happen only once. */
final class ChaosLetter {

    /** What is wrong with a letter, or what it does to the code that handles it. */
    enum Kind {
        GOOD,
        /** Fails a check. */
        FOREIGN,
        /** Makes a check throw. */
        CHECK_THROWS,
        /** Has no token. */
        BLANK,
        /** Makes the token reader throw. */
        READER_THROWS,
        /** Makes the token reader try to wait, which is to be refused. */
        READER_WAITS,
        /** Makes the token reader close the stage. */
        READER_CLOSES,
        /** Is an event. */
        EVENT,
        /** Is an event whose handler throws. */
        EVENT_THROWS
    }

    private static final Object POSTED = "posted";
    private static final Object RECEIVED = "received";

    final Integer token;
    final Kind kind;

    /** Whether what it makes others throw is an Error. */
    final boolean throwsErrors;

    private final AtomicReference<Object> fate = new AtomicReference<>(POSTED);

    /** What was known of the token's last ticket when this was received; written and read by the head. */
    long closedAt;

    long closings;

    ChaosLetter(Integer token, Kind kind, boolean throwsErrors) {
        this.token = token;
        this.kind = kind;
        this.throwsErrors = throwsErrors;
    }

    boolean isEvent() {
        return kind == Kind.EVENT || kind == Kind.EVENT_THROWS;
    }

    void received() {
        if (!fate.compareAndSet(POSTED, RECEIVED)) {
            throw new ChaosViolation("received again: " + this);
        }
    }

    void end(MessageOutcome outcome) {
        if (!fate.compareAndSet(RECEIVED, outcome)) {
            throw new ChaosViolation("is now " + outcome + " too: " + this);
        }
    }

    @Override
    public String toString() {
        return kind + " letter for " + token + ", " + fate;
    }

    /** Says that a rule was broken. */
    static final class ChaosViolation extends AssertionError {
        private static final long serialVersionUID = 1L;

        ChaosViolation(String what) {
            super(what);
        }
    }
}
