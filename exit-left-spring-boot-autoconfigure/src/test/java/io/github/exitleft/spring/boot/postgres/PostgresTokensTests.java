package io.github.exitleft.spring.boot.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Date;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.postgresql.core.Notification;

/** Tokens at the beginning of payloads. */
class PostgresTokensTests {

    private static <T> T read(Class<T> type, String separator, String payload) throws Exception {
        return PostgresTokens.before(type, separator).read(new Notification("replies", 7, payload));
    }

    @Test
    void token_isWhatStandsBeforeTheFirstSeparator() throws Exception {
        assertThat(read(String.class, ":", "a:b:c")).isEqualTo("a");
        assertThat(read(String.class, "::", "a:b::c")).isEqualTo("a:b");
        assertThat(read(Integer.class, ":", "-7:rest")).isEqualTo(-7);
        assertThat(read(Long.class, " ", "7000000000 rest")).isEqualTo(7_000_000_000L);
        UUID uuid = UUID.randomUUID();
        assertThat(read(UUID.class, ":", uuid + ":rest")).isEqualTo(uuid);
    }

    @Test
    void token_isTheWholePayloadWithoutASeparator() throws Exception {
        assertThat(read(String.class, ":", "key")).isEqualTo("key");
    }

    @Test
    void emptyToken_isNone() throws Exception {
        assertThat(read(String.class, ":", "")).isNull();
        assertThat(read(String.class, ":", ":rest")).isNull();
    }

    @Test
    void anotherThing_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> read(Long.class, ":", "seven:rest"));
        assertThatIllegalArgumentException().isThrownBy(() -> read(UUID.class, ":", "no-uuid"));
    }

    @Test
    void typeOrSeparatorThatIsNone_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PostgresTokens.before(Date.class, ":"))
                .withMessageContaining("java.util.Date can't be read from a payload");
        assertThatIllegalArgumentException().isThrownBy(() -> PostgresTokens.before(String.class, ""));
    }
}
