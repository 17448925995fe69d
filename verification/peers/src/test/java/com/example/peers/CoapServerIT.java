package com.example.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.example.peers.CoapMessage.Option;
import com.example.peers.CoapMessage.Type;
import io.github.exitleft.Keeper;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.Stage;
import io.github.exitleft.TokenReader;
import io.github.exitleft.Until;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import io.github.exitleft.udp.UdpSource;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A CoAP server that is observed, and whose answers come apart from what acknowledges the question. */
class CoapServerIT {

    @RegisterExtension
    static final CoapServer SERVER = new CoapServer();

    private final Queue<CoapMessage> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger lastId = new AtomicInteger();
    private final Stage<String, Datagram> stage;
    private final UdpSocket socket;

    CoapServerIT() throws IOException {
        UdpSource source =
                UdpSource.builder().address(InetAddress.getByName("127.0.0.1")).open();
        TokenReader<String, Datagram> tokens = datagram -> read(datagram).token();
        this.stage = Stage.builder(
                        "coap",
                        String.class,
                        source,
                        tokens.withEvents(datagram -> read(datagram).isEmpty()))
                .events(event -> this.events.add(read(event)))
                .defaultTimeout(Patience.LIMIT)
                .keeper(Keeper.ALWAYS)
                .build();
        this.socket = this.stage.backdoor(UdpSocket.class);
    }

    @AfterEach
    void close() {
        this.stage.close();
    }

    private static CoapMessage read(Datagram datagram) {
        return CoapMessage.decode(datagram.payload());
    }

    /** Sends a question with a new id and returns the id. */
    private int send(int code, String token, List<Option> options, String payload) throws IOException {
        int id = this.lastId.incrementAndGet();
        this.socket.send(SERVER.address(), new CoapMessage(Type.CON, code, id, token, options, payload).encode());
        return id;
    }

    /** Acknowledges a message that asks for it. */
    private void acknowledge(CoapMessage message) {
        if (message.type() == Type.CON) {
            try {
                this.socket.send(
                        SERVER.address(),
                        CoapMessage.empty(Type.ACK, message.id()).encode());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    @Test
    void m15_emptyAcknowledgement_isAnEvent_andTheAnswerAfterItIsDelivered() throws Exception {
        var id = new AtomicInteger();
        CoapMessage answer = read(this.stage.call("a1", Datagram.from(SERVER.address()), () -> {
            List<Option> options =
                    List.of(new Option(CoapMessage.URI_PATH, "async"), new Option(CoapMessage.URI_QUERY, "1"));
            id.set(send(CoapMessage.GET, "a1", options, ""));
        }));
        acknowledge(answer);

        assertThat(answer.code()).isEqualTo(CoapMessage.CONTENT);
        assertThat(answer.type()).isEqualTo(Type.CON);
        assertThat(answer.payload()).isEqualTo("done");
        await().untilAsserted(() -> assertThat(this.events).containsExactly(CoapMessage.empty(Type.ACK, id.get())));
        assertThat(this.stage.snapshot(0).messages())
                .containsEntry(MessageOutcome.EVENT, 1L)
                .containsEntry(MessageOutcome.DELIVERED, 1L)
                .containsEntry(MessageOutcome.UNREADABLE, 0L);
    }

    @Test
    void m16_observedResource_isAStreamOfItsStatesUntilTheLast() throws Exception {
        put("b1", "one");
        var seen = new ConcurrentLinkedQueue<String>();
        Until<Datagram> last = Until.matches(state -> read(state).payload().equals("three"));
        this.stage.messages("b2", last).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(Datagram item) {
                CoapMessage message = read(item);
                acknowledge(message);
                seen.add(message.payload());
            }

            @Override
            public void onError(Throwable throwable) {
                seen.add(throwable.toString());
            }

            @Override
            public void onComplete() {
                seen.add("complete");
            }
        });
        send(
                CoapMessage.GET,
                "b2",
                List.of(new Option(CoapMessage.OBSERVE, ""), new Option(CoapMessage.URI_PATH, "example_data")),
                "");
        await().until(() -> seen.size() == 1);
        put("b3", "two");
        await().until(() -> seen.size() == 2);
        put("b4", "three");
        await().untilAsserted(() -> assertThat(seen).containsExactly("one", "two", "three", "complete"));
    }

    private void put(String token, String value) throws Exception {
        CoapMessage answer = read(this.stage.call(
                token,
                () -> send(CoapMessage.PUT, token, List.of(new Option(CoapMessage.URI_PATH, "example_data")), value)));
        assertThat(answer.code()).isIn(CoapMessage.CHANGED, CoapMessage.CREATED);
    }
}
