/** What tests need of exit-left: the contract that every source has to keep, as tests, a peer in memory, a clock to steer, and assertions. */
module io.github.exitleft.test {
    requires static transitive org.jspecify;
    requires static transitive org.assertj.core;
    requires transitive io.github.exitleft;
    requires transitive org.junit.jupiter.api;

    exports io.github.exitleft.test;

    // JUnit calls the tests of the contract, which need not be public for that
    opens io.github.exitleft.test to
            org.junit.platform.commons;
}
