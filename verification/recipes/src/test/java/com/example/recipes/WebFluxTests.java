package com.example.recipes;

import static io.github.exitleft.test.StageAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.exitleft.Outcome;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.test.AutoConfigureStages;
import io.github.exitleft.spring.boot.test.ScriptedPeers;
import io.github.exitleft.udp.Datagram;
import io.micrometer.context.ContextRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/** Stages under WebFlux and Reactor, on the threads of a real server (S12, M19, M20). */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = "spring.reactor.context-propagation=auto")
@AutoConfigureStages
class WebFluxTests {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final ThreadLocal<String> TENANT = new ThreadLocal<>();

    static {
        ContextRegistry.getInstance().registerThreadLocalAccessor("tenant", TENANT);
    }

    @LocalServerPort
    private int port;

    @Autowired
    private Stage<Long, Datagram> quotes;

    @Autowired
    private QuoteClient client;

    @Autowired
    private ScriptedPeers peers;

    @Test
    void s12_callOnAThreadOfTheServer_isRefusedWithWhatToDo() throws Exception {
        String report = Quotes.get(port, "/wrong/ACME").body();

        assertThat(report)
                .containsPattern(
                        "^\\w+-http-nio-\\d+: waiting on stage 'quotes' would block thread '\\w+-http-nio-\\d+'")
                .contains("'callAsync'")
                .contains("Schedulers.boundedElastic()");
        assertThat(quotes).hasNoOpenTickets();
        assertThat(peers.on(quotes).questions()).isEmpty();
    }

    @Test
    void s12_callOnAnotherThreadOfReactors_isRefusedToo() {
        Mono<Datagram> wrong = Mono.fromCallable(() -> client.ask("ACME")).subscribeOn(Schedulers.parallel());

        assertThatThrownBy(() -> wrong.block(PATIENCE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("would block thread 'parallel-");
    }

    @Test
    void futureOfTheAnswer_becomesAMono() throws Exception {
        peers.on(quotes).whenSent().answer(question -> Quotes.answer(question, 42));

        assertThat(Quotes.get(port, "/future/ACME").body()).isEqualTo("42");
    }

    @Test
    void callOnBoundedElastic_waits() throws Exception {
        peers.on(quotes).whenSent().answer(question -> Quotes.answer(question, 43));

        assertThat(Quotes.get(port, "/elastic/ACME").body()).isEqualTo("43");
    }

    @Test
    void methodOfNoReactiveType_maySimplyCall() throws Exception {
        peers.on(quotes).whenSent().answer(question -> Quotes.answer(question, 44));

        assertThat(Quotes.get(port, "/plain/ACME").body()).startsWith("44 on task-");
    }

    @Test
    void m20_cancelledSubscription_freesTheToken() {
        long cancelled = exits(Outcome.CANCELLED);
        Disposable subscription = client.quote("ACME").subscribe();
        assertThat(quotes.snapshot(0).role().tickets()).isOne();

        subscription.dispose();

        assertThat(quotes).hasNoOpenTickets();
        assertThat(exits(Outcome.CANCELLED)).isEqualTo(cancelled + 1);
    }

    @Test
    void m19_context_isThatOfTheSubscription() {
        var sending = new AtomicReference<String>();
        peers.on(quotes).whenSent().answer(question -> {
            sending.set(TENANT.get());
            return Quotes.answer(question, 45);
        });

        String downstream = client.quote("ACME")
                .map(quote -> String.valueOf(TENANT.get()))
                .contextWrite(Context.of("tenant", "acme"))
                .block(PATIENCE);

        assertThat(downstream).isEqualTo("acme");
        assertThat(sending).hasValue("acme");
    }

    private long exits(Outcome outcome) {
        return quotes.snapshot(0).exits().getOrDefault(outcome, 0L);
    }
}
