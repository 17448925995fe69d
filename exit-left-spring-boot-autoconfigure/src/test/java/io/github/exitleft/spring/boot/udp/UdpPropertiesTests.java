package io.github.exitleft.spring.boot.udp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;

/** The keys of a UDP port. */
class UdpPropertiesTests {

    @Test
    void b2_defaults_areThoseOfTheContract() {
        UdpProperties udp = new Binder().bindOrCreate("udp", UdpProperties.class);

        assertThat(udp.address()).isNull();
        assertThat(udp.port()).isZero();
        assertThat(udp.receiveBufferSize()).hasToString("1048576B");
        assertThat(udp.maxDatagramSize()).hasToString("1500B");
        assertThat(udp.token().sender()).isFalse();
    }
}
