package io.github.exitleft.spring.boot.actuate.endpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.github.exitleft.BareSnapshot;
import io.github.exitleft.Stage;
import io.github.exitleft.StageSnapshot;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * {@link Endpoint @Endpoint} that shows stages: their heads and waiters, and what has become of waits and messages. Where
 * its access is unrestricted it also sets a stage's keeper, and tries a failed source at once.
 */
@Endpoint(id = "stages", defaultAccess = Access.READ_ONLY)
public class StagesEndpoint {

    private static final Log logger = LogFactory.getLog(StagesEndpoint.class);
    private static final int OLDEST = 20;

    private final Supplier<? extends Map<String, ? extends Stage<?, ?>>> stages;
    private final Show showValues;

    /**
     * Creates the endpoint.
     *
     * @param stages returns the stages that exist, by name
     * @param showValues whether to show tokens when there is no security context
     */
    public StagesEndpoint(Supplier<? extends Map<String, ? extends Stage<?, ?>>> stages, Show showValues) {
        this.stages = stages;
        this.showValues = showValues;
    }

    /**
     * Returns all stages.
     *
     * @return what they look like now
     */
    @ReadOperation
    public StagesDescriptor stages() {
        Map<String, StageDescriptor> descriptors = new LinkedHashMap<>();
        this.stages.get().forEach((name, stage) -> {
            StageDescriptor descriptor = describe(name, stage, null);
            if (descriptor != null) {
                descriptors.put(name, descriptor);
            }
        });
        return new StagesDescriptor(descriptors);
    }

    /**
     * Returns one stage, with its longest waiting threads.
     *
     * @param name the stage's name
     * @return what it looks like now; null if there is no such stage
     */
    @ReadOperation
    public @Nullable StageDescriptor stage(@Selector String name) {
        return stage(name, this.showValues.isShown(false));
    }

    @Nullable
    StageDescriptor stage(String name, boolean showTokens) {
        Stage<?, ?> stage = this.stages.get().get(name);
        return stage == null ? null : describe(name, stage, showTokens);
    }

    /**
     * Changes one stage: sets its keeper, tries its failed source at once in the background, or both.
     *
     * @param name the stage's name
     * @param keeper off, idle or always; null to leave the keeper as it is
     * @param reopen whether to try the source at once; null is false
     * @return what the stage looks like now; null if there is no such stage
     * @throws IllegalArgumentException if the keeper is none of these, or nothing is to be changed
     * @throws IllegalStateException if the stage is closed, or is to be reopened and has not failed; nothing is changed
     */
    @WriteOperation
    public @Nullable StageDescriptor change(@Selector String name, @Nullable String keeper, @Nullable Boolean reopen) {
        return change(name, keeper, Boolean.TRUE.equals(reopen), this.showValues.isShown(false));
    }

    @Nullable
    StageDescriptor change(String name, @Nullable String keeper, boolean reopen, boolean showTokens) {
        Stage<?, ?> stage = this.stages.get().get(name);
        if (stage == null || describe(name, stage, null) == null) {
            return null;
        }
        StageChange.of(name, keeper, reopen).applyTo(stage);
        return describe(name, stage, showTokens);
    }

    /** Describes a stage; returns null if that fails, as it does for a mock in a test. */
    private static @Nullable StageDescriptor describe(String name, Stage<?, ?> stage, @Nullable Boolean showTokens) {
        try {
            return StageDescriptor.of(stage, showTokens);
        } catch (RuntimeException e) {
            logger.debug("stage '" + name + "' can't be shown", e);
            return null;
        }
    }

    /**
     * All stages.
     *
     * @param stages the stages by name
     */
    public record StagesDescriptor(Map<String, StageDescriptor> stages) implements OperationResponseBody {}

    /**
     * One stage. Times and durations are texts in ISO 8601, however the application's mapper writes such types.
     *
     * @param tokenType the class of its tokens
     * @param defaultTimeout how long a wait lasts unless it has a timeout of its own
     * @param source the type of its source, and what identifies it
     * @param keeper when a background thread reads: off, idle or always
     * @param state open, failed or closed
     * @param failure why it has failed; absent if it has not
     * @param waiters how many threads wait, the head not counted
     * @param tickets how many tickets are live
     * @param maxTickets how many may be
     * @param pending how many futures and streams have not ended
     * @param refused how many calls, tickets and streams were refused, for each reason
     * @param headChanges how often a thread became the head
     * @param promotions how often a thread became the head by hand-over from the one before
     * @param head the present head; absent if there is none
     * @param exits how many waits ended in each way
     * @param messages how many messages had each outcome
     * @param callbackFailures how many checks and listeners threw
     * @param transientFailures how often the source reported a failure that passes by itself
     * @param window the window; absent if any number of questions may be out
     * @param issued the tokens that the stage issues; absent if it issues none
     * @param oldest the threads that have waited longest, oldest first; absent where all stages are shown
     * @param oldestPending the futures and streams that have waited longest, oldest first; absent where all stages are shown
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({
        "tokenType",
        "defaultTimeout",
        "source",
        "keeper",
        "state",
        "failure",
        "waiters",
        "tickets",
        "maxTickets",
        "pending",
        "refused",
        "headChanges",
        "promotions",
        "head",
        "exits",
        "messages",
        "callbackFailures",
        "transientFailures",
        "window",
        "issued",
        "oldest",
        "oldestPending"
    })
    public record StageDescriptor(
            String tokenType,
            String defaultTimeout,
            Map<String, Object> source,
            String keeper,
            String state,
            @Nullable FailureDescriptor failure,
            int waiters,
            int tickets,
            int maxTickets,
            int pending,
            Map<String, Long> refused,
            long headChanges,
            long promotions,
            @Nullable HeadDescriptor head,
            Map<String, Long> exits,
            Map<String, Long> messages,
            long callbackFailures,
            long transientFailures,
            @Nullable WindowDescriptor window,
            @Nullable IssuedDescriptor issued,
            @Nullable List<WaiterDescriptor> oldest,
            @Nullable List<PendingDescriptor> oldestPending)
            implements OperationResponseBody {

        static StageDescriptor of(Stage<?, ?> stage, @Nullable Boolean showTokens) {
            StageSnapshot snapshot = stage.snapshot(showTokens == null ? 0 : OLDEST);
            BareSnapshot role = snapshot.role();
            return new StageDescriptor(
                    stage.tokenType().getName(),
                    stage.defaultTimeout().toString(),
                    SourceDetails.of(stage),
                    tag(stage.keeper()),
                    tag(role.state()),
                    FailureDescriptor.of(snapshot),
                    role.waiters(),
                    role.tickets(),
                    snapshot.load().maxTickets(),
                    snapshot.load().pending(),
                    tagged(snapshot.load().refused()),
                    role.headChanges(),
                    role.promotions(),
                    role.head() == null ? null : HeadDescriptor.of(role.head()),
                    tagged(snapshot.exits()),
                    tagged(snapshot.messages()),
                    role.callbackFailures(),
                    snapshot.transientFailures(),
                    WindowDescriptor.of(snapshot.window()),
                    IssuedDescriptor.of(snapshot.issued()),
                    showTokens == null
                            ? null
                            : role.oldest().stream()
                                    .map(waiting -> WaiterDescriptor.of(waiting, showTokens))
                                    .toList(),
                    showTokens == null
                            ? null
                            : snapshot.oldestPending().stream()
                                    .map(pending -> PendingDescriptor.of(pending, showTokens))
                                    .toList());
        }

        private static Map<String, Long> tagged(Map<? extends Enum<?>, Long> counts) {
            Map<String, Long> tagged = new LinkedHashMap<>();
            counts.forEach((key, count) -> tagged.put(tag(key), count));
            return tagged;
        }

        static String tag(Enum<?> value) {
            return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * Why a stage has failed.
     *
     * @param cause what its source threw last
     * @param since since when the source has not worked
     * @param nextAttempt when it is tried again, by a background thread or, if there is none, by the next caller from
     *     then on
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"cause", "since", "nextAttempt"})
    public record FailureDescriptor(
            String cause, String since, @Nullable String nextAttempt) {

        static @Nullable FailureDescriptor of(StageSnapshot snapshot) {
            Throwable failure = snapshot.role().failure();
            BareSnapshot.Outage outage = snapshot.role().outage();
            if (failure == null || outage == null) {
                return null;
            }
            Duration next = snapshot.nextAttempt();
            return new FailureDescriptor(
                    failure.toString(),
                    outage.since().toString(),
                    next == null
                            ? null
                            : Instant.now()
                                    .plus(next)
                                    .truncatedTo(ChronoUnit.MILLIS)
                                    .toString());
        }
    }

    /**
     * The head.
     *
     * @param thread the thread's name
     * @param since since when it has been the head
     */
    @JsonPropertyOrder({"thread", "since"})
    public record HeadDescriptor(String thread, String since) {

        static HeadDescriptor of(BareSnapshot.Head head) {
            return new HeadDescriptor(head.thread(), head.since().toString());
        }
    }

    /**
     * A stage's window.
     *
     * @param size how many questions may be out
     * @param used how many are out
     * @param waiting how many wait for a place
     */
    @JsonPropertyOrder({"size", "used", "waiting"})
    public record WindowDescriptor(int size, int used, int waiting) {

        static @Nullable WindowDescriptor of(StageSnapshot.@Nullable WindowState window) {
            return window == null ? null : new WindowDescriptor(window.size(), window.used(), window.waiting());
        }
    }

    /**
     * The tokens that a stage issues.
     *
     * @param live how many are live
     * @param resting how many rest, since their questions ended without an answer
     * @param waiting how many questions wait for a token
     */
    @JsonPropertyOrder({"live", "resting", "waiting"})
    public record IssuedDescriptor(int live, int resting, int waiting) {

        static @Nullable IssuedDescriptor of(StageSnapshot.@Nullable IssuedState issued) {
            return issued == null ? null : new IssuedDescriptor(issued.live(), issued.resting(), issued.waiting());
        }
    }

    /**
     * A wait for which no thread waits.
     *
     * @param kind future or stream
     * @param waiting how long it has waited
     * @param timeoutIn how long until its timeout; absent if it has none
     * @param token the token it waits for; absent where tokens must not be shown, and in line for a token
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"kind", "waiting", "timeoutIn", "token"})
    public record PendingDescriptor(
            String kind,
            String waiting,
            @Nullable String timeoutIn,
            @Nullable String token) {

        static PendingDescriptor of(StageSnapshot.Pending pending, boolean showToken) {
            Duration timeoutIn = pending.timeoutIn();
            Object token = pending.token();
            return new PendingDescriptor(
                    StageDescriptor.tag(pending.kind()),
                    pending.waiting().toString(),
                    timeoutIn == null ? null : timeoutIn.toString(),
                    showToken && token != null ? WaiterDescriptor.text(token) : null);
        }
    }

    /**
     * A waiting thread.
     *
     * @param thread the thread's name
     * @param waiting how long it has waited
     * @param timeoutIn how long until its timeout
     * @param token the token it waits for; absent where tokens must not be shown
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"thread", "waiting", "timeoutIn", "token"})
    public record WaiterDescriptor(
            String thread,
            String waiting,
            String timeoutIn,
            @Nullable String token) {

        static WaiterDescriptor of(BareSnapshot.Waiting waiting, boolean showToken) {
            return new WaiterDescriptor(
                    waiting.thread(),
                    waiting.waiting().toString(),
                    waiting.timeoutIn().toString(),
                    showToken ? text(waiting.token()) : null);
        }

        static String text(Object token) {
            if (token instanceof ByteBuffer buffer) {
                byte[] bytes = new byte[buffer.remaining()];
                buffer.duplicate().get(bytes);
                return HexFormat.of().formatHex(bytes);
            }
            return String.valueOf(token);
        }
    }
}
