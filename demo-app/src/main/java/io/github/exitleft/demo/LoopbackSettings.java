package io.github.exitleft.demo;

import io.github.exitleft.demo.stun.Delay;
import io.github.exitleft.demo.stun.LoopbackStunServers;
import java.time.Duration;

/**
 * How the servers on loopback answer.
 *
 * @param loss share of requests that are not answered, from 0 to 1
 * @param minDelayMillis shortest time until an answer
 * @param maxDelayMillis longest time until an answer
 */
record LoopbackSettings(double loss, long minDelayMillis, long maxDelayMillis) {

    static LoopbackSettings of(LoopbackStunServers servers) {
        Delay delay = servers.delay();
        return new LoopbackSettings(
                servers.loss(), delay.min().toMillis(), delay.max().toMillis());
    }

    /** Makes the servers answer so, or throws an IllegalArgumentException and changes nothing. */
    void applyTo(LoopbackStunServers servers) {
        Delay delay = new Delay(Duration.ofMillis(minDelayMillis), Duration.ofMillis(maxDelayMillis));
        servers.loss(loss);
        servers.delay(delay);
    }
}
