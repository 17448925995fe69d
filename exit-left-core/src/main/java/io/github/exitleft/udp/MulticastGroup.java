package io.github.exitleft.udp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;

/** A multicast group on one interface. */
record MulticastGroup(InetAddress address, NetworkInterface on) {

    void join(DatagramChannel channel) {
        try {
            // datagrams to the group leave by this interface too
            channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, on);
            channel.join(address, on);
        } catch (IOException | RuntimeException e) {
            throw new UncheckedIOException(
                    "multicast group " + address.getHostAddress() + " can't be joined on interface " + on.getName()
                            + ": " + e.getMessage() + "; choose an interface that has an address of its family",
                    e instanceof IOException io ? io : new IOException(e));
        }
    }

    @Override
    public String toString() {
        return address.getHostAddress() + " on " + on.getName();
    }
}
