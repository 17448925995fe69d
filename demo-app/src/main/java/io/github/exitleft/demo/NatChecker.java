package io.github.exitleft.demo;

import io.github.exitleft.CallOptions;
import io.github.exitleft.Received;
import io.github.exitleft.Resends;
import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.Ticket;
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
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Service;

/** Asks STUN servers how they see this application, always over the one UDP port of the stage. */
@Service
final class NatChecker {

    /** The time until a request is sent again; it doubles with every resend (RFC 8489, section 6.2.1). */
    private static final Duration RTO = Duration.ofMillis(500);

    /** With the first request these are the RFC's seven, if the timeout leaves time for so many. */
    private static final int RESENDS = 6;

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

    /** Asks one server. The reported time includes waking up the caller. */
    Binding ask(ServerAddress server) throws InterruptedException {
        InetSocketAddress address = addressOf(allowed(server));
        StunRequest request = StunRequest.binding();
        long start = System.nanoTime();
        Datagram reply;
        try {
            reply = stun.call(
                    request.token(),
                    CallOptions.<Datagram>checked(Datagram.from(address))
                            .resend(Resends.doubling(RTO).atMost(RESENDS)),
                    () -> socket.send(address, request.datagram()));
        } catch (IOException e) {
            throw notSent(e);
        }
        return binding(server, mappedAddress(reply), System.nanoTime() - start);
    }

    /**
     * Asks all servers at once: takes all tickets, sends all requests, and awaits the answers one after the other until
     * one deadline. The reported times end when an answer was received, which may have been long before its turn.
     */
    NatCheck askAll() throws InterruptedException {
        List<Question> questions = new ArrayList<>();
        try {
            for (ServerAddress server : servers) {
                var question = new Question(server);
                // before its ticket is taken, so that each ticket taken is closed
                questions.add(question);
                question.prepare();
            }
            int localPort = localPort();
            long deadline = System.nanoTime() + stun.defaultTimeout().toNanos();
            Duration pause = RTO;
            for (int sends = 0; sends <= RESENDS && deadline - System.nanoTime() > 0; sends++) {
                for (Question question : questions) {
                    question.send();
                }
                long pauseEnds = System.nanoTime() + pause.toNanos();
                long until = sends == RESENDS || deadline - pauseEnds < 0 ? deadline : pauseEnds;
                for (Question question : questions) {
                    question.awaitUntil(until);
                }
                if (questions.stream().noneMatch(Question::isOpen)) {
                    break;
                }
                pause = pause.multipliedBy(2);
            }
            return new NatCheck(
                    localPort,
                    Mapping.of(questions.stream()
                            .map(question -> question.seen)
                            .filter(Objects::nonNull)
                            .toList()),
                    questions.stream().map(question -> question.binding).toList());
        } finally {
            questions.forEach(Question::close);
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
        return ServerException.useless("the request could not be sent to the server");
    }

    private static Binding binding(ServerAddress server, InetSocketAddress mapped, long nanos) {
        return new Binding(server.toString(), ServerAddress.text(mapped), nanos / 1_000, null);
    }

    private int localPort() {
        try {
            return socket.localAddress().getPort();
        } catch (IOException e) {
            // the port was closed after the tickets were taken
            throw new UncheckedIOException(e);
        }
    }

    /** One of the servers that are asked at once. */
    private final class Question implements AutoCloseable {

        private final ServerAddress server;
        private final StunRequest request = StunRequest.binding();
        private @Nullable InetSocketAddress address;

        /** Null before it is taken, and when there is nothing to wait for. */
        private @Nullable Ticket<String, Datagram> ticket;

        private long firstSent;
        private Mapping.@Nullable Seen seen;
        private Binding binding;

        Question(ServerAddress server) {
            this.server = server;
            this.binding = failed("no answer in time");
        }

        private Binding failed(@Nullable String error) {
            return new Binding(server.toString(), null, null, error);
        }

        boolean isOpen() {
            return ticket != null;
        }

        void prepare() {
            try {
                address = addressOf(server);
                ticket = stun.ticket(request.token(), Datagram.from(address));
            } catch (ServerException e) {
                binding = failed(e.getMessage());
            }
        }

        void send() throws InterruptedException {
            if (ticket == null || address == null) {
                return;
            }
            if (firstSent == 0) {
                firstSent = System.nanoTime();
            }
            try {
                socket.send(address, request.datagram());
            } catch (IOException e) {
                binding = failed(notSent(e).getMessage());
                close();
            }
        }

        void awaitUntil(long until) throws InterruptedException {
            if (ticket == null || address == null) {
                return;
            }
            try {
                Received<Datagram> reply = ticket.await(Duration.ofNanos(until - System.nanoTime()));
                InetSocketAddress mapped = mappedAddress(reply.message());
                seen = new Mapping.Seen(address.getAddress(), mapped);
                binding = NatChecker.binding(server, mapped, reply.receivedAt() - firstSent);
            } catch (StageTimeoutException e) {
                // the request is sent again, if there is time
                return;
            } catch (ServerException e) {
                binding = failed(e.getMessage());
            }
            close();
        }

        @Override
        public void close() {
            if (ticket != null) {
                ticket.close();
                ticket = null;
            }
        }
    }
}
