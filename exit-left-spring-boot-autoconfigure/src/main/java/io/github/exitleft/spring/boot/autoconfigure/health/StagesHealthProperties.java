package io.github.exitleft.spring.boot.autoconfigure.health;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys of the health check.
 *
 * @param unattendedAfter How long a stage's source may go without a read, while callers wait, before the stage is down.
 */
@ConfigurationProperties("management.health.stages")
record StagesHealthProperties(@DefaultValue("5s") Duration unattendedAfter) {}
