package io.github.exitleft.demo;

import io.github.exitleft.demo.stun.LoopbackStunServers;
import io.github.exitleft.demo.stun.StunRequest;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * What the page needs to show the stage at work: a stream to draw from, and what to give it to do. Nothing is sent to
 * servers that belong to others. Bodies are JSON, which no page of another origin can send.
 */
@RestController
@RequestMapping("/api")
final class LiveController {

    private static final int MOST_STRANGERS = 100;

    private final StageStreams streams;
    private final Load load;
    private final NatChecker checker;
    private final ObjectProvider<LoopbackStunServers> loopback;

    LiveController(StageStreams streams, Load load, NatChecker checker, ObjectProvider<LoopbackStunServers> loopback) {
        this.streams = streams;
        this.load = load;
        this.checker = checker;
        this.loopback = loopback;
    }

    @GetMapping(path = "/live", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    SseEmitter live() {
        return streams.open();
    }

    /** Asks servers from so many threads at once. */
    @PostMapping(path = "/load", consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.ACCEPTED)
    void load(@RequestBody LoadRequest request) {
        servers();
        check("requests", request.requests(), Load.MOST_AT_ONCE);
        if (!load.begin(request.requests())) {
            throw new ResponseStatusException(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "more than " + Load.MOST_UNDER_WAY + " requests would be under way; try again later");
        }
    }

    /** Sends messages to the one port that nothing has asked for. */
    @PostMapping(path = "/strangers", consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.ACCEPTED)
    void strangers(@RequestBody Strangers strangers) throws IOException {
        servers();
        check("messages", strangers.messages(), MOST_STRANGERS);
        InetAddress here = InetAddress.getLoopbackAddress();
        InetSocketAddress port = new InetSocketAddress(here, checker.localPort());
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(here, 0))) {
            for (int i = 0; i < strangers.messages(); i++) {
                ByteBuffer datagram = StunRequest.binding().datagram();
                byte[] bytes = new byte[datagram.remaining()];
                datagram.get(bytes);
                socket.send(new DatagramPacket(bytes, bytes.length, port));
            }
        }
    }

    /** Changes how the servers on loopback answer, for everyone. */
    @PutMapping(path = "/loopback", consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void loopback(@RequestBody LoopbackSettings settings) {
        try {
            settings.applyTo(servers());
        } catch (IllegalArgumentException e) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, e.getMessage(), e);
        }
    }

    private LoopbackStunServers servers() {
        LoopbackStunServers servers = loopback.getIfAvailable();
        if (servers == null) {
            throw new ResponseStatusException(
                    HttpStatus.CONFLICT,
                    "only the demo's own servers can be asked so often; leave demo.stun.servers empty");
        }
        return servers;
    }

    private static void check(String name, int value, int most) {
        if (value < 1 || value > most) {
            throw new ResponseStatusException(
                    HttpStatus.BAD_REQUEST, name + " " + value + " must be between 1 and " + most);
        }
    }

    record LoadRequest(int requests) {}

    record Strangers(int messages) {}
}
