package io.github.exitleft.spring.boot.actuate.endpoint;

import io.github.exitleft.BareSnapshot;
import io.github.exitleft.Keeper;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.actuate.endpoint.StagesEndpoint.StageDescriptor;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What an operator wants changed in a stage.
 *
 * @param name the stage's name
 * @param keeper when a background thread is to read; null to leave that as it is
 * @param reopen whether to try the failed source at once
 */
record StageChange(String name, @Nullable Keeper keeper, boolean reopen) {

    private static final Log logger = LogFactory.getLog(StagesEndpoint.class);

    private static final String KEEPERS =
            Arrays.stream(Keeper.values()).map(StageDescriptor::tag).collect(Collectors.joining(", "));

    /**
     * Reads a change.
     *
     * @throws IllegalArgumentException if the keeper does not exist, or nothing is to be changed
     */
    static StageChange of(String name, @Nullable String keeper, boolean reopen) {
        if (keeper == null && !reopen) {
            throw new IllegalArgumentException("nothing to change in stage '" + name + "'; set 'keeper' to one of "
                    + KEEPERS + ", or 'reopen' to true");
        }
        return new StageChange(name, keeper == null ? null : keeper(name, keeper), reopen);
    }

    private static Keeper keeper(String stage, String value) {
        return Arrays.stream(Keeper.values())
                .filter(keeper -> StageDescriptor.tag(keeper).equalsIgnoreCase(value))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("keeper '" + value + "' for stage '" + stage
                        + "' does not exist; set 'keeper' to one of " + KEEPERS));
    }

    /**
     * Makes the change, or none of it.
     *
     * @throws IllegalStateException if the stage is closed, or is to be reopened and has not failed
     */
    void applyTo(Stage<?, ?> stage) {
        if (stage.snapshot(0).role().state() == BareSnapshot.State.CLOSED) {
            throw new IllegalStateException(
                    "stage '" + name + "' is closed and can't be changed; restart the application");
        }
        if (reopen && !stage.reopen()) {
            throw new IllegalStateException(
                    "stage '" + name + "' has not failed, so there is nothing to reopen; leave out 'reopen'");
        }
        if (keeper != null) {
            stage.keeper(keeper);
        }
        logger.info("stage '" + name + "' was changed through the endpoint:"
                + (keeper == null ? "" : " keeper " + StageDescriptor.tag(keeper)) + (reopen ? " reopen" : ""));
    }
}
