package io.github.exitleft.demo;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys below {@code demo.stun}; an unknown one is an error.
 *
 * @param servers STUN servers to ask, as HOST:PORT. Empty brings up servers on loopback.
 * @param allowAnyServer Whether callers may name servers that are not configured, which lets them send UDP packets anywhere.
 * @param loopback Settings of the servers on loopback.
 */
@ConfigurationProperties(prefix = "demo.stun", ignoreUnknownFields = false)
record StunProperties(
        @DefaultValue List<ServerAddress> servers,
        @DefaultValue("false") boolean allowAnyServer,
        @DefaultValue Loopback loopback) {

    /**
     * The keys of the servers on loopback.
     *
     * @param minDelay Shortest time until a server answers.
     * @param maxDelay Longest time until a server answers.
     * @param loss Share of requests that are not answered, from 0 to 1.
     */
    record Loopback(
            @DefaultValue("5ms") Duration minDelay,
            @DefaultValue("60ms") Duration maxDelay,
            @DefaultValue("0") double loss) {

        Loopback {
            if (minDelay.isNegative() || minDelay.compareTo(maxDelay) > 0) {
                throw new IllegalArgumentException("demo.stun.loopback.min-delay " + minDelay
                        + " must be between zero and demo.stun.loopback.max-delay " + maxDelay);
            }
            if (!(loss >= 0 && loss <= 1)) {
                throw new IllegalArgumentException("demo.stun.loopback.loss " + loss + " must be between 0 and 1");
            }
        }
    }
}
