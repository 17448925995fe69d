package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** Ids for each peer, which don't exclude another's (M11, M12). */
class ScopedIssuingTests {

    private static final Duration REST = Duration.ofSeconds(60);

    private final SteeredParker parker = new SteeredParker();
    private final ManualTimer timer = new ManualTimer();
    private final SecureNumbers random = new SecureNumbers();
    private final ScopedIssuing<String, Integer> issuing =
            new ScopedIssuing<>(() -> TokenFixture.random(Integer.class, 8, REST, random), REST, 3, parker, timer);

    private Integer issue(String scope) throws Exception {
        return issuing.issue(scope, parker.nanoTime());
    }

    private FutureTask<Integer> startWaiting(String scope) {
        var task = new FutureTask<>(() ->
                issuing.issue(scope, parker.nanoTime() + Duration.ofHours(1).toNanos()));
        var thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        await().until(() -> parker.isParked(thread));
        return task;
    }

    @Test
    void m11_halfOfOnePeersIds_mayRestUntilTheyAreAnsweredSoThatNeverAllDo() {
        var ids = new PeerTokens<Integer>(
                new ScopedIssuing<>(() -> TokenFixture.random(Integer.class, 8, REST, random), REST, 3, parker, timer),
                TokenSpace.of(Integer.class, 8));

        assertThat(ids.mostResting(1_000)).isEqualTo(128);
        assertThat(ids.mostResting(100)).isEqualTo(100);
    }

    @Test
    void m12_eachScope_hasAllIds() throws Exception {
        for (String server : List.of("a", "b")) {
            Set<Integer> issued = new HashSet<>();
            for (int i = 0; i < 256; i++) {
                issued.add(issue(server));
            }
            assertThat(issued).hasSize(256);
            assertThat(issue(server)).isNull();
        }
        FutureTask<Integer> waiting = startWaiting("a");
        assertThat(issuing.answered("b", 7)).isNull();
        assertThat(issue("b")).isEqualTo(7);
        assertThat(waiting.isDone()).isFalse();
        issuing.answered("a", 9);
        assertThat(Patience.get(waiting)).isEqualTo(9);
    }

    @Test
    void m11_rest_isOfTheScope() throws Exception {
        Integer id = issue("a");
        long since = parker.time();
        issuing.gaveUp("a", id, "a call", null, 1);
        assertThat(issuing.resting("a", id)).isEqualTo(new Rest(since, "a call", 1));
        assertThat(issuing.resting("b", id)).isNull();
        assertThat(issuing.take("a", id)).isFalse();
        assertThat(issuing.take("b", id)).isTrue();
        assertThat(issuing.answered("a", id)).isEqualTo(new Rest(since, "a call", 1));
        assertThat(issuing.answered("nobody", id)).isNull();
        issuing.gaveUp("nobody", id, null, null, 1);
        assertThat(issuing.answeredLate("nobody", id, 1)).isNull();
        assertThat(issuing.size()).isEqualTo(2);
    }

    @Test
    void m12_scopeThatIsUsedNowAndThen_doesNotIssueTheSameIdAgainSoon() throws Exception {
        Set<Integer> issued = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            Integer id = issue("a");
            issuing.answered("a", id);
            issued.add(id);
        }
        assertThat(issued).hasSize(100);
    }

    @Test
    void m12_scopes_endAWhileAfterTheirLastIdIsFree() throws Exception {
        issuing.answered("a", issue("a"));
        Integer resting = issue("b");
        parker.advance(Duration.ofSeconds(59));
        issue("c");
        assertThat(issuing.size()).isEqualTo(3);
        issuing.gaveUp("b", resting, null, null, 1);

        parker.advance(Duration.ofSeconds(1)); // a has been idle for a minute
        issue("d");
        assertThat(issuing.size()).as("b, c, d").isEqualTo(3);
        assertThat(issuing.resting("b", resting)).isNotNull();

        parker.advance(REST); // b is idle
        issue("e");
        assertThat(issuing.size()).as("c, d, e").isEqualTo(3);
        assertThat(issuing.resting("b", resting)).isNull();
    }

    @Test
    void m12_scopes_areBounded() throws Exception {
        List<Integer> ids = new ArrayList<>();
        for (String server : List.of("a", "b", "c")) {
            ids.add(issue(server));
        }
        assertThatIllegalStateException()
                .isThrownBy(() -> issue("d"))
                .withMessage(
                        "tokens of 3 peers are in use, which is as many as there may be; ask fewer at once, or shorten"
                                + " the rest");
        issuing.answered("b", ids.get(1));
        issue("d");
        assertThat(issuing.size()).isEqualTo(3);
    }

    @Test
    void m12_scopeWithWaiters_doesNotEnd() throws Exception {
        for (int i = 0; i < 256; i++) {
            issue("a");
        }
        FutureTask<Integer> waiting = startWaiting("a");
        for (int minute = 0; minute < 50; minute++) { // of the hour that it waits at most
            parker.advance(REST);
            issuing.answered("b", issue("b"));
        }
        issuing.answered("a", 5);
        assertThat(Patience.get(waiting)).isEqualTo(5);
    }

    @Test
    void m12_close_endsTheWaitsOfAllScopes() throws Exception {
        for (int i = 0; i < 256; i++) {
            issue("a");
        }
        FutureTask<Integer> waiting = startWaiting("a");
        issuing.close(() -> new IllegalStateException("closed"));
        assertThatThrownBy(() -> Patience.get(waiting)).hasMessageEndingWith("closed");
        assertThatThrownBy(() -> issue("a")).hasMessage("closed");
        assertThatThrownBy(() -> issue("b")).hasMessage("closed");
    }

    @Test
    void m11_peerToken_isItsSenderAndItsId() throws Exception {
        var peer = new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 1812);
        var same = new InetSocketAddress(InetAddress.getByAddress("radius", new byte[] {127, 0, 0, 1}), 1812);
        var other = new InetSocketAddress(peer.getAddress(), 1813);
        assertThat(new PeerToken<>(peer, 7))
                .isEqualTo(new PeerToken<>(same, 7))
                .hasSameHashCodeAs(new PeerToken<>(same, 7))
                .isNotEqualTo(new PeerToken<>(peer, 8))
                .isNotEqualTo(new PeerToken<>(other, 7))
                .hasToString("7 of /127.0.0.1:1812");
        assertThat(PeerToken.type(Integer.class)).isSameAs(PeerToken.class);
        Set<Integer> hashes = new HashSet<>();
        for (int id = 0; id < 256; id++) {
            hashes.add(new PeerToken<>(peer, id).hashCode());
        }
        assertThat(hashes).hasSize(256);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PeerToken<>(InetSocketAddress.createUnresolved("radius", 1812), 7))
                .withMessageStartingWith("'sender' must be resolved, but is radius");
        assertThatNullPointerException()
                .isThrownBy(() -> new PeerToken<>(null, 7))
                .withMessage("'sender' must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> new PeerToken<>(peer, null))
                .withMessage("'id' must not be null");
    }
}
