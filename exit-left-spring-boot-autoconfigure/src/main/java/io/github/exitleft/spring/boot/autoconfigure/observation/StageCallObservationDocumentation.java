package io.github.exitleft.spring.boot.autoconfigure.observation;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * The observations of the calls of stages.
 *
 * <p>Micrometer itself adds {@code error}: to meters the simple name of what was thrown, or {@code none}; to a span the exception. A key
 * of that name would make each span one of an error.
 */
public enum StageCallObservationDocumentation implements ObservationDocumentation {
    /** A call, future, gather or stream, or one of the questions of a {@code callAll}. */
    CALL;

    @Override
    public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
        return DefaultStageCallObservationConvention.class;
    }

    @Override
    public KeyName[] getLowCardinalityKeyNames() {
        return LowCardinalityKeyNames.values();
    }

    @Override
    public KeyName[] getHighCardinalityKeyNames() {
        return HighCardinalityKeyNames.values();
    }

    @Override
    public Observation.Event[] getEvents() {
        return Events.values();
    }

    /** Keys with few values. */
    public enum LowCardinalityKeyNames implements KeyName {
        /** The name of the stage. */
        STAGE("exitleft.stage"),
        /** The type of the stage's source. */
        SOURCE_TYPE("exitleft.source.type"),
        /** How the stage was asked: call, future, gather, all or stream. */
        CALL_KIND("exitleft.call.kind"),
        /**
         * How the call has ended: finished, signalled, timed-out, interrupted, failed, closed, cancelled or not-sent; refused if it was
         * refused before it could wait, and none until it has ended.
         */
        EXIT("exitleft.exit");

        private final String key;

        LowCardinalityKeyNames(String key) {
            this.key = key;
        }

        @Override
        public String asString() {
            return this.key;
        }
    }

    /** Keys with any number of values. */
    public enum HighCardinalityKeyNames implements KeyName {
        /** The token of the call, if {@code management.observations.stages.show-token} says so. */
        TOKEN("exitleft.token");

        private final String key;

        HighCardinalityKeyNames(String key) {
            this.key = key;
        }

        @Override
        public String asString() {
            return this.key;
        }
    }

    /** What happens to a call. */
    public enum Events implements Observation.Event {
        /** The request was sent. */
        SENT("sent"),
        /** The request was sent again. */
        RESENT("resent"),
        /** The caller has got an answer. */
        RECEIVED("received");

        private final String event;

        Events(String event) {
            this.event = event;
        }

        @Override
        public String getName() {
            return this.event;
        }

        @Override
        public String getContextualName() {
            return this.event;
        }
    }
}
