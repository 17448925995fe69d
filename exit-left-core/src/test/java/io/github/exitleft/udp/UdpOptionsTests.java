package io.github.exitleft.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.exitleft.LogCapture;
import io.github.exitleft.Stage;
import io.github.exitleft.StageFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a UDP port can be told beside where it is; all of it over the loopback interface. */
class UdpOptionsTests extends StageFixture {

    private static final byte[] PAYLOAD = {0, 0, 0, 7};
    private final List<UdpSource> opened = new ArrayList<>();

    private UdpSource open(UdpSource.Builder builder) {
        UdpSource source = builder.open();
        opened.add(source);
        return source;
    }

    @AfterEach
    void closeWhatWasOpened() throws IOException {
        for (UdpSource source : opened) {
            source.close();
        }
    }

    private static NetworkInterface loopback() throws SocketException {
        return NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
    }

    /** The broadcast address of the loopback interface, which reaches this machine only. */
    private static InetAddress broadcastAddress() throws IOException {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "elsewhere nothing can be broadcast on loopback");
        return InetAddress.getByName("127.255.255.255");
    }

    private static Stage<Integer, Datagram> stage(UdpSource source) {
        return Stage.builder("udp", Integer.class, source, DatagramTokens.at(Integer.class, 0, 4))
                .defaultTimeout(Duration.ofSeconds(20))
                .build();
    }

    private static int port(UdpSource source) {
        return source.localAddress().getPort();
    }

    @Test
    void broadcastWithoutTheOption_isRefusedWithItsName() throws Exception {
        UdpSource source = open(UdpSource.builder());

        assertThatThrownBy(
                        () -> source.backdoor().send(new InetSocketAddress(broadcastAddress(), port(source)), PAYLOAD))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.255.255.255")
                .hasMessageContaining("'broadcast'")
                .hasRootCauseInstanceOf(SocketException.class);
        assertThat(source.details()).containsEntry("broadcast", false);
    }

    @Test
    void otherRefusal_isNotTakenForABroadcast() throws Exception {
        try (DatagramChannel channel = DatagramChannel.open()) {
            var refusal = new SocketException("Operation not permitted");
            var socket = new UdpSocket(channel, (payload, to) -> {
                throw refusal;
            });

            assertThatThrownBy(() -> socket.send(new InetSocketAddress("127.0.0.1", 9), PAYLOAD))
                    .isSameAs(refusal);
            channel.setOption(StandardSocketOptions.SO_BROADCAST, true);
            var denied = new SocketException("Permission denied");
            var other = new UdpSocket(channel, (payload, to) -> {
                throw denied;
            });
            assertThatThrownBy(() -> other.send(new InetSocketAddress("127.0.0.1", 9), PAYLOAD))
                    .isSameAs(denied);
        }
    }

    @Test
    void broadcastWithTheOption_isReceivedByThePortOfAllInterfaces() throws Exception {
        UdpSource source = open(UdpSource.builder().broadcast(true));
        InetAddress everywhere = broadcastAddress();
        try (Stage<Integer, Datagram> stage = stage(source)) {
            Datagram got = stage.call(
                    7, () -> source.backdoor().send(new InetSocketAddress(everywhere, port(source)), PAYLOAD));

            assertThat(got.toByteArray()).isEqualTo(PAYLOAD);
            assertThat(stage.source()).containsEntry("broadcast", true);
        }
    }

    @Test
    void multicastGroup_isHeardByEveryMemberOnOnePort() throws Exception {
        InetAddress group = InetAddress.getByName("239.255.7.7");
        UdpSource one = open(UdpSource.builder().join(group, loopback()));
        UdpSource other = open(UdpSource.builder().port(port(one)).join(group, loopback()));
        try (Stage<Integer, Datagram> first = stage(one);
                Stage<Integer, Datagram> second = stage(other)) {
            Task<Datagram> waiting = startHead(second, () -> second.call(7, () -> {}));
            Datagram got = first.call(7, () -> one.backdoor().send(new InetSocketAddress(group, port(one)), PAYLOAD));

            assertThat(got.toByteArray()).isEqualTo(PAYLOAD);
            assertThat(waiting.get().toByteArray()).isEqualTo(PAYLOAD);
            assertThat(first.source())
                    .containsEntry(
                            "multicastGroups",
                            List.of("239.255.7.7 on " + loopback().getName()));
        }
    }

    @Test
    void multicastGroupThatIsNone_isRefused() throws Exception {
        NetworkInterface loopback = loopback();

        assertThatThrownBy(() -> UdpSource.builder().join(InetAddress.getLoopbackAddress(), loopback))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("127.0.0.1");
    }

    @Test
    void multicastGroupOnAnInterfaceWithoutItsFamily_isRefusedWithBoth() throws Exception {
        InetAddress group = InetAddress.getByName("ff05::7:7");
        NetworkInterface without = NetworkInterface.networkInterfaces()
                .filter(candidate -> candidate.inetAddresses().allMatch(Inet4Address.class::isInstance))
                .findFirst()
                .orElse(null);
        assumeTrue(without != null, "every interface here has an IPv6 address");

        assertThatThrownBy(() -> open(UdpSource.builder().join(group, without)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("multicast group ff05:0:0:0:0:0:7:7")
                .hasMessageContaining(without.getName())
                .hasMessageContaining("choose an interface");
    }

    @Test
    void multicastGroupAtTheAddressOfAnInterface_isRefused() throws Exception {
        UdpSource.Builder builder = UdpSource.builder()
                .address(InetAddress.getLoopbackAddress())
                .join(InetAddress.getByName("239.255.7.7"), loopback());

        assertThatThrownBy(builder::open)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'address' is 127.0.0.1")
                .hasMessageContaining("remove it");
    }

    @Test
    void sendBuffer_isReadBackAndAWarningSaysThatItWasClamped() {
        UdpSource asAsked = open(UdpSource.builder().sendBufferSize(65_536));
        assertThat((Integer) asAsked.details().get("sendBufferSize")).isGreaterThanOrEqualTo(65_536);

        try (var log = new LogCapture("io.github.exitleft.udp")) {
            UdpSource clamped = open(UdpSource.builder().sendBufferSize(Integer.MAX_VALUE));
            int granted = (Integer) clamped.details().get("sendBufferSize");

            assertThat(granted).isLessThan(Integer.MAX_VALUE);
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("send buffer of " + granted, "net.core.wmem_max");
        }
    }

    @Test
    void trafficClass_isSetOnThePort() throws Exception {
        var settings = new UdpSettings();
        settings.trafficClass = 184;
        try (DatagramChannel channel = settings.open()) {
            assertThat(channel.getOption(StandardSocketOptions.IP_TOS)).isEqualTo(184);
        }
    }

    @Test
    void optionsWithoutSense_areRefused() {
        UdpSource.Builder builder = UdpSource.builder();

        assertThatThrownBy(() -> builder.sendBufferSize(0)).hasMessageContaining("sendBufferSize");
        assertThatThrownBy(() -> builder.trafficClass(-1)).hasMessageContaining("from 0 to 255, but is -1");
        assertThatThrownBy(() -> builder.trafficClass(256)).hasMessageContaining("256");
        assertThatThrownBy(() -> builder.outlets(0)).hasMessageContaining("from 1 to 64, but is 0");
        assertThatThrownBy(() -> builder.outlets(65)).hasMessageContaining("65");
    }
}
