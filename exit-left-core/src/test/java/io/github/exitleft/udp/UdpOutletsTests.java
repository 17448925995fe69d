package io.github.exitleft.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.exitleft.LogCapture;
import io.github.exitleft.StageFixture;
import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several channels that send from one UDP port. */
class UdpOutletsTests extends StageFixture {

    private static final int PEERS = 64;
    private static final int DATAGRAMS = 100_000;
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeEach
    void requireLinux() {
        assumeThat(Outlets.arePossible(new UdpSettings()))
                .as("the system is Linux")
                .isTrue();
    }

    @AfterEach
    void closeWhatWasOpened() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    private <C extends AutoCloseable> C opened(C resource) {
        opened.add(resource);
        return resource;
    }

    private UdpPort port(UdpSettings settings) throws IOException {
        return opened(UdpPort.open(settings));
    }

    private static UdpSettings loopback() {
        var settings = new UdpSettings();
        settings.address = InetAddress.getLoopbackAddress();
        return settings;
    }

    private static Datagram receive(UdpSource source) throws Exception {
        long deadline = System.nanoTime() + Patience.LIMIT.toNanos();
        Datagram datagram = null;
        while (datagram == null && System.nanoTime() - deadline < 0) {
            datagram = source.receive(Duration.ofSeconds(1));
        }
        return datagram;
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 127.0.0.1", "0.0.0.0, 127.0.0.1", "::, 127.0.0.1", "::, ::1", "::1, ::1"})
    void whatManyPeersSend_isAllRead(String address, String host) throws Exception {
        assumeThat(host.contains(".") || NetworkInterface.getByInetAddress(InetAddress.getByName("::1")) != null)
                .as("there is IPv6")
                .isTrue();
        UdpSource source = opened(
                UdpSource.builder().address(InetAddress.getByName(address)).open());
        assertThat(source.details()).containsEntry("outlets", 8);
        var to = new InetSocketAddress(host, source.localAddress().getPort());
        List<DatagramChannel> peers = new ArrayList<>();
        for (int i = 0; i < PEERS; i++) {
            peers.add(opened(DatagramChannel.open()));
        }
        var got = new BitSet();
        for (int sent = 0; sent < DATAGRAMS; ) {
            int before = got.cardinality();
            for (int i = 0; i < PEERS && sent < DATAGRAMS; i++, sent++) {
                peers.get(i).send(ByteBuffer.allocate(4).putInt(sent).flip(), to);
            }
            for (int i = before; i < sent; i++) {
                got.set(receive(source).payload().getInt());
            }
        }

        assertThat(got.cardinality()).isEqualTo(DATAGRAMS);
        assertThat(source.receive(Duration.ZERO)).isNull();
    }

    @Test
    void whatManyThreadsSend_comesFromThePort() throws Exception {
        UdpSource source = opened(
                UdpSource.builder().address(InetAddress.getLoopbackAddress()).open());
        UdpSource peer = opened(
                UdpSource.builder().address(InetAddress.getLoopbackAddress()).open());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < PEERS; i++) {
            int token = i;
            threads.add(new Thread(() -> {
                try {
                    source.backdoor()
                            .send(
                                    peer.localAddress(),
                                    ByteBuffer.allocate(4).putInt(token).flip());
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        threads.forEach(Thread::start);
        var got = new BitSet();
        for (int i = 0; i < PEERS; i++) {
            Datagram datagram = receive(peer);
            assertThat(datagram.sender()).isEqualTo(source.localAddress());
            got.set(datagram.payload().getInt());
        }
        assertThat(got.cardinality()).isEqualTo(PEERS);
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 127.0.0.1", "0.0.0.0, 0.0.0.0", "::, ::", "0.0.0.0, 127.0.0.1", "127.0.0.1, 0.0.0.0"})
    void portWithOutlets_canNotBeBoundAgainWithTheOptionOrWithout(String address, String again) throws Exception {
        UdpSource source = opened(
                UdpSource.builder().address(InetAddress.getByName(address)).open());
        assertThat(source.details()).containsEntry("outlets", 8);
        int port = source.localAddress().getPort();
        for (boolean share : new boolean[] {false, true}) {
            DatagramChannel other = opened(DatagramChannel.open());
            other.setOption(StandardSocketOptions.SO_REUSEPORT, share);
            assertThatThrownBy(() -> other.bind(new InetSocketAddress(InetAddress.getByName(again), port)))
                    .as("bound again, shared: %s", share)
                    .isInstanceOf(BindException.class);
        }
    }

    @Test
    void takenPort_isRefusedThoughItsOwnerWouldShare() throws Exception {
        DatagramChannel owner = opened(DatagramChannel.open());
        owner.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        owner.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        UdpSettings settings = loopback();
        settings.port = ((InetSocketAddress) owner.getLocalAddress()).getPort();

        assertThatThrownBy(() -> port(settings)).isInstanceOf(BindException.class);
    }

    @Test
    void outletThatCanNotBeOpened_leavesOneChannelAndOneLine() throws Exception {
        var opens = new AtomicInteger();
        UdpSettings settings = loopback();
        settings.opener = () -> {
            if (opens.incrementAndGet() == 4) {
                throw new IOException("too many open files");
            }
            return opened(DatagramChannel.open());
        };
        try (var log = new LogCapture("io.github.exitleft.udp")) {
            UdpPort port = port(settings);

            assertThat(port.outlets()).isEqualTo(1);
            assertThat(port.reading).isSameAs(port.first);
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("INFO")
                    .contains("sends by one channel", "too many open files");
        }
        assertThat(opened.stream().filter(each -> each instanceof DatagramChannel channel && channel.isOpen()))
                .hasSize(1);
    }

    @Test
    void portAtWhichNoOtherCanBeBound_leavesOneChannelAndOneLine() throws Exception {
        UdpSettings settings = loopback();
        settings.opener = () -> {
            if (opened.size() == 4) {
                ((DatagramChannel) opened.get(0)).setOption(StandardSocketOptions.SO_REUSEPORT, false);
            }
            return opened(DatagramChannel.open());
        };
        try (var log = new LogCapture("io.github.exitleft.udp")) {
            UdpPort port = port(settings);

            assertThat(port.outlets()).isEqualTo(1);
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("INFO")
                    .contains("sends by one channel", "already in use");
        }
        assertThat(opened.stream().filter(each -> each instanceof DatagramChannel channel && channel.isOpen()))
                .hasSize(1);
    }

    @Test
    void systemWithoutOutlets_leavesOneChannelAndOneLine() throws Exception {
        UdpSettings settings = loopback();
        settings.portLists = List.of(Path.of("no-such-list"));
        try (var log = new LogCapture("io.github.exitleft.udp")) {
            UdpPort port = port(settings);

            assertThat(port.outlets()).isEqualTo(1);
            assertThat(port.reading).isSameAs(port.first);
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("INFO")
                    .contains("sends by one channel", "Linux");
        }
    }

    @Test
    void processThatBindsThePortMeanwhile_isNoticedAndThePortRefused() throws Exception {
        DatagramChannel intruder = opened(DatagramChannel.open());
        int taken;
        try (DatagramChannel free = DatagramChannel.open()) {
            free.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            taken = ((InetSocketAddress) free.getLocalAddress()).getPort();
        }
        var opens = new AtomicInteger();
        UdpSettings settings = loopback();
        settings.port = taken;
        settings.opener = () -> {
            if (opens.incrementAndGet() == 4) {
                intruder.setOption(StandardSocketOptions.SO_REUSEPORT, true);
                intruder.bind(new InetSocketAddress(settings.address, settings.port));
            }
            return opened(DatagramChannel.open());
        };
        assertThatThrownBy(() -> port(settings)).isInstanceOf(BindException.class);
        intruder.close();
        assertThat(opened.stream().filter(each -> each instanceof DatagramChannel channel && channel.isOpen()))
                .isEmpty();
    }

    @Test
    void whatComesWhileThePortIsOpened_isRead() throws Exception {
        DatagramChannel peer = opened(DatagramChannel.open());
        var opens = new AtomicInteger();
        UdpSettings settings = loopback();
        try (DatagramChannel free = DatagramChannel.open()) {
            free.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            settings.port = ((InetSocketAddress) free.getLocalAddress()).getPort();
        }
        settings.opener = () -> {
            for (int i = 0; opens.get() > 0 && i < 16; i++) {
                // a peer of its own each time, since the system chooses among channels by the sender
                try (DatagramChannel one = DatagramChannel.open()) {
                    one.send(
                            ByteBuffer.allocate(4).putInt(opens.get()).flip(),
                            new InetSocketAddress(settings.address, settings.port));
                }
            }
            opens.incrementAndGet();
            return DatagramChannel.open();
        };
        UdpPort port = port(settings);
        assertThat(port.outlets()).isEqualTo(8);
        peer.send(ByteBuffer.allocate(4).putInt(9).flip(), new InetSocketAddress(settings.address, settings.port));
        int got = port.early.size();
        ByteBuffer buffer = ByteBuffer.allocate(4);
        long deadline = System.nanoTime() + Patience.LIMIT.toNanos();
        while (got < 7 * 16 + 1 && System.nanoTime() - deadline < 0) {
            got += port.reading.receive(buffer.clear()) == null ? 0 : 1;
        }

        assertThat(got).isEqualTo(7 * 16 + 1);
        assertThat(port.early).as("came to channels that are not read").isNotEmpty();
    }

    @Test
    void oneOutlet_isTheChannelItself() throws Exception {
        UdpSettings settings = loopback();
        settings.outlets = 1;

        assertThat(port(settings).outlets()).isEqualTo(1);
    }
}
