package com.example.peers;

import java.nio.file.Path;
import java.util.List;

/** The example server of libcoap. */
final class CoapServer extends RealPeer {

    CoapServer() {
        super("libcoap3-bin", "coap-server", "coap-server-notls", "coap-server-openssl", "coap-server-gnutls");
    }

    @Override
    List<String> command(String program, Path directory, int port) {
        return List.of(program, "-A", "127.0.0.1", "-p", String.valueOf(port), "-v", "7");
    }

    @Override
    byte[] probe() {
        // a ping (RFC 7252, section 4.3), which is reset
        return CoapMessage.empty(CoapMessage.Type.CON, 0).encode();
    }
}
