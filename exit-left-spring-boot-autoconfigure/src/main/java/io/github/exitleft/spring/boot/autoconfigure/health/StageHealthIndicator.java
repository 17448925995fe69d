package io.github.exitleft.spring.boot.autoconfigure.health;

import io.github.exitleft.BareSnapshot;
import io.github.exitleft.Stage;
import io.github.exitleft.StageSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Health of one stage.
 *
 * <p>It is down when the source has failed, or when threads wait but none reads, and out of service once the stage is
 * closed, which is no failure.
 */
final class StageHealthIndicator implements HealthIndicator {

    private final Supplier<? extends @Nullable Stage<?, ?>> stages;
    private final Duration unattendedAfter;

    /**
     * Creates an indicator.
     *
     * @param stages returns the stage; null as long as there is none
     */
    StageHealthIndicator(Supplier<? extends @Nullable Stage<?, ?>> stages, Duration unattendedAfter) {
        this.stages = stages;
        this.unattendedAfter = unattendedAfter;
    }

    @Override
    public Health health() {
        Stage<?, ?> stage = this.stages.get();
        if (stage == null) {
            return Health.unknown().withDetail("reason", "not created yet").build();
        }
        try {
            return health(stage.snapshot(0));
        } catch (RuntimeException e) {
            // thrown by a mock of a stage, in a test
            return Health.unknown().withException(e).build();
        }
    }

    private Health health(StageSnapshot snapshot) {
        return switch (snapshot.role().state()) {
            case OPEN -> open(snapshot);
            case FAILED -> failed(snapshot);
            case CLOSED -> Health.outOfService().withDetail("reason", "closed").build();
        };
    }

    private Health open(StageSnapshot snapshot) {
        Duration unattended = snapshot.unattended();
        if (unattended.compareTo(this.unattendedAfter) <= 0) {
            return up(snapshot);
        }
        Health.Builder down = Health.down()
                .withDetail("reason", "callers wait, but no thread reads the source")
                .withDetail("unattended", unattended.toString());
        if (snapshot.role().head() != null) {
            down.withDetail("head", snapshot.role().head().thread());
        }
        return down.build();
    }

    /** A stage that refuses callers because there are too many works, but says so. */
    private static Health up(StageSnapshot snapshot) {
        int tickets = snapshot.role().tickets();
        int most = snapshot.load().maxTickets();
        return tickets < most
                ? Health.up().build()
                : Health.up()
                        .withDetail(
                                "reason", "no more callers are taken: all " + most + " tickets of max-tickets are live")
                        .build();
    }

    private static Health failed(StageSnapshot snapshot) {
        Health.Builder down = Health.down().withDetail("reason", "source failed");
        Throwable failure = snapshot.role().failure();
        if (failure != null) {
            down.withDetail("error", failure.getClass().getName() + ": " + failure.getMessage());
        }
        BareSnapshot.Outage outage = snapshot.role().outage();
        if (outage != null) {
            down.withDetail("since", outage.since().toString());
        }
        if (snapshot.nextAttempt() != null) {
            Instant next = Instant.now().plus(snapshot.nextAttempt());
            down.withDetail("nextAttempt", next.truncatedTo(ChronoUnit.MILLIS).toString());
        }
        return down.withDetail("transientFailures", snapshot.transientFailures())
                .build();
    }
}
