package io.github.exitleft.spring.boot.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.Date;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.kafka.support.serializer.DeserializationException;
import org.springframework.kafka.support.serializer.SerializationUtils;

/** Tokens in headers, written and read again. */
class KafkaTokensTests {

    private static final String HEADER = "id";

    static Stream<Object> tokens() {
        return Stream.of("täken", "", UUID.randomUUID(), -7, Long.MIN_VALUE, ByteBuffer.wrap(new byte[] {1, 2}));
    }

    private static ConsumerRecord<Object, String> record(Object key, byte[] header) {
        var record = new ConsumerRecord<Object, String>("replies", 0, 0, key, "value");
        if (header != null) {
            record.headers().add(HEADER, "of an earlier hop".getBytes()).add(HEADER, header);
        }
        return record;
    }

    private static <T> T read(Class<T> type, byte[] header) throws Exception {
        return KafkaTokens.header(type, HEADER).read(record(null, header));
    }

    @ParameterizedTest
    @MethodSource("tokens")
    void token_isReadAsItWasWritten(Object token) throws Exception {
        Class<?> type = token instanceof ByteBuffer ? ByteBuffer.class : token.getClass();
        assertThat(read(type, KafkaTokens.bytes(token))).isEqualTo(token);
    }

    @Test
    void uuid_hasTheBytesThatReplyingKafkaTemplateGivesIt() {
        assertThat(KafkaTokens.bytes(UUID.fromString("00010203-0405-0607-0809-0a0b0c0d0e0f")))
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    }

    @Test
    void bufferThatIsWritten_keepsItsPosition() {
        ByteBuffer token = ByteBuffer.wrap(new byte[] {1, 2});
        KafkaTokens.bytes(token);
        assertThat(token.remaining()).isEqualTo(2);
    }

    @Test
    void missingHeader_isNoToken() throws Exception {
        assertThat(read(String.class, null)).isNull();
        assertThat(KafkaTokens.header(String.class, HEADER).read(record("key", null)))
                .isNull();
    }

    @Test
    void headerOfAnotherLength_isNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(Long.class, new byte[4]))
                .withMessageContaining("header of 4 bytes is no java.lang.Long");
        assertThatIllegalArgumentException().isThrownBy(() -> read(Integer.class, new byte[0]));
        assertThatIllegalArgumentException().isThrownBy(() -> read(UUID.class, new byte[36]));
    }

    @Test
    void typeThatIsNoHeader_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KafkaTokens.header(Date.class, HEADER))
                .withMessageContaining("java.util.Date can't be a header");
        assertThatIllegalArgumentException().isThrownBy(() -> KafkaTokens.bytes(new Date()));
    }

    @Test
    void key_isTheTokenIfItIsOfItsType() throws Exception {
        assertThat(KafkaTokens.key(String.class).read(record("key", null))).isEqualTo("key");
        assertThat(KafkaTokens.key(String.class).read(record(null, null))).isNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KafkaTokens.key(String.class).read(record(7, null)))
                .withMessageContaining("key of type java.lang.Integer is no java.lang.String");
    }

    @Test
    void keyThatCouldNotBeDeserialized_isNoTokenButTheCause() {
        ConsumerRecord<Object, String> record = record(null, null);
        var cause = new IllegalStateException("no integer");
        SerializationUtils.deserializationException(record.headers(), new byte[] {1}, cause, true);

        assertThatExceptionOfType(DeserializationException.class)
                .isThrownBy(() -> KafkaTokens.key(Integer.class).read(record))
                .withCause(cause);
    }
}
