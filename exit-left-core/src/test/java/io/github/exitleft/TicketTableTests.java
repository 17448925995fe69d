package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The table of tickets finds each by its token, whatever is added and removed meanwhile (S6). */
class TicketTableTests {

    private static final class Holder extends TicketWaiter {
        private final Object token;
        private Runnable whenAsked = () -> {};

        Holder(Object token) {
            this.token = token;
        }

        @Override
        Object token() {
            whenAsked.run();
            return token;
        }
    }

    /** A token whose hash code is set, and which counts how often it is asked. */
    private record Id(int number, int hash, AtomicInteger hashed, AtomicInteger compared) {

        Id(int number, int hash) {
            this(number, hash, new AtomicInteger(), new AtomicInteger());
        }

        @Override
        public int hashCode() {
            hashed.incrementAndGet();
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            compared.incrementAndGet();
            return other instanceof Id id && id.number == number;
        }
    }

    private final TicketTable<Holder> table = new TicketTable<>();

    private Holder add(Object token) {
        var holder = new Holder(token);
        assertThat(table.add(holder)).isTrue();
        return holder;
    }

    @Test
    void tickets_areFoundByTheirTokensAsInAMap() {
        var random = new Random(1);
        Map<Integer, Holder> expected = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            int token = random.nextInt(20_000) << 12; // all with the same lowest bits
            Holder present = expected.get(token);
            assertThat(table.find(token)).isSameAs(present);
            if (present == null) {
                expected.put(token, add(token));
            } else {
                assertThat(table.add(new Holder(token))).isFalse();
                assertThat(table.remove(present)).isTrue();
                assertThat(table.remove(present)).isFalse();
                expected.remove(token);
            }
        }
        expected.forEach((token, holder) -> assertThat(table.find(token)).isSameAs(holder));
    }

    @Test
    void tokensWithTheSameHashCode_areToldApart() {
        List<Holder> holders = new ArrayList<>();
        for (int i = 0; i < 100; i++) { // more than a look without the lock goes through
            holders.add(add(new Id(i, 7)));
        }
        for (int i = 0; i < 100; i += 2) {
            assertThat(table.remove(holders.get(i))).isTrue();
        }
        for (int i = 0; i < 100; i++) {
            assertThat(table.find(new Id(i, 7))).isSameAs(i % 2 == 0 ? null : holders.get(i));
        }
    }

    @Test
    void token_isAskedOnceForItsHashCodeAndComparedOnlyWithTheSame() {
        var token = new Id(1, 7);
        Holder holder = add(token);
        for (int i = 0; i < 1_000; i++) {
            add(i); // which makes the table grow
        }
        assertThat(table.remove(holder)).isTrue();
        assertThat(token.hashed).hasValue(1);
        assertThat(token.compared).hasValue(0);
    }

    @Test
    void s6_formerTicketOfAToken_isNotRemovedInPlaceOfThePresentOne() {
        Holder former = add("a");
        table.remove(former);
        Holder present = add("a");
        assertThat(table.remove(former)).isFalse();
        assertThat(table.find("a")).isSameAs(present);
    }

    @Test
    void tokenThatThrows_isNotAddedAndHoldsUpNoOther() {
        var thrower = new Object() {
            @Override
            public boolean equals(Object other) {
                throw new UnsupportedOperationException("equals");
            }

            @Override
            public int hashCode() {
                return "a".hashCode();
            }
        };
        Holder holder = add("a");
        assertThatThrownBy(() -> table.add(new Holder(thrower))).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> table.find(thrower)).isInstanceOf(UnsupportedOperationException.class);
        assertThat(table.find("a")).isSameAs(holder);
        assertThat(table.remove(holder)).isTrue();
        assertThat(table.find("a")).isNull();
    }

    @Test
    void ticketWhosePartIsChangedDuringTheLook_isFound() {
        Holder holder = add(new Id(1, 7));
        var others = new AtomicInteger(2);
        holder.whenAsked = () -> {
            holder.whenAsked = () -> {};
            add(new Id(others.getAndIncrement(), 7));
        };
        assertThat(table.find(new Id(1, 7))).isSameAs(holder);
        assertThat(others).hasValue(3);
    }

    @Test
    void foreignCode_runsWithoutTheLockUnlessHashCodesAreTheSame() throws Exception {
        Holder holder = add("a");
        var comparing = new CountDownLatch(1);
        var changed = new CountDownLatch(1);
        var asked = new Object() {
            @Override
            public boolean equals(Object other) {
                comparing.countDown();
                await().until(() -> changed.getCount() == 0);
                return "a".equals(other);
            }

            @Override
            public int hashCode() {
                return "a".hashCode();
            }
        };
        Actor<Holder> looking = Actor.start("looking", () -> table.find(asked));
        Patience.await(comparing);
        Actor<Boolean> closing = Actor.start("closing", () -> table.remove(holder));
        assertThat(closing.result()).isTrue();
        changed.countDown();
        assertThat(looking.result()).as("it was there when the look began").isSameAs(holder);
    }

    @Test
    void ticketsThatStay_areFoundWhileOthersComeAndGo() throws Exception {
        List<Holder> staying = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            staying.add(add(new Id(i, i % 8)));
        }
        var ended = new AtomicInteger();
        Runnable changes = () -> {
            int own = 1_000_000 * ended.incrementAndGet();
            for (int round = 0; round < 50; round++) {
                List<Holder> mine = new ArrayList<>();
                for (int i = 0; i < 500; i++) {
                    mine.add(add(new Id(own + i, i % 16)));
                }
                mine.forEach(holder -> assertThat(table.remove(holder)).isTrue());
            }
        };
        Actor<Boolean> one = Actor.start("one", () -> {
            changes.run();
            return true;
        });
        Actor<Boolean> other = Actor.start("other", () -> {
            changes.run();
            return true;
        });
        for (int i = 0; i < 200_000; i++) {
            Holder holder = staying.get(i % 64);
            assertThat(table.find(holder.token)).isSameAs(holder);
        }
        one.result();
        other.result();
    }
}
