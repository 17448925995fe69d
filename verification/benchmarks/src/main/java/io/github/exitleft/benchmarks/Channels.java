package io.github.exitleft.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;

/** Opens the channels of all contenders that use one, all alike. */
public final class Channels {

    /** The size that the stage's source asks for too. */
    public static final int RECEIVE_BUFFER_SIZE = 1 << 20;

    private Channels() {}

    public static DatagramChannel open() throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_SIZE);
        channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return channel;
    }
}
