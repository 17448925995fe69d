package io.github.exitleft.tcp;

import io.github.exitleft.Source;
import io.github.exitleft.test.SourceContractTests;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;

/** The contract of every source (M10), over two connections that take turns. */
class SeveralContractTests extends SourceContractTests<Frame> {

    private final Peer peer = Peer.echoing();

    @Override
    protected Source<Frame> open() {
        return peer.source().connections(2).pick(Pick.ROUND_ROBIN).open();
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
