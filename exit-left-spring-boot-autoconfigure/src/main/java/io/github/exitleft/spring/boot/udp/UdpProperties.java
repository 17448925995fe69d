package io.github.exitleft.spring.boot.udp;

import io.github.exitleft.spring.boot.source.Endianness;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The keys of a UDP port.
 *
 * @param address Address of the interface to listen on. All of them, IPv4 and IPv6, unless set.
 * @param port Port to listen on; 0 is any that is free.
 * @param receiveBufferSize Size of the system's buffer in which datagrams wait to be read. The system may grant less.
 * @param sendBufferSize Size of the system's buffer in which datagrams wait to be sent. The system's default unless set.
 * @param maxDatagramSize Longest payload that is expected. A longer one counts as unreadable.
 * @param outlets How many channels send from the port, so that as many threads can send at once. Linux only; one elsewhere, and with
 * multicast groups.
 * @param broadcast Whether datagrams can be sent to broadcast addresses.
 * @param multicastGroups Multicast groups to join, on the interface that multicast-interface names.
 * @param multicastInterface Name or address of the interface to join multicast groups on, such as eth0. Required with
 * multicast-groups.
 * @param trafficClass Traffic class of what is sent, from 0 to 255, such as 184 for expedited forwarding. The system's
 * default unless set.
 * @param token How the token is read; exactly one of offset with length, reader, and sender; sender also goes with offset
 * and length.
 */
@ConfigurationPropertiesSource
record UdpProperties(
        @Nullable InetAddress address,
        @DefaultValue("0") int port,
        @DefaultValue("1MB") DataSize receiveBufferSize,
        @Nullable DataSize sendBufferSize,
        @DefaultValue("1500B") DataSize maxDatagramSize,
        @DefaultValue("8") int outlets,
        @DefaultValue("false") boolean broadcast,
        @DefaultValue List<InetAddress> multicastGroups,
        @Nullable String multicastInterface,
        @Nullable Integer trafficClass,
        @DefaultValue Token token) {

    /**
     * The keys of the token in a datagram.
     *
     * @param offset Where in the payload the token begins, in bytes from 0. Goes with the length.
     * @param length How many bytes the token has. Goes with the offset.
     * @param byteOrder Order of the bytes of a token that is a number. Network byte order, which is big-endian, unless set.
     * @param reader Name of a TokenReader bean that reads the token.
     * @param sender Whether the sender's address is the token or, with offset and length, a part of the token.
     * @param idType Class of the ids in tokens that are made of sender, offset and length. Integer up to 4 bytes, Long up to 8,
     * and String otherwise, unless set.
     */
    record Token(
            @Nullable Integer offset,
            @Nullable Integer length,
            @Nullable Endianness byteOrder,
            @Nullable String reader,
            @DefaultValue("false") boolean sender,
            @Nullable Class<?> idType) {}
}
