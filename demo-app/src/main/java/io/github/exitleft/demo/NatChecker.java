package io.github.exitleft.demo;

import io.github.exitleft.Answer;
import io.github.exitleft.CallOptions;
import io.github.exitleft.Question;
import io.github.exitleft.Resends;
import io.github.exitleft.SendFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.demo.stun.LoopbackStunServers;
import io.github.exitleft.demo.stun.StunFormatException;
import io.github.exitleft.demo.stun.StunRequest;
import io.github.exitleft.demo.stun.StunResponse;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Service;

/** Asks STUN servers how they see this application, always over the one UDP port of the stage. */
@Service
final class NatChecker {

    /** With the first request these are the seven of RFC 8489, section 6.2.1, if the timeout leaves time for so many. */
    private static final Resends RESENDS =
            Resends.doubling(Duration.ofMillis(500)).atMost(6);

    private static final CallOptions<Datagram> ALL =
            CallOptions.<Datagram>defaults().resend(RESENDS);

    private static final String NOT_SENT = "the request could not be sent to the server";

    private final Stage<String, Datagram> stun;
    private final UdpSocket socket;
    private final boolean allowAnyServer;
    private final List<ServerAddress> servers;

    NatChecker(Stage<String, Datagram> stun, StunProperties properties, ObjectProvider<LoopbackStunServers> loopback) {
        this.stun = stun;
        this.socket = stun.backdoor(UdpSocket.class);
        this.allowAnyServer = properties.allowAnyServer();
        this.servers = properties.servers().isEmpty()
                ? loopback.getObject().addresses().stream()
                        .map(ServerAddress::of)
                        .toList()
                : List.copyOf(properties.servers());
    }

    List<ServerAddress> servers() {
        return servers;
    }

    /** Asks one server. The reported time includes waking up the caller. */
    Binding ask(ServerAddress server) throws InterruptedException {
        InetSocketAddress address = addressOf(allowed(server));
        StunRequest request = StunRequest.binding();
        long start = System.nanoTime();
        Datagram reply;
        try {
            reply = stun.call(
                    request.token(),
                    CallOptions.<Datagram>checked(Datagram.from(address)).resend(RESENDS),
                    () -> socket.send(address, request.datagram()));
        } catch (IOException e) {
            throw notSent(e);
        }
        return binding(server, mappedAddress(reply), System.nanoTime() - start);
    }

    /** Asks all servers at once. The reported times end when an answer was received. */
    NatCheck askAll() throws InterruptedException {
        List<Mapping.Seen> seen = new ArrayList<>();
        List<Binding> bindings = new ArrayList<>();
        for (Answer<ServerAddress, Datagram> answer : stun.callAll(servers, this::question, ALL)) {
            bindings.add(binding(answer, seen));
        }
        return new NatCheck(localPort(), Mapping.of(seen), bindings);
    }

    private Question<String, Datagram> question(ServerAddress server) {
        InetSocketAddress address = addressOf(server);
        StunRequest request = StunRequest.binding();
        return Question.of(request.token(), Datagram.from(address), () -> socket.send(address, request.datagram()));
    }

    private static Binding binding(Answer<ServerAddress, Datagram> answer, List<Mapping.Seen> seen) {
        try {
            Datagram reply = answer.message();
            InetSocketAddress mapped = mappedAddress(reply);
            seen.add(new Mapping.Seen(reply.sender().getAddress(), mapped));
            return binding(answer.peer(), mapped, answer.elapsed().toNanos());
        } catch (StageTimeoutException e) {
            return failed(answer.peer(), "no answer in time");
        } catch (SendFailedException e) {
            return failed(answer.peer(), NOT_SENT);
        } catch (ServerException e) {
            return failed(answer.peer(), e.getMessage());
        }
    }

    /**
     * Returns the server if callers may ask it. Servers are compared by address, so another name for a configured one
     * will do.
     */
    private ServerAddress allowed(ServerAddress server) {
        if (allowAnyServer || servers.contains(server)) {
            return server;
        }
        List<ServerAddress> candidates =
                servers.stream().filter(each -> each.port() == server.port()).toList();
        if (!candidates.isEmpty()) {
            // otherwise nothing is looked up, since the name may be a stranger's
            try {
                InetSocketAddress address = server.resolve();
                for (ServerAddress candidate : candidates) {
                    if (hasAddress(candidate, address)) {
                        // this address, whatever the next look-up would return
                        return ServerAddress.of(address);
                    }
                }
            } catch (UnknownHostException e) {
                // an unknown name is none of the configured servers
            }
        }
        throw ServerException.notAllowed(server);
    }

    private static boolean hasAddress(ServerAddress configured, InetSocketAddress address) {
        try {
            return configured.resolveAll().contains(address.getAddress());
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static InetSocketAddress addressOf(ServerAddress server) {
        try {
            InetSocketAddress address = server.resolve();
            if (address.getAddress().isAnyLocalAddress()) {
                // resolvers that filter names like to return this address
                throw ServerException.useless("the server's address is that of no host");
            }
            return address;
        } catch (UnknownHostException e) {
            throw ServerException.useless("the server's name has no address");
        }
    }

    private static InetSocketAddress mappedAddress(Datagram reply) {
        StunResponse response;
        try {
            response = StunResponse.decode(reply.payload());
        } catch (StunFormatException e) {
            throw ServerException.useless("the server sent something that is no STUN response");
        }
        if (response instanceof StunResponse.Success success) {
            return success.mappedAddress();
        }
        // the server's own words are left out, since they could be anything
        throw ServerException.useless(
                "the server refused the request with STUN error " + ((StunResponse.Failure) response).code());
    }

    private static ServerException notSent(IOException cause) throws InterruptedException {
        if (cause instanceof InterruptedIOException && Thread.interrupted()) {
            throw new InterruptedException("interrupted while sending");
        }
        return ServerException.useless(NOT_SENT);
    }

    private static Binding binding(ServerAddress server, InetSocketAddress mapped, long nanos) {
        return new Binding(server.toString(), ServerAddress.text(mapped), nanos / 1_000, null);
    }

    private static Binding failed(ServerAddress server, @Nullable String error) {
        return new Binding(server.toString(), null, null, error);
    }

    int localPort() {
        try {
            return socket.localAddress().getPort();
        } catch (IOException e) {
            // the port was closed after the answers had come
            throw new UncheckedIOException(e);
        }
    }
}
