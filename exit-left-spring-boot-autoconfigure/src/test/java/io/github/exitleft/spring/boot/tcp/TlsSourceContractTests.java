package io.github.exitleft.spring.boot.tcp;

import io.github.exitleft.Source;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.TcpSource;
import io.github.exitleft.test.SourceContractTests;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;

/** The contract of every source (M10), over TLS. */
class TlsSourceContractTests extends SourceContractTests<Frame> {

    private final TlsServer server = TlsServer.of(TlsServer::echo);

    @Override
    protected Source<Frame> open() {
        return this.server.source(Certificates.trusting()).open();
    }

    @Override
    protected void deliver(Source<Frame> source, int token) throws IOException {
        ((TcpSource) source).backdoor().send(TlsServer.payload(token));
    }

    @Override
    protected int token(Frame message) {
        return message.getInt(2);
    }

    @AfterEach
    void closeServer() throws Exception {
        this.server.close();
    }
}
