package io.github.exitleft.spring.boot.tcp;

import io.github.exitleft.tcp.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslOptions;

/** Makes the TLS of each connection, by the latest state of an SSL bundle. */
final class TlsTransports implements Transport.Factory {

    private record State(SslBundle bundle, SSLContext context) {}

    private final boolean verifyHostname;
    private volatile SslBundle bundle;
    private volatile @Nullable State latest;

    TlsTransports(SslBundle bundle, boolean verifyHostname) {
        this.bundle = bundle;
        this.verifyHostname = verifyHostname;
    }

    /** Uses another bundle for the connections to come. */
    void update(SslBundle updated) {
        this.bundle = updated;
    }

    @Override
    public Transport over(SocketChannel channel, InetSocketAddress remote) throws IOException {
        State state = state();
        SSLEngine engine = state.context().createSSLEngine(remote.getHostString(), remote.getPort());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        // the JDK sends the host as the server's name, unless it is an address
        parameters.setEndpointIdentificationAlgorithm(this.verifyHostname ? "HTTPS" : null);
        SslOptions options = state.bundle().getOptions();
        if (options.getCiphers() != null) {
            parameters.setCipherSuites(options.getCiphers());
        }
        if (options.getEnabledProtocols() != null) {
            parameters.setProtocols(options.getEnabledProtocols());
        }
        engine.setSSLParameters(parameters);
        return new TlsTransport(channel, engine);
    }

    private State state() throws IOException {
        SslBundle present = this.bundle;
        State state = this.latest;
        if (state == null || state.bundle() != present) {
            try {
                state = new State(present, present.createSslContext());
            } catch (RuntimeException e) {
                throw new SSLException("the SSL bundle can't be used: " + e.getMessage(), e);
            }
            this.latest = state;
        }
        return state;
    }
}
