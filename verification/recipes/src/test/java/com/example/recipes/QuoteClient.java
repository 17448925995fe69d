package com.example.recipes;

import static io.github.exitleft.udp.Datagram.from;

import io.github.exitleft.CallOptions;
import io.github.exitleft.Sender;
import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Asks a server for quotes, in several ways. */
@Component
class QuoteClient {

    private final InetSocketAddress server = new InetSocketAddress("192.0.2.1", 4000);
    private final Stage<Long, Datagram> quotes;
    private final UdpSocket socket;

    QuoteClient(Stage<Long, Datagram> quotes) {
        this.quotes = quotes;
        this.socket = quotes.backdoor(UdpSocket.class);
    }

    // @start region="futures-after"
    Datagram ask(String symbol) throws IOException, InterruptedException {
        Request request = Request.of(symbol);
        return quotes.call(request.id(), from(server), () -> socket.send(server, request.bytes()));
    }
    // @end

    // @start region="reactor"
    Mono<Datagram> quote(String symbol) {
        return Mono.fromFuture(() -> {
            Request request = Request.of(symbol); // each subscription asks anew, with a token of its own
            return quotes.callAsync(
                    request.id(),
                    CallOptions.<Datagram>checked(from(server)),
                    Sender.unchecked(() -> socket.send(server, request.bytes())));
        });
    }
    // @end

    // @start region="reactor-blocking"
    Mono<Datagram> quoteOnAThread(String symbol) {
        return Mono.fromCallable(() -> ask(symbol)).subscribeOn(Schedulers.boundedElastic());
    }
    // @end

    // @start region="retry"
    @Retryable(includes = StageTimeoutException.class, maxRetries = 2, delay = 100, multiplier = 2)
    public Datagram askAgain(String symbol) throws IOException, InterruptedException {
        return ask(symbol); // each attempt with a token of its own
    }
    // @end
}
