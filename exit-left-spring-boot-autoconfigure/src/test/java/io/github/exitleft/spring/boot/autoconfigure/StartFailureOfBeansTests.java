package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.EventHandler;
import io.github.exitleft.ReplyClassifier;
import io.github.exitleft.TokenIssuer;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Every mistake in what the properties say of beans fails the start with a report that names key, origin and remedy: B1. */
class StartFailureOfBeansTests extends StartFailureSupport {

    @Test
    void udpKeysOfASourceThatIsABean_areReported(CapturedOutput output) throws IOException {
        assertStartFails(
                (STUN + TOKEN).replace("type: udp", "type: bean"),
                output,
                "exit-left.stages.stun.source.udp",
                "8:20",
                "does not apply to exit-left.stages.stun.source.type=bean",
                "Remove what is below exit-left.stages.stun.source.udp");
        assertThat(output).contains("6:15").doesNotContain("not set");
    }

    @Test
    void beanKeysOfAUdpSource_areReported(CapturedOutput output) throws IOException {
        assertStartFails(
                BEAN.replace("type: bean", "type: udp"),
                output,
                "exit-left.stages.queue.source.bean",
                "8:17",
                "does not apply to exit-left.stages.queue.source.type=udp",
                "Remove what is below exit-left.stages.queue.source.bean");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            name: source   | name: other     | name         | 8:17  | no bean named 'other'       | There are: prototypeSource, source
            name: source   | name: reader    | name         | 8:17  | not a Source                | There are: prototypeSource, source
            name: source   | name: ''        | name         | 8:17  | needs the name of a bean    | the name of a Source bean
            reader: reader | reader: other   | token.reader | 10:21 | no bean named 'other'       | There are: datagramReader, longReader, reader
            reader: reader | reader: source  | token.reader | 10:21 | not a TokenReader           | There are: datagramReader, longReader, reader
            reader: reader | reader: ''      | token.reader | 10:21 | no way to read the token    | the name of a TokenReader bean
            reader: reader | reader: longReader | token.reader | 10:21 | reads tokens of type java.lang.Long | change the token type
            """)
    void beanThatIsMissingOrOfWrongType_isReported(
            String line, String wrong, String key, String origin, String reason, String remedy, CapturedOutput output)
            throws IOException {
        assertStartFails(
                BEAN.replace(line, wrong), output, "exit-left.stages.queue.source.bean." + key, origin, reason, remedy);
    }

    @Test
    void readerOfOtherMessages_isReported(CapturedOutput output) throws IOException {
        assertStartFails(
                STUN + "          token:\n            reader: reader\n",
                output,
                "exit-left.stages.stun.source.udp.token.reader",
                "10:21",
                "reads messages of type java.lang.CharSequence",
                "Name another TokenReader bean");
    }

    @Test
    void replyClassifierOfOtherMessages_isReported(CapturedOutput output) throws IOException { // M18
        this.configuration = OtherClassifier.class;
        assertStartFails(
                (STUN + TOKEN).replace("    stun:\n", "    stun:\n      reply-classifier: classifier\n"),
                output,
                "exit-left.stages.stun.reply-classifier",
                "4:25",
                "classifies messages of type java.lang.String, but the source's are of type "
                        + "io.github.exitleft.udp.Datagram",
                "Name another ReplyClassifier bean");
    }

    @Test
    void replyClassifierThatIsNone_isReported(CapturedOutput output) throws IOException { // M18
        assertStartFails(
                (STUN + TOKEN).replace("    stun:\n", "    stun:\n      reply-classifier: reader\n"),
                output,
                "exit-left.stages.stun.reply-classifier",
                "4:25",
                "not a ReplyClassifier",
                "a bean of type io.github.exitleft.ReplyClassifier");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            none       | there is no bean named 'none'                 | There are: longIssuer
            reader     | not a TokenIssuer                             | There are: longIssuer
            longIssuer | that bean issues tokens of type java.lang.Long, but exit-left.stages.stun.token-type is java.lang.String (origin: | Name another TokenIssuer bean
            """)
    void m12_tokenIssuerThatIsMissingOrOfWrongType_isReported(
            String name, String reason, String remedy, CapturedOutput output) throws IOException {
        this.configuration = WithIssuer.class;
        assertStartFails(
                (STUN + TOKEN).replace("    stun:\n", "    stun:\n      tokens: {issuer: " + name + "}\n"),
                output,
                "exit-left.stages.stun.tokens.issuer",
                "4:24",
                reason,
                remedy);
    }

    @Configuration(proxyBeanMethods = false)
    static class WithIssuer extends Beans {

        @Bean
        TokenIssuer<Long> longIssuer() {
            return () -> 1L;
        }
    }

    @Test
    void eventHandlerOfOtherMessages_isReported(CapturedOutput output) throws IOException { // M15
        this.configuration = OtherEventHandler.class;
        assertStartFails(
                (STUN + TOKEN).replace("    stun:\n", "    stun:\n      event-handler: handler\n"),
                output,
                "exit-left.stages.stun.event-handler",
                "4:22",
                "handles messages of type java.lang.String, but the source's are of type "
                        + "io.github.exitleft.udp.Datagram",
                "Name another EventHandler bean");
    }

    @Test
    void eventHandlerThatIsNone_isReported(CapturedOutput output) throws IOException { // M15
        assertStartFails(
                (STUN + TOKEN).replace("    stun:\n", "    stun:\n      event-handler: reader\n"),
                output,
                "exit-left.stages.stun.event-handler",
                "4:22",
                "not an EventHandler",
                "a bean of type io.github.exitleft.EventHandler");
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(ExitLeftAutoConfiguration.class)
    static class OtherEventHandler {

        @Bean
        EventHandler<String> handler() {
            return event -> {};
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(ExitLeftAutoConfiguration.class)
    static class OtherClassifier {

        @Bean
        ReplyClassifier<String> classifier() {
            return reply -> null;
        }
    }

    @Test
    void sourceBeanOfTwoStages_isReportedUnlessItIsAPrototype(CapturedOutput output) throws IOException {
        String two = BEAN + BEAN.replace("queue:", "other:").substring("exit-left:\n  stages:\n".length());
        run(two.replace("name: source", "name: prototypeSource")).close();
        assertStartFails(
                two,
                output,
                "exit-left.stages.other.source.bean.name",
                "16:17",
                "stage 'queue' reads that bean already",
                "'prototype'");
    }

    @Test
    void stageNamedAsABeanOfTheUser_isReported(CapturedOutput output) throws IOException {
        assertStartFails(
                (STUN + TOKEN).replace("stun:", "reader:"),
                output,
                "exit-left.stages.reader",
                "application.yml] - 4:19",
                "there is another bean named 'reader', defined in",
                "Rename the stage or the bean");
        assertThat(output).contains("StartFailureSupport$Beans").contains("4:19");
    }

    @Test
    void stageNamedAsNoUrlCan_isReported(CapturedOutput output) throws IOException {
        assertStartFails(
                (STUN + TOKEN).replace("stun:", "'[a/b]':"),
                output,
                "exit-left.stages.a/b",
                "4:19",
                "can't be the name of a stage",
                "Rename the stage");
    }

    @Test
    void customizerThatFails_isReportedAndThePortIsClosed(CapturedOutput output) throws IOException {
        this.configuration = FailingCustomizer.class;
        int port = freePort();
        assertStartFails(
                STUN + "          port: " + port + "\n" + TOKEN,
                output,
                "exit-left.stages.stun",
                "4:19",
                "maxTickets",
                "Correct the customizer");
        new DatagramSocket(port, InetAddress.getLoopbackAddress()).close();
    }

    private static int freePort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
