package com.example.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** The client that the recipes show as what to leave behind works, so that the comparison is fair. */
class FutureClientTests {

    @Test
    void answer_comesToItsQuestion() throws Exception {
        try (var server = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                var client = new FutureClient((InetSocketAddress) server.getLocalSocketAddress())) {
            var echo = new Thread(() -> {
                try {
                    var packet = new DatagramPacket(new byte[1500], 1500);
                    server.receive(packet);
                    server.send(packet);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            echo.start();

            ByteBuffer answer = client.ask("ACME");

            assertThat(answer.remaining()).isEqualTo(8 + "ACME".length());
            echo.join();
        }
    }
}
