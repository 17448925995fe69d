package io.github.exitleft.spring.boot.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.exitleft.TokenReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.expression.EvaluationException;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHandlingException;
import org.springframework.messaging.support.ErrorMessage;
import org.springframework.messaging.support.GenericMessage;

/** Tokens of messages, also of those that tell of an error. */
class ChannelTokensTests {

    private static final Message<String> REQUEST = new GenericMessage<>("id7:text", Map.of("correlationId", "id7"));

    private static final TokenReader<String, Message<?>> HEADER = ChannelTokens.header(String.class, "correlationId");

    private static TokenReader<String, Message<?>> expression(String expression) {
        return ChannelTokens.expression(String.class, expression);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "headers.id7",
                "headers['id7'].name",
                "payload.failedMessage.headers.correlationId",
                "payload.noSuchMethod()",
                "headers.missing.size()",
                "payload.split(':')[7]",
                "headers.correlationId2 ?: payload.failedMessage"
            })
    void expressionThatFindsNothing_givesNoToken(String expression) throws Exception { // M3
        assertThat(expression(expression).read(REQUEST)).isNull();
    }

    @Test
    void expressionWithAnotherThingThanAToken_saysSo() {
        assertThatExceptionOfType(EvaluationException.class)
                .isThrownBy(
                        () -> ChannelTokens.expression(Integer.class, "payload").read(REQUEST));
    }

    @Test
    void errorMessage_isForTheTokenOfTheFailedMessage() throws Exception { // M18
        var thrown = new MessageHandlingException(REQUEST, "downstream failed");

        assertThat(HEADER.read(new ErrorMessage(thrown))).isEqualTo("id7");
        assertThat(HEADER.read(new ErrorMessage(new IllegalStateException(thrown))))
                .isEqualTo("id7");
        assertThat(expression("payload.split(':')[0]").read(new ErrorMessage(thrown)))
                .isEqualTo("id7");
        assertThat(expression("headers.correlationId ?: payload.failedMessage.headers.correlationId")
                        .read(new ErrorMessage(thrown)))
                .isEqualTo("id7");
    }

    @Test
    void errorMessage_isForItsOwnTokenFirstAndForThatOfItsOriginLast() throws Exception { // M18
        var thrown = new MessageHandlingException(new GenericMessage<>("changed"), "downstream failed");

        assertThat(HEADER.read(new ErrorMessage(thrown, REQUEST))).isEqualTo("id7");
        assertThat(HEADER.read(new ErrorMessage(thrown, Map.of("correlationId", "own"), REQUEST)))
                .isEqualTo("own");
        assertThat(HEADER.read(new ErrorMessage(thrown))).isNull();
        assertThat(HEADER.read(new ErrorMessage(new IllegalStateException()))).isNull();
    }

    @Test
    void messageThatHappensToHaveAnExceptionForItsPayload_isNoErrorMessage() throws Exception {
        Message<?> list = new GenericMessage<>(List.of(new MessageHandlingException(REQUEST, "failed")));

        assertThat(HEADER.read(list)).isNull();
    }
}
