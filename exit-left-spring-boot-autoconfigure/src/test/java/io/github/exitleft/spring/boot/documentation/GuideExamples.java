package io.github.exitleft.spring.boot.documentation;

import static io.github.exitleft.udp.Datagram.from;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.github.exitleft.Answer;
import io.github.exitleft.BareStage;
import io.github.exitleft.CallOptions;
import io.github.exitleft.EventHandler;
import io.github.exitleft.Exit;
import io.github.exitleft.Gathered;
import io.github.exitleft.Keeper;
import io.github.exitleft.PeerToken;
import io.github.exitleft.Question;
import io.github.exitleft.Received;
import io.github.exitleft.ReplyClassifier;
import io.github.exitleft.Resends;
import io.github.exitleft.Stage;
import io.github.exitleft.StageBuilder;
import io.github.exitleft.StageListener;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.Ticket;
import io.github.exitleft.Tickets;
import io.github.exitleft.TokenIssuer;
import io.github.exitleft.TokenReader;
import io.github.exitleft.Unclaimed;
import io.github.exitleft.Until;
import io.github.exitleft.spring.boot.autoconfigure.StageCustomizer;
import io.github.exitleft.spring.boot.autoconfigure.observation.DefaultStageCallObservationConvention;
import io.github.exitleft.spring.boot.autoconfigure.observation.StageCallObservationContext;
import io.github.exitleft.spring.boot.autoconfigure.observation.StageCallObservationConvention;
import io.github.exitleft.test.QueueSource;
import io.github.exitleft.test.SteerableClock;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.DatagramTokens;
import io.github.exitleft.udp.UdpSocket;
import io.github.exitleft.udp.UdpSource;
import io.micrometer.context.ContextSnapshotFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.context.annotation.Bean;

/** The code that the guide shows, which is compiled here; {@link QuotedCodeTests} compares. */
@SuppressWarnings({"unused", "UnusedVariable", "UnusedMethod"}) // examples
final class GuideExamples {

    private static final Log log = LogFactory.getLog(GuideExamples.class);

    private GuideExamples() {}

    static void calls(
            Stage<String, Datagram> stun,
            UdpSocket socket,
            InetSocketAddress server,
            byte[] transactionId,
            byte[] request)
            throws IOException, InterruptedException {
        // @start region="token"
        String id = HexFormat.of().formatHex(transactionId);
        // @end
        // @start region="call"
        Datagram reply = stun.call(id, from(server), () -> socket.send(server, request));
        // @end
        // @start region="resend"
        CallOptions<Datagram> options = CallOptions.<Datagram>checked(from(server))
                .timeout(ofSeconds(8))
                .resend(Resends.doubling(ofMillis(500)).atMost(6));
        Datagram answer = stun.call(id, options, () -> socket.send(server, request));
        // @end
    }

    static void timeout(
            Stage<String, Datagram> stun, String id, UdpSocket socket, InetSocketAddress server, byte[] request)
            throws IOException, InterruptedException {
        // @start region="timeout"
        try {
            stun.call(id, CallOptions.checked(from(server)).timeout(ofMillis(200)), () -> socket.send(server, request));
        } catch (StageTimeoutException e) {
            log.warn(e.getMessage());
        }
        // @end
    }

    static void asyncSender(Stage<String, String> rpc, String id, Client client) throws InterruptedException {
        // @start region="async-sender"
        String reply = rpc.call(id, () -> client.send(id)); // send returns a CompletableFuture
        // @end
    }

    /** Stands for a client that sends on a thread of its own. */
    interface Client {
        CompletableFuture<Void> send(String id);
    }

    static void tickets(
            Stage<String, Datagram> stun,
            String id,
            String otherId,
            UdpSocket socket,
            InetSocketAddress server,
            InetSocketAddress otherServer,
            byte[] request,
            byte[] otherRequest)
            throws IOException, InterruptedException {
        // @start region="tickets"
        try (Ticket<String, Datagram> one = stun.ticket(id, from(server));
                Ticket<String, Datagram> two = stun.ticket(otherId, from(otherServer))) {
            socket.send(server, request);
            socket.send(otherServer, otherRequest);
            Received<Datagram> first = one.await();
            Received<Datagram> second = two.await(ofSeconds(1));
        }
        // @end
    }

    static void manyAnswers(
            Stage<String, Datagram> stun,
            String id,
            String otherId,
            UdpSocket socket,
            InetSocketAddress server,
            InetSocketAddress otherServer,
            byte[] request,
            byte[] otherRequest,
            Flow.Subscriber<Datagram> subscriber)
            throws IOException, InterruptedException {
        // @start region="gather"
        Until<Datagram> end =
                Until.<Datagram>matches(part -> part.length() == 4).atMost(100).quiet(ofMillis(300));
        Gathered<Datagram> parts = stun.gather(id, end, () -> socket.send(server, request));
        boolean complete = parts.end() == Gathered.End.MATCHED;
        // @end
        // @start region="stream-until"
        stun.messages(id, end).subscribe(subscriber);
        // @end
        // @start region="await-any"
        try (Ticket<String, Datagram> one = stun.ticket(id, from(server));
                Ticket<String, Datagram> two = stun.ticket(otherId, from(otherServer))) {
            socket.send(server, request);
            socket.send(otherServer, otherRequest);
            Tickets.First<String, Datagram> first = Tickets.awaitAny(List.of(one, two), ofSeconds(1));
            log.info(first.received().message() + " came first, for "
                    + first.ticket().token());
        }
        // @end
    }

    static void manyPeers(Stage<String, Datagram> stun, UdpSocket socket, List<InetSocketAddress> servers)
            throws InterruptedException {
        // @start region="call-all"
        var options = CallOptions.<Datagram>defaults().resend(Resends.doubling(ofMillis(500)));
        List<Answer<InetSocketAddress, Datagram>> answers = stun.callAll(
                servers,
                server -> {
                    byte[] request = newRequest();
                    return Question.of(idOf(request), from(server), () -> socket.send(server, request));
                },
                options);
        for (Answer<InetSocketAddress, Datagram> answer : answers) {
            log.info(answer.peer() + ": " + (answer.failure() == null ? answer.elapsed() : answer.failure()));
        }
        // @end
    }

    private static byte[] newRequest() {
        byte[] request = new byte[20];
        new SecureRandom().nextBytes(request);
        return request;
    }

    private static String idOf(byte[] request) {
        return HexFormat.of().formatHex(request, 8, 20);
    }

    static void futures(
            Stage<String, Datagram> stun, String id, UdpSocket socket, InetSocketAddress server, byte[] request)
            throws IOException {
        // @start region="future"
        CompletableFuture<Datagram> reply =
                stun.callAsync(id, CallOptions.<Datagram>checked(from(server)), () -> socket.send(server, request));
        // @end
    }

    static void streams(Stage<String, Datagram> stun, String token, Flow.Subscriber<Datagram> subscriber) {
        // @start region="stream"
        Flow.Publisher<Datagram> messages = stun.messages(token);
        messages.subscribe(subscriber);
        // @end
    }

    static void listener(Stage<String, Datagram> stun) {
        // @start region="listener"
        stun.addListener(new StageListener<String, Datagram>() {
            @Override
            public void unclaimed(Unclaimed<? extends String, ? extends Datagram> unclaimed) {
                log.debug(unclaimed.outcome() + " for " + unclaimed.token(), unclaimed.cause());
            }
        });
        // @end
    }

    /** A question of the shop's. */
    record Order(String id, byte[] request) {}

    /** A peer that chooses the tokens. */
    interface Printer {

        String submit(byte[] page) throws IOException;
    }

    private static void cancel(Order order) {}

    private static void book(Order order, Datagram answer) {}

    static void givingUp(Stage<String, Datagram> shop, UdpSocket socket, InetSocketAddress server, Order order)
            throws IOException, InterruptedException {
        // @start region="giving-up"
        CallOptions<Datagram> options =
                CallOptions.<Datagram>defaults().attachment(order).onGiveUp(reason -> cancel(order));
        Datagram answer = shop.call(order.id(), options, () -> socket.send(server, order.request()));
        // @end
    }

    static void lateAnswers(Stage<String, Datagram> shop) {
        // @start region="late-answers"
        shop.addListener(new StageListener<String, Datagram>() {
            @Override
            public void unclaimed(Unclaimed<? extends String, ? extends Datagram> left) {
                if (left.attachment() instanceof Order order) {
                    book(order, left.message());
                }
            }
        });
        // @end
    }

    static void bound(Stage<String, Datagram> jobs, Printer printer, byte[] page)
            throws IOException, InterruptedException {
        // @start region="bound"
        Datagram done = jobs.call(() -> printer.submit(page));
        // @end
    }

    // @start region="convention"
    @Bean
    StageCallObservationConvention convention() {
        return new DefaultStageCallObservationConvention(false) {
            @Override
            public String getContextualName(StageCallObservationContext context) {
                return "ask " + context.getStage();
            }
        };
    }
    // @end

    // @start region="classifier"
    @Bean
    ReplyClassifier<Datagram> errors() {
        return reply -> reply.length() == 0 ? new IllegalStateException("the server refused the request") : null;
    }
    // @end

    // @start region="events"
    /** Of CoAP. An empty acknowledgement has only the header of 4 bytes. */
    @Bean
    TokenReader<Integer, Datagram> coapTokens() {
        return DatagramTokens.at(Integer.class, 4, 4).withEvents(datagram -> datagram.length() == 4);
    }

    @Bean
    EventHandler<Datagram> acknowledgements() {
        return acknowledgement -> log.debug("acknowledgement from " + acknowledgement.sender());
    }
    // @end

    // @start region="customizer"
    @Bean
    StageCustomizer roomForAllProcessors() {
        return (name, builder) ->
                builder.maxTickets(1_000 * Runtime.getRuntime().availableProcessors());
    }
    // @end

    // @start region="own-bean"
    @Bean
    Stage<Integer, Datagram> game() {
        UdpSource source = UdpSource.builder().port(9999).open();
        return Stage.builder("game", Integer.class, source, DatagramTokens.at(Integer.class, 0, 4))
                .build();
    }
    // @end

    static void context(StageBuilder<String, Datagram> builder) {
        // @start region="context"
        var snapshots = ContextSnapshotFactory.builder().clearMissing(true).build();
        builder.context(() -> snapshots.captureAll()::wrap);
        // @end
    }

    static void withoutSpring(InetSocketAddress server, String id, byte[] request)
            throws IOException, InterruptedException {
        // @start region="issued-without-spring"
        Stage<PeerToken<Integer>, Datagram> radius = Stage.builder(
                        "radius",
                        PeerToken.type(Integer.class),
                        UdpSource.builder().port(0).open(),
                        DatagramTokens.ofPeer(Integer.class, 1, 1, ByteOrder.BIG_ENDIAN))
                .issueRandom(Integer.class, 8)
                .rest(ofSeconds(10))
                .build();
        // @end
        // @start region="without-spring"
        UdpSource source = UdpSource.builder().port(0).open();
        try (Stage<String, Datagram> stun = Stage.builder(
                        "stun", String.class, source, DatagramTokens.at(String.class, 8, 12))
                .keeper(Keeper.IDLE)
                .build()) {
            UdpSocket socket = stun.backdoor(UdpSocket.class);
            Datagram reply = stun.call(id, from(server), () -> socket.send(server, request));
        }
        // @end
    }

    static void queue() throws InterruptedException {
        // @start region="queue-source"
        QueueSource<String> source = new QueueSource<>();
        try (Stage<String, String> stage = Stage.builder(
                        "orders", String.class, source, message -> message.split(":")[0])
                .build()) {
            String reply = stage.call("17", () -> source.add("17:shipped"));
        }
        // @end
    }

    // @start region="issuer"
    @Bean
    TokenIssuer<String> orderIds() {
        return () -> "order-" + UUID.randomUUID();
    }
    // @end

    // @start region="steer"
    @Bean
    StageCustomizer steered(SteerableClock clock) {
        return (name, builder) -> clock.steer(builder);
    }
    // @end

    // @start region="bare-stage"
    /** What is read: an answer with the number of its request. */
    record Reply(int id, String text) {}

    /** Any resource that one thread at a time may read. */
    interface Line {
        Reply read(java.time.Duration atMost) throws InterruptedException;
    }

    static String ask(BareStage<Integer, Line, Map<Integer, String>> stage, int id, Runnable send) throws Exception {
        try (var ticket = stage.ticket(id)) {
            send.run();
            Exit<String> exit = stage.enter(ticket, ofSeconds(3), head -> {
                for (Reply reply; (reply = head.resource().read(head.remaining())) != null; ) {
                    if (reply.id() == id) {
                        return reply.text();
                    }
                    Reply other = reply;
                    head.route(other.id(), box -> box.put(other.id(), other.text()));
                }
                return head.outOfTime();
            });
            if (exit instanceof Exit.Finished<String> finished) {
                return finished.value();
            }
            return stage.buffer(box -> box.remove(id)); // null if the time was up
        }
    }
    // @end
}
