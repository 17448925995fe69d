package io.github.exitleft.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetSocketAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerAddressTests {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:3478, 127.0.0.1:3478",
        "255.255.255.255:65535, 255.255.255.255:65535",
        "Stun.Example.ORG:1, stun.example.org:1",
        "stun-1.example.org.:3478, stun-1.example.org.:3478",
        "localhost:3478, localhost:3478",
        "1.pool.example:3478, 1.pool.example:3478",
        "[::1]:3478, [::1]:3478",
        "[2001:DB8::1]:3478, [2001:db8::1]:3478",
        "' 127.0.0.1:3478 ', 127.0.0.1:3478"
    })
    void hostAndPort_areRead(String text, String shown) {
        assertThat(ServerAddress.of(text)).hasToString(shown);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "foo",
                "foo:",
                ":3478",
                "foo:0",
                "foo:65536",
                "foo:99999",
                "foo:-1",
                "foo:+1",
                "foo:12x",
                "foo:1:2",
                "::1:3478",
                "[::1]",
                "[::1:3478",
                "[]:1",
                "[::g]:1",
                "[1.2.3.4]:1",
                "[::1%lo]:1",
                "256.1.1.1:1",
                "1.2.3:1",
                "127.1:1",
                "2130706433:1",
                "1.2.3.4.:1",
                "01.2.3.4:1",
                "0x7f000001.:1",
                "-foo:1",
                "foo-:1",
                "foo..bar:1",
                ".foo:1",
                "foo bar:1",
                "foo/bar:1",
                "user@foo:1",
                "f\u00f6\u00f6:1",
                "foo:\u0663"
            })
    void anythingElse_isRefusedWithTheTextAndARemedy(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServerAddress.of(text))
                .withMessage("server '" + text + "' must be HOST:PORT with a port from 1 to 65535,"
                        + " such as stun.example.org:3478 or [2001:db8::1]:3478");
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 127.0.0.1:80", "::1, [0:0:0:0:0:0:0:1]:80"})
    void address_isShownSoThatItCanBeReadAgain(String address, String shown) {
        assertThat(ServerAddress.of(new InetSocketAddress(address, 80))).hasToString(shown);
    }
}
