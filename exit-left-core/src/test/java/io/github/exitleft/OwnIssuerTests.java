package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Issuers of users' own, and what is said of those that do it badly (M12). */
class OwnIssuerTests {

    private final IssuedTokens<Object> tokens = IssuedTokens.taken(RestRule.of(Duration.ofSeconds(60)));

    private Object issue(TokenIssuer<?> issuer) {
        return new OwnIssuer<Object>("host", issuer).issue(candidate -> tokens.take(candidate, 0));
    }

    /** With a name that a test can expect. */
    private static final class Counting implements TokenIssuer<String> {
        private final Iterator<String> given;
        private int asked;

        Counting(List<String> given) {
            this.given = given.iterator();
        }

        @Override
        public String issue() {
            asked++;
            return given.next();
        }
    }

    @Test
    void m12_ownIssuer_isAskedAgainForWhatIsLiveOrRests() {
        var issuer = new Counting(List.of("a", "a", "b", "a", "b", "c"));
        assertThat(issue(issuer)).isEqualTo("a");
        assertThat(issue(issuer)).isEqualTo("b");
        tokens.gaveUp("a", 0, null, null, 1);
        assertThat(issue(issuer)).isEqualTo("c");
        assertThat(issuer.asked).isEqualTo(6);
    }

    @Test
    void m12_methodOfTheJdk_isAnIssuer() {
        assertThat(issue(UUID::randomUUID)).isInstanceOf(UUID.class);
    }

    @Test
    void m12_issuerThatOnlyGivesWhatIsInUse_isNamed() {
        tokens.take("a", 0);
        List<String> same = new ArrayList<>();
        for (int i = 0; i < OwnIssuer.TRIES; i++) {
            same.add("a");
        }
        assertThatIllegalStateException()
                .isThrownBy(() -> issue(new Counting(same)))
                .withMessage(
                        "token issuer " + Counting.class.getName() + " of stage 'host' gave 16 tokens in a row that are"
                                + " in use, the last of them a; draw them from more, or shorten the rest");
        assertThat(tokens.live()).isEqualTo(1);
    }

    @Test
    void m12_issuerThatGivesNull_isNamed() {
        TokenIssuer<String> issuer = () -> null;
        assertThatIllegalStateException()
                .isThrownBy(() -> issue(issuer))
                .withMessage("token issuer " + issuer.getClass().getName()
                        + " of stage 'host' gave null; let it give a token, or throw what keeps it from that");
    }

    @Test
    void m12_issuerThatThrows_isNamedWithItsCause() {
        var cause = new IOException("no connection");
        assertThatIllegalStateException()
                .isThrownBy(() -> issue(() -> {
                    throw cause;
                }))
                .withMessageEndingWith("of stage 'host' failed: java.io.IOException: no connection")
                .withCause(cause);
        assertThat(tokens.live()).isZero();
    }

    @Test
    void s10_issuerThatIsInterrupted_leavesTheFlagSet() {
        assertThatIllegalStateException()
                .isThrownBy(() -> issue(() -> {
                    throw new InterruptedException();
                }))
                .withCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
    }
}
