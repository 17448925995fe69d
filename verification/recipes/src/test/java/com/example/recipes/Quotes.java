package com.example.recipes;

import io.github.exitleft.udp.Datagram;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;

/** What the tests share. */
final class Quotes {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private Quotes() {}

    /** An answer of the server's: the question's id, and the price. */
    static Datagram answer(Datagram question, int price) {
        return Datagram.of(
                question.sender(),
                ByteBuffer.allocate(12)
                        .putLong(question.getLong(0))
                        .putInt(price)
                        .array());
    }

    static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://localhost:" + port + path);
        return HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Sends JSON. */
    static HttpResponse<String> post(int port, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
