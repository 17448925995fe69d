package io.github.exitleft.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class MappingTests {

    @Test
    void noAnswer_isUnknown() {
        assertThat(Mapping.of(List.of())).isEqualTo(Mapping.UNKNOWN);
    }

    @Test
    void twoPortsOfOneAddressThatAgree_areUnknown() {
        assertThat(Mapping.of(List.of(seen("192.0.2.1", "203.0.113.5", 4000), seen("192.0.2.1", "203.0.113.5", 4000))))
                .isEqualTo(Mapping.UNKNOWN);
    }

    @Test
    void twoAddressesThatAgree_areIndependent() {
        assertThat(Mapping.of(List.of(seen("192.0.2.1", "203.0.113.5", 4000), seen("192.0.2.2", "203.0.113.5", 4000))))
                .isEqualTo(Mapping.ENDPOINT_INDEPENDENT);
    }

    @Test
    void twoAddressesThatSeeDifferentPortsOrAddresses_areDependent() {
        assertThat(Mapping.of(List.of(seen("192.0.2.1", "203.0.113.5", 4000), seen("192.0.2.2", "203.0.113.5", 4001))))
                .isEqualTo(Mapping.ADDRESS_DEPENDENT);
        assertThat(Mapping.of(List.of(seen("192.0.2.1", "203.0.113.5", 4000), seen("192.0.2.2", "203.0.113.6", 4000))))
                .isEqualTo(Mapping.ADDRESS_DEPENDENT);
    }

    @Test
    void oneServerOfEachFamily_isUnknownSinceTheFamiliesHaveDifferentAddressesAnyway() {
        assertThat(Mapping.of(
                        List.of(seen("192.0.2.1", "203.0.113.5", 4000), seen("2001:db8::1", "2001:db8::5", 4000))))
                .isEqualTo(Mapping.UNKNOWN);
    }

    @Test
    void oneFamilyThatAgrees_isIndependentUnlessTheOtherContradicts() {
        Mapping.Seen first = seen("192.0.2.1", "203.0.113.5", 4000);
        Mapping.Seen second = seen("192.0.2.2", "203.0.113.5", 4000);
        Mapping.Seen third = seen("2001:db8::1", "2001:db8::5", 4000);
        assertThat(Mapping.of(List.of(first, second, third))).isEqualTo(Mapping.ENDPOINT_INDEPENDENT);
        assertThat(Mapping.of(List.of(first, second, third, seen("2001:db8::2", "2001:db8::5", 4001))))
                .isEqualTo(Mapping.ADDRESS_DEPENDENT);
    }

    private static Mapping.Seen seen(String server, String mapped, int port) {
        return new Mapping.Seen(new InetSocketAddress(server, 3478).getAddress(), new InetSocketAddress(mapped, port));
    }
}
