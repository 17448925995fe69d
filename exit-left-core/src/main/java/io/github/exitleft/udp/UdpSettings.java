package io.github.exitleft.udp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a UDP port is to be like; filled in by the builder. */
final class UdpSettings {

    /** Opens channels. */
    @FunctionalInterface
    interface Opener {
        DatagramChannel open() throws IOException;
    }

    Opener opener = DatagramChannel::open;

    InetAddress address = new InetSocketAddress(0).getAddress();
    int port;
    int receiveBufferSize = 1 << 20;

    /** Zero for the system's. */
    int sendBufferSize;

    int maxDatagramSize = 1_500;
    boolean broadcast;

    /** Negative for the system's. */
    int trafficClass = -1;

    int outlets = 8;

    /** The system's lists of UDP ports. */
    List<Path> portLists = List.of(Path.of("/proc/net/udp"), Path.of("/proc/net/udp6"));

    final List<MulticastGroup> groups = new ArrayList<>();

    /** Opens a channel with these options, which is not bound yet. */
    DatagramChannel open() throws IOException {
        DatagramChannel channel = opener.open();
        boolean done = false;
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBufferSize);
            if (sendBufferSize > 0) {
                channel.setOption(StandardSocketOptions.SO_SNDBUF, sendBufferSize);
            }
            channel.setOption(StandardSocketOptions.SO_BROADCAST, broadcast);
            if (trafficClass >= 0) {
                channel.setOption(StandardSocketOptions.IP_TOS, trafficClass);
            }
            if (!groups.isEmpty()) { // other processes on this machine may listen to the same group on the same port
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            }
            done = true;
            return channel;
        } finally {
            if (!done) {
                channel.close();
            }
        }
    }

    /** Opens a channel that has the port, and joins the groups. */
    DatagramChannel openBound() throws IOException {
        DatagramChannel channel = open();
        boolean done = false;
        try {
            channel.bind(new InetSocketAddress(address, port));
            for (MulticastGroup group : groups) {
                group.join(channel);
            }
            done = true;
            return channel;
        } finally {
            if (!done) {
                channel.close();
            }
        }
    }

    /** Returns whether several channels are wanted; a datagram to a group would be given to each of them. */
    boolean wantsOutlets() {
        return outlets > 1 && groups.isEmpty();
    }
}
