package io.github.exitleft.spring.boot.autoconfigure.health;

import io.github.exitleft.Stage;
import io.github.exitleft.StageSnapshot;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Health of one stage: down when its source has failed or when nobody reads it although somebody waits, and out of service
 * once it is closed, which is no failure but serves nobody either.
 */
final class StageHealthIndicator implements HealthIndicator {

    private final Stage<?, ?> stage;
    private final Duration unattendedAfter;

    StageHealthIndicator(Stage<?, ?> stage, Duration unattendedAfter) {
        this.stage = stage;
        this.unattendedAfter = unattendedAfter;
    }

    @Override
    public Health health() {
        StageSnapshot snapshot = this.stage.snapshot(0);
        return switch (snapshot.role().state()) {
            case OPEN -> open(snapshot);
            case FAILED -> failed(snapshot.role().failure());
            case CLOSED -> Health.outOfService().withDetail("reason", "closed").build();
        };
    }

    private Health open(StageSnapshot snapshot) {
        Duration unattended = snapshot.unattended();
        if (unattended.compareTo(this.unattendedAfter) <= 0) {
            return Health.up().build();
        }
        Health.Builder down = Health.down().withDetail("unattended", unattended.toString());
        if (snapshot.role().head() != null) {
            down.withDetail("head", snapshot.role().head().thread());
        }
        return down.build();
    }

    private static Health failed(@Nullable Throwable failure) {
        return failure == null
                ? Health.down().build()
                : Health.down()
                        .withDetail("error", failure.getClass().getName() + ": " + failure.getMessage())
                        .build();
    }
}
