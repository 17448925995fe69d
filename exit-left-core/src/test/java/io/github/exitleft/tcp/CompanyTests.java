package io.github.exitleft.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When a thread that could write at once lets others go ahead. */
class CompanyTests {

    private final Company company = new Company();
    private final Thread[] threads = {new Thread(), new Thread()};
    private int turns;

    /** Sends by another thread than before; returns whether it let others go ahead. */
    private boolean send(boolean othersCame) {
        boolean let = company.isLikely(threads[turns++ % 2]);
        company.found(othersCame);
        return let;
    }

    @Test
    void threadThatSendsAgainAndAgain_isAlone() {
        send(false);
        Thread same = threads[0];
        for (int i = 0; i < 100; i++) {
            assertThat(company.isLikely(same)).isFalse();
            company.found(false);
        }
    }

    @Test
    void severalThreads_letOthersGoAheadWhileThatBringsSome() {
        for (int i = 0; i < 100; i++) {
            assertThat(send(true)).isTrue();
        }
    }

    @Test
    void severalThreadsThatAreNeverMet_tryItRarely() {
        int tries = 0;
        for (int i = 0; i < 160; i++) {
            tries += send(false) ? 1 : 0;
        }
        assertThat(tries).isEqualTo(11);
    }

    @Test
    void othersThatAreMetAgain_areLetGoAheadAgain() {
        for (int i = 0; i < 100; i++) {
            send(false);
        }
        for (int i = 0; i < 3 * 16; i++) {
            send(true);
        }
        assertThat(send(true)).isTrue();
        assertThat(send(true)).isTrue();
    }

    @Test
    void framesThatComeThoughNoneWereLetGoAhead_sayNothing() {
        for (int i = 0; i < 5; i++) {
            send(false);
        }
        for (int i = 0; i < 5; i++) {
            assertThat(send(true)).isFalse();
        }
    }
}
