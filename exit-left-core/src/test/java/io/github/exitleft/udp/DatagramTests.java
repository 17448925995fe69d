package io.github.exitleft.udp;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.exitleft.PeerToken;
import io.github.exitleft.TokenReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Datagrams, and the tokens in them. */
class DatagramTests {

    private static final InetSocketAddress PEER = new InetSocketAddress(InetAddress.getLoopbackAddress(), 3478);

    private static Datagram datagram(int... bytes) {
        byte[] payload = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            payload[i] = (byte) bytes[i];
        }
        return Datagram.of(PEER, payload);
    }

    @Test
    void datagram_isImmutable() {
        byte[] payload = {1, 2};
        Datagram datagram = Datagram.of(PEER, payload);
        payload[0] = 9;
        datagram.toByteArray()[0] = 9;
        datagram.payload().get();

        assertThat(datagram.toByteArray()).containsExactly(1, 2);
        assertThat(datagram.payload().remaining()).isEqualTo(2);
        assertThatThrownBy(() -> datagram.payload().put((byte) 9)).isInstanceOf(ReadOnlyBufferException.class);
        assertThat(datagram)
                .isEqualTo(datagram(1, 2))
                .hasSameHashCodeAs(datagram(1, 2))
                .isNotEqualTo(datagram(1, 3))
                .isNotEqualTo(Datagram.of(new InetSocketAddress(PEER.getAddress(), 1), new byte[] {1, 2}))
                .hasToString("2 bytes from " + PEER);
    }

    @Test
    void numbers_areReadInEitherByteOrder() {
        Datagram datagram = datagram(0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8);

        assertThat(datagram.get(8)).isEqualTo((byte) 0xf8);
        assertThat(datagram.getShort(1)).isEqualTo((short) 0xf1f2);
        assertThat(datagram.getShort(1, LITTLE_ENDIAN)).isEqualTo((short) 0xf2f1);
        assertThat(datagram.getInt(1)).isEqualTo(0xf1f2f3f4);
        assertThat(datagram.getInt(1, LITTLE_ENDIAN)).isEqualTo(0xf4f3f2f1);
        assertThat(datagram.getLong(1)).isEqualTo(0xf1f2f3f4f5f6f7f8L);
        assertThat(datagram.getLong(1, LITTLE_ENDIAN)).isEqualTo(0xf8f7f6f5f4f3f2f1L);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 2, 3, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void numbersBeyondThePayload_areRefused(int offset) {
        assertThatThrownBy(() -> datagram(1, 2, 3).getShort(offset))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("a datagram of 3 bytes does not have 2 bytes at offset " + offset);
    }

    @Test
    void m4_from_believesOneAddressOnly() throws Exception {
        InetAddress other = InetAddress.getByAddress(new byte[] {127, 0, 0, 2});

        assertThat(Datagram.from(PEER))
                .accepts(datagram(1))
                .rejects(Datagram.of(new InetSocketAddress(PEER.getAddress(), 3479), new byte[1]))
                .rejects(Datagram.of(new InetSocketAddress(other, 3478), new byte[1]));
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 3478, is the wildcard address",
        "::, 3478, is the wildcard address",
        "224.0.0.251, 5353, is a multicast address",
        "ff02::fb, 5353, is a multicast address",
        "255.255.255.255, 67, is the broadcast address",
        "127.0.0.1, 0, nothing comes from port 0"
    })
    void m4_addressThatNoDatagramComesFrom_isRefusedWithTheReason(String host, int port, String reason)
            throws Exception {
        var address = new InetSocketAddress(InetAddress.getByName(host), port);

        assertThatThrownBy(() -> Datagram.from(address))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(address.toString())
                .hasMessageContaining(reason);
    }

    @Test
    void m4_ipv4AddressWrittenAsIpv6_isThatAddress() throws Exception {
        InetAddress mapped = InetAddress.getByName("::ffff:127.0.0.1");

        assertThat(Datagram.from(new InetSocketAddress(mapped, 3478)))
                .accepts(Datagram.of(new InetSocketAddress("127.0.0.1", 3478), new byte[1]));
    }

    @Test
    void unresolvedAddress_isRefused() {
        assertThatThrownBy(() -> Datagram.from(InetSocketAddress.createUnresolved("example.org", 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("example.org");
    }

    @Test
    void integerToken_isUnsignedWhereItIsShorterThanFourBytes() throws Exception {
        Datagram datagram = datagram(0xff, 0xfe, 0xfd, 0xfc, 0x01);

        assertThat(DatagramTokens.at(Integer.class, 0, 1).read(datagram)).isEqualTo(0xff);
        assertThat(DatagramTokens.at(Integer.class, 0, 2).read(datagram)).isEqualTo(0xfffe);
        assertThat(DatagramTokens.at(Integer.class, 0, 3).read(datagram)).isEqualTo(0xfffefd);
        assertThat(DatagramTokens.at(Integer.class, 0, 4).read(datagram)).isEqualTo(0xfffefdfc);
        assertThat(DatagramTokens.at(Integer.class, 4, 1).read(datagram)).isEqualTo(1);
    }

    @Test
    void longToken_isUnsignedWhereItIsShorterThanEightBytes() throws Exception {
        Datagram datagram = datagram(0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa, 0xf9, 0xf8);

        assertThat(DatagramTokens.at(Long.class, 0, 1).read(datagram)).isEqualTo(0xffL);
        assertThat(DatagramTokens.at(Long.class, 0, 4).read(datagram)).isEqualTo(0xfffefdfcL);
        assertThat(DatagramTokens.at(Long.class, 0, 7).read(datagram)).isEqualTo(0xfffefdfcfbfaf9L);
        assertThat(DatagramTokens.at(Long.class, 0, 8).read(datagram)).isEqualTo(0xfffefdfcfbfaf9f8L);
    }

    @Test
    void m12_shortToken_isUnsignedWhereItIsOneByte() throws Exception {
        Datagram datagram = datagram(0xff, 0xfe);

        assertThat(DatagramTokens.at(Short.class, 0, 1).read(datagram)).isEqualTo((short) 0xff);
        assertThat(DatagramTokens.at(Short.class, 0, 2).read(datagram)).isEqualTo((short) 0xfffe);
    }

    @Test
    void m12_littleEndianToken_hasItsLowestByteFirst() throws Exception {
        Datagram datagram = datagram(0, 0x01, 0x02, 0x03, 0xff, 5, 6, 7, 0xf8);

        assertThat(DatagramTokens.at(Short.class, 1, 2, LITTLE_ENDIAN).read(datagram))
                .isEqualTo((short) 0x0201);
        assertThat(DatagramTokens.at(Integer.class, 2, 3, LITTLE_ENDIAN).read(datagram))
                .isEqualTo(0xff0302);
        assertThat(DatagramTokens.at(Integer.class, 1, 4, LITTLE_ENDIAN).read(datagram))
                .isEqualTo(0xff030201);
        assertThat(DatagramTokens.at(Long.class, 1, 8, LITTLE_ENDIAN).read(datagram))
                .isEqualTo(0xf8070605ff030201L);
        assertThat(DatagramTokens.at(Integer.class, 1, 4, BIG_ENDIAN).read(datagram))
                .isEqualTo(0x010203ff);
    }

    @ParameterizedTest
    @CsvSource({"java.util.UUID, 16", "java.lang.String, 4", "java.nio.ByteBuffer, 4"})
    void m12_littleEndianTokenThatIsNoNumber_isRefused(String type, int length) {
        assertThatThrownBy(() -> DatagramTokens.at(Class.forName(type), 0, length, LITTLE_ENDIAN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("of type " + type)
                .hasMessageContaining("little-endian");
    }

    @Test
    void m12_tokenOfAPeer_isItsAddressAndTheId() throws Exception {
        var other = new InetSocketAddress(PEER.getAddress(), 1);
        TokenReader<PeerToken<Integer>, Datagram> reader = DatagramTokens.ofPeer(Integer.class, 1, 1, BIG_ENDIAN);

        assertThat(reader.read(datagram(2, 0xff, 0))).isEqualTo(new PeerToken<>(PEER, 0xff));
        assertThat(reader.read(Datagram.of(other, new byte[] {2, 7}))).isEqualTo(new PeerToken<>(other, 7));
        assertThat(reader.read(datagram(2))).isNull();
        assertThatThrownBy(() -> DatagramTokens.ofPeer(Integer.class, 1, 5, BIG_ENDIAN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("5 bytes");
    }

    @Test
    void otherTokens_areReadFromTheirPlace() throws Exception {
        int[] bytes = new int[20];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = 0xf0 + i & 0xff;
        }
        Datagram datagram = datagram(bytes);

        assertThat(DatagramTokens.at(UUID.class, 2, 16).read(datagram))
                .isEqualTo(UUID.fromString("f2f3f4f5-f6f7-f8f9-fafb-fcfdfeff0001"));
        assertThat(DatagramTokens.at(String.class, 8, 12).read(datagram)).isEqualTo("f8f9fafbfcfdfeff00010203");
        ByteBuffer token = DatagramTokens.at(ByteBuffer.class, 17, 3).read(datagram);
        assertThat(token).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        assertThat(token.isReadOnly()).isTrue();
    }

    @Test
    void m3_datagramTooShortForTheToken_hasNone() throws Exception {
        TokenReader<String, Datagram> reader = DatagramTokens.at(String.class, 2, 2);

        assertThat(reader.read(datagram())).isNull();
        assertThat(reader.read(datagram(1, 2, 3))).isNull();
        assertThat(reader.read(datagram(1, 2, 3, 4))).isEqualTo("0304");
    }

    @ParameterizedTest
    @CsvSource({"-1, 4", "0, 0", "0, -1", "65535, 1", "2147483647, 2147483647", "0, 65536"})
    void placeThatIsInNoDatagram_isRefused(int offset, int length) {
        assertThatThrownBy(() -> DatagramTokens.at(String.class, offset, length))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(String.valueOf(offset))
                .hasMessageContaining(String.valueOf(length));
    }

    @ParameterizedTest
    @CsvSource({
        "java.lang.Integer, 5",
        "java.lang.Long, 9",
        "java.util.UUID, 15",
        "java.util.UUID, 17",
        "java.lang.Object, 4",
        "java.lang.Short, 3",
        "java.lang.Byte, 1",
        "[B, 4"
    })
    void s7_typeThatCannotBeReadFromSoManyBytes_isRefused(String type, int length) throws Exception {
        Class<?> token = Class.forName(type);

        assertThatThrownBy(() -> DatagramTokens.at(token, 0, length))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("of type " + token.getTypeName());
    }

    @Test
    void lastPlaceInTheLongestDatagram_isAccepted() {
        assertThat(DatagramTokens.at(Integer.class, 65_531, 4)).isNotNull();
    }

    @Test
    void sender_isTheToken() throws Exception {
        assertThat(DatagramTokens.sender(InetSocketAddress.class).read(datagram(1)))
                .isEqualTo(PEER);
        assertThat(DatagramTokens.sender(SocketAddress.class).read(datagram(1))).isEqualTo(PEER);
        assertThatThrownBy(() -> DatagramTokens.sender(String.class)).hasMessageContaining("java.lang.String");
        assertThatThrownBy(() -> DatagramTokens.sender(Object.class)).hasMessageContaining("java.lang.Object");
    }
}
