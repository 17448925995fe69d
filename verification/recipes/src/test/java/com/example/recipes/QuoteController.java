package com.example.recipes;

import io.github.exitleft.udp.Datagram;
import java.io.IOException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** Each path answers with the quote and the name of the thread that asked for it, or with the exception's message. */
@RestController
class QuoteController {

    private final QuoteClient client;

    QuoteController(QuoteClient client) {
        this.client = client;
    }

    @GetMapping("/future/{symbol}")
    Mono<String> future(@PathVariable String symbol) {
        return client.quote(symbol).map(QuoteController::text);
    }

    @GetMapping("/elastic/{symbol}")
    Mono<String> elastic(@PathVariable String symbol) {
        return client.quoteOnAThread(symbol).map(QuoteController::text);
    }

    /** Waits for an answer on the thread of the server. */
    @GetMapping("/wrong/{symbol}")
    Mono<String> wrong(@PathVariable String symbol) {
        return Mono.fromCallable(() -> text(client.ask(symbol)))
                .onErrorResume(
                        IllegalStateException.class,
                        e -> Mono.just(Thread.currentThread().getName() + ": " + e.getMessage()));
    }

    /** Returns no reactive type, so it runs on the executor for blocking methods. */
    @GetMapping("/plain/{symbol}")
    String plain(@PathVariable String symbol) throws IOException, InterruptedException {
        return text(client.ask(symbol)) + " on " + Thread.currentThread().getName();
    }

    private static String text(Datagram quote) {
        return String.valueOf(quote.getInt(8));
    }
}
