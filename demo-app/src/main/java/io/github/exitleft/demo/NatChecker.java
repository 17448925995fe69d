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

    /** How long to wait before a request is sent again, and then twice as long (RFC 8489, section 6.2.1). */
    private static final Duration RTO = Duration.ofMillis(500);

    /** With the first one these are the RFC's seven sends, if the timeout leaves time for so many. */
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

    /** Asks one server. The time that it reports includes waking up the caller. */
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
     * Asks all servers at once: takes all tickets, sends all requests, and awaits one answer after the other until one
     * deadline. The times that it reports end when the answer was received, which may have been long before its turn.
     */
    NatCheck askAll() throws InterruptedException {
        List<Question> questions = new ArrayList<>();
        try {
            for (ServerAddress server : servers) {
                var question = new Question(server);
                questions.add(question); // before its ticket, so that each ticket taken is closed
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

    /** The server if callers may ask it; compared by address, so that another name for a configured one will do. */
    private ServerAddress allowed(ServerAddress server) {
        if (allowAnyServer || servers.contains(server)) {
            return server;
        }
        List<ServerAddress> candidates =
                servers.stream().filter(each -> each.port() == server.port()).toList();
        if (!candidates.isEmpty()) { // or nothing is looked up that a stranger has named
            try {
                InetSocketAddress address = server.resolve();
                for (ServerAddress candidate : candidates) {
                    if (hasAddress(candidate, address)) {
                        return ServerAddress.of(address); // this address, whatever the next look-up would say
                    }
                }
            } catch (UnknownHostException e) {
                // then it is none of the configured ones
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
            if (address.getAddress().isAnyLocalAddress()) { // which a filter of names likes to give
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
        // the server's own words are left out, they could be anything
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
            throw new UncheckedIOException(e); // closed between the tickets and here
        }
    }

    /** One server among those that are asked at once. */
    private final class Question implements AutoCloseable {

        private final ServerAddress server;
        private final StunRequest request = StunRequest.binding();
        private @Nullable InetSocketAddress address;
        private @Nullable Ticket<String, Datagram>
                ticket; // null before it is taken, and when there is nothing to wait for
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
                return; // asked again, if there is time
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
