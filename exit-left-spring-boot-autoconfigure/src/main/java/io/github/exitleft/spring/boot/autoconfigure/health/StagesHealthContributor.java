package io.github.exitleft.spring.boot.autoconfigure.health;

import io.github.exitleft.spring.boot.autoconfigure.StageBeans;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;

/**
 * Health of the stages, one component each. Stages that are not created yet have one too, so that a group may name
 * them; it does not create them.
 */
final class StagesHealthContributor implements CompositeHealthContributor {

    private final StageBeans stages;
    private final Duration unattendedAfter;

    StagesHealthContributor(StageBeans stages, Duration unattendedAfter) {
        this.stages = stages;
        this.unattendedAfter = unattendedAfter;
    }

    @Override
    public @Nullable HealthContributor getContributor(String name) {
        return this.stages.names().contains(name) ? indicator(name) : null;
    }

    @Override
    public Stream<HealthContributors.Entry> stream() {
        return this.stages.names().stream().map(name -> new HealthContributors.Entry(name, indicator(name)));
    }

    private StageHealthIndicator indicator(String name) {
        return new StageHealthIndicator(() -> this.stages.existing().get(name), this.unattendedAfter);
    }
}
