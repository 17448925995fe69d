package com.example.sample;

import static io.github.exitleft.udp.Datagram.from;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.exitleft.CallOptions;
import io.github.exitleft.Resends;
import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.Ticket;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The requests: each waits on a stage for its own answer. */
@RestController
class SampleController {

    record Order(int number, String item) {}

    record Tick(UUID id, String symbol) {}

    private final AtomicInteger orderNumbers = new AtomicInteger();
    private final Stage<Integer, Datagram> orders;
    private final Stage<UUID, Datagram> ticks;
    private final Stage<String, Alarm> alarms;
    private final MemorySource<Alarm> alarmSource;
    private final EchoPeer peer;

    SampleController(
            Stage<Integer, Datagram> orders,
            Stage<UUID, Datagram> ticks,
            Stage<String, Alarm> alarms,
            MemorySource<Alarm> alarmSource,
            EchoPeer peer) {
        this.orders = orders;
        this.ticks = ticks;
        this.alarms = alarms;
        this.alarmSource = alarmSource;
        this.peer = peer;
    }

    /** Orders an item; the order's number is in the first four bytes of request and reply. */
    @GetMapping("/orders")
    Order order(@RequestParam String item) throws IOException, InterruptedException {
        int number = orderNumbers.incrementAndGet();
        byte[] text = item.getBytes(UTF_8);
        byte[] request =
                ByteBuffer.allocate(4 + text.length).putInt(number).put(text).array();

        Datagram reply = orders.call(
                number,
                from(peer.address()),
                () -> orders.backdoor(UdpSocket.class).send(peer.address(), request));

        ByteBuffer payload = reply.payload();
        return new Order(payload.getInt(), UTF_8.decode(payload).toString());
    }

    /** Asks for a tick, again while there is no answer; its id comes after a word that says "tick". */
    @GetMapping("/ticks")
    Tick tick(@RequestParam String symbol) throws IOException, InterruptedException {
        UUID id = UUID.randomUUID();
        byte[] text = symbol.getBytes(UTF_8);
        byte[] request = ByteBuffer.allocate(20 + text.length)
                .put("tick".getBytes(UTF_8))
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .put(text)
                .array();
        CallOptions<Datagram> patiently =
                CallOptions.checked(from(peer.address())).resend(Resends.doubling(Duration.ofMillis(200)));

        Datagram reply =
                ticks.call(id, patiently, () -> ticks.backdoor(UdpSocket.class).send(peer.address(), request));

        ByteBuffer payload = reply.payload().position(4);
        return new Tick(
                new UUID(payload.getLong(), payload.getLong()),
                UTF_8.decode(payload).toString());
    }

    /** Waits until the alarm is raised. */
    @GetMapping("/alarms/{name}")
    Alarm alarm(@PathVariable String name) throws InterruptedException {
        try (Ticket<String, Alarm> ticket = alarms.ticket(name)) {
            return ticket.await().message();
        }
    }

    @PostMapping("/alarms/{name}")
    void raise(@PathVariable String name, @RequestBody String text) {
        alarmSource.add(new Alarm(name, text));
    }

    @ExceptionHandler
    ProblemDetail noAnswer(StageTimeoutException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.GATEWAY_TIMEOUT, "no answer on '" + e.stage() + "'");
    }
}
