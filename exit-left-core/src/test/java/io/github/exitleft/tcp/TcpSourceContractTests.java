package io.github.exitleft.tcp;

import io.github.exitleft.Source;
import io.github.exitleft.test.SourceContractTests;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;

/** The contract of every source (M10), over a real connection on loopback. */
class TcpSourceContractTests extends SourceContractTests<Frame> {

    private final Peer peer = Peer.echoing();

    @Override
    protected Source<Frame> open() {
        return peer.source().open();
    }

    @Override
    protected void deliver(Source<Frame> source, int token) throws IOException {
        ((TcpSource) source).backdoor().send(Peer.payload(token));
    }

    @Override
    protected int token(Frame message) {
        return Peer.token(message);
    }

    @AfterEach
    void closePeer() throws Exception {
        peer.close();
    }
}
