package io.github.exitleft.udp;

import io.github.exitleft.Source;
import io.github.exitleft.test.SourceContractTests;
import java.io.IOException;
import java.net.InetAddress;

/** The contract of every source (M10), over a real socket on loopback. */
class UdpSourceContractTests extends SourceContractTests<Datagram> {

    @Override
    protected Source<Datagram> open() {
        return UdpSource.builder().address(InetAddress.getLoopbackAddress()).open();
    }

    @Override
    protected void deliver(Source<Datagram> source, int token) throws IOException {
        UdpSourceTests.deliver((UdpSource) source, token);
    }

    @Override
    protected int token(Datagram message) {
        return UdpSourceTests.token(message);
    }
}
