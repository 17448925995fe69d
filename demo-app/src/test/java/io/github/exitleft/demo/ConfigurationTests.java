package io.github.exitleft.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import io.github.exitleft.demo.stun.LoopbackStunServers;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;

/** What the demo makes of its properties. */
@ExtendWith(OutputCaptureExtension.class)
class ConfigurationTests {

    @ParameterizedTest
    @CsvSource({
        "demo.stun.servers[0]=nonsense, demo.stun.servers[0], server 'nonsense' must be HOST:PORT with a port",
        "'demo.stun.servers=127.0.0.1:3478,x:0', demo.stun.servers, server 'x:0' must be HOST:PORT with a port",
        "demo.stun.server=127.0.0.1:3478, demo.stun.server, were left unbound",
        "demo.stun.loopback.loss=1.5, demo.stun.loopback, demo.stun.loopback.loss 1.5 must be between 0 and 1",
        "demo.stun.loopback.min-delay=1s, demo.stun.loopback, demo.stun.loopback.min-delay PT1S must be between",
        "demo.stun.allow-any-server=perhaps, demo.stun.allow-any-server, perhaps"
    })
    void mistake_failsTheStartWithAReportThatNamesTheProperty(
            String property, String name, String reason, CapturedOutput output) {
        assertThatException().isThrownBy(() -> RunningDemo.start(property, "logging.level.root=error"));

        assertThat(output.getOut()).contains("APPLICATION FAILED TO START", name, reason, "Action:");
    }

    @Test
    void serversThatAreConfigured_areAskedAndNoneIsBroughtUp() {
        try (FakeServer server = FakeServer.replying(request -> FakeServer.success(request, 4000));
                RunningDemo demo = RunningDemo.start("demo.stun.servers[0]=" + server.address())) {
            assertThat(demo.context().getBeanNamesForType(LoopbackStunServers.class))
                    .isEmpty();
            JsonNode check = demo.json("/api/nat");
            assertThat(check.path("bindings")).hasSize(1);
            assertThat(check.path("mapping").asString()).isEqualTo("unknown");
        }
    }

    @Test
    void anyServerThatIsAllowed_isAsked() {
        try (FakeServer server = FakeServer.replying(request -> FakeServer.success(request, 4000));
                RunningDemo demo = RunningDemo.start("demo.stun.allow-any-server=true")) {
            assertThat(demo.json("/api/bindings?server=" + server.address())
                            .path("mappedAddress")
                            .asString())
                    .isEqualTo("203.0.113.5:4000");
        }
    }

    @Test
    void natThatMapsByAddress_isAddressDependent() {
        InetSocketAddress first = new InetSocketAddress("127.0.0.1", 0);
        InetSocketAddress second = new InetSocketAddress("127.0.0.1", 0);
        try (LoopbackStunServers servers = LoopbackStunServers.builder()
                        .listenOn(first, second)
                        .nat((server, client) -> new InetSocketAddress("203.0.113.5", server.getPort()))
                        .start();
                RunningDemo demo = RunningDemo.with().bean(servers).start()) {
            JsonNode check = demo.json("/api/nat");
            assertThat(check.path("mapping").asString()).isEqualTo("address-dependent");
            assertThat(check.path("bindings").get(1).path("mappedAddress").asString())
                    .isEqualTo("203.0.113.5:" + servers.addresses().get(1).getPort());
        }
    }

    @Test
    void serverAtAnIpv6Address_isAskedOverTheSamePort() {
        try (LoopbackStunServers servers = LoopbackStunServers.builder()
                        .listenOn(new InetSocketAddress("127.0.0.1", 0))
                        .listenWherePossible(new InetSocketAddress("::1", 0))
                        .start();
                RunningDemo demo = RunningDemo.with().bean(servers).start()) {
            int last = servers.addresses().size() - 1;
            String server = demo.server(last).replace("0:0:0:0:0:0:0:1", "::1");
            JsonNode binding = demo.json(
                    "/api/bindings?server=" + server.replace("[", "%5B").replace("]", "%5D"));
            assertThat(binding.path("server").asString()).isEqualTo(server);
            assertThat(binding.path("mappedAddress").asString()).endsWith(":" + demo.udpPort());
            // one server of each family: they need not agree, and say nothing
            assertThat(demo.json("/api/nat").path("mapping").asString()).isEqualTo("unknown");
        }
    }
}
