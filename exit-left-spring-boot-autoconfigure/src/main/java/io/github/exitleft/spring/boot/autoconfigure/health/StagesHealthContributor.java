package io.github.exitleft.spring.boot.autoconfigure.health;

import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.StageBeans;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;

/** Health of the stages that exist, one component each. */
final class StagesHealthContributor implements CompositeHealthContributor {

    private final StageBeans stages;
    private final Duration unattendedAfter;

    StagesHealthContributor(StageBeans stages, Duration unattendedAfter) {
        this.stages = stages;
        this.unattendedAfter = unattendedAfter;
    }

    @Override
    public @Nullable HealthContributor getContributor(String name) {
        Stage<?, ?> stage = this.stages.existing().get(name);
        return stage == null ? null : new StageHealthIndicator(stage, this.unattendedAfter);
    }

    @Override
    public Stream<HealthContributors.Entry> stream() {
        return this.stages.existing().entrySet().stream()
                .map(entry -> new HealthContributors.Entry(
                        entry.getKey(), new StageHealthIndicator(entry.getValue(), this.unattendedAfter)));
    }
}
