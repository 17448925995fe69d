package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.ConfigurableApplicationContext;

/** Every mistake in the properties fails the start with a report that names key, origin and remedy: B1. */
class StartFailureTests extends StartFailureSupport {

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void unknownKeyOfAStage_isReportedAlsoWhenBeansAreLazy(boolean lazy, CapturedOutput output) throws IOException {
        this.arguments = new String[] {"--spring.main.lazy-initialization=" + lazy};
        assertStartFails(
                STUN + TOKEN + "        prot: 3478\n",
                output,
                "exit-left.stages.stun.source.prot",
                "12:15",
                "there is no such key",
                "source.udp.port");
    }

    @Test
    void unknownKeyBesideStages_isReported(CapturedOutput output) throws IOException {
        assertStartFails(
                "exit-left:\n  stagse:\n    stun:\n      drain: 1\n",
                output,
                "exit-left.stagse.stun.drain",
                "4:14",
                "there is no such key",
                "remove it");
    }

    @Test
    void unknownKeyOnTheCommandLine_isReported(CapturedOutput output) throws IOException {
        this.arguments = new String[] {"--exit-left.stages.stun.drian=1"};
        start(STUN + TOKEN);

        assertThat(output).contains("Property: exit-left.stages.stun.drian", "property source \"commandLineArgs\"");
    }

    @Test
    void unknownKeyInASystemProperty_isReported(CapturedOutput output) throws IOException {
        System.setProperty("exit-left.stages.stun.drian", "1");
        try {
            start(STUN + TOKEN);
        } finally {
            System.clearProperty("exit-left.stages.stun.drian");
        }

        assertThat(output).contains("Property: exit-left.stages.stun.drian", "systemProperties");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            keeper      | sometimes | there is no such value           | Set it to one of: off, idle, always
            on-failure  | retry     | there is no such value           | Set it to one of: fail-all, reopen
            keeper-idle | soon      | is not a valid duration          | Set it to a duration
            keeper-idle | 0s        | must be from 1 ms to an hour     | Set it to a duration such as 100ms or 1s
            keeper-idle | 2h        | must be from 1 ms to an hour     | Set it to a duration such as 100ms or 1s
            enabled     | maybe     | Invalid boolean value 'maybe'    | Set it to true or false
            reopen      | 1s        | it has keys of its own           | Indent what belongs to it below it
            executor    | nobody    | there is no bean named 'nobody'  | java.util.concurrent.Executor
            """)
    void wrongKeyOfTheKeeper_isReported(String key, String value, String reason, String remedy, CapturedOutput output)
            throws IOException {
        assertStartFails(
                STUN + TOKEN + "      " + key + ": " + value + "\n",
                output,
                "exit-left.stages.stun." + key,
                "12:",
                reason,
                remedy);
    }

    @Test
    void namesEqualButForCaseAndDashes_areReportedWithBothOrigins(CapturedOutput output) throws IOException {
        assertStartFails(
                (STUN + TOKEN).replace("stun:", "order-events:")
                        + (STUN + TOKEN).replace("stun:", "orderEvents:").substring("exit-left:\n  stages:\n".length()),
                output,
                "exit-left.stages.order-events",
                "4:19",
                "equal but for case",
                "Rename or remove one");
        assertThat(output).contains("Property: exit-left.stages.orderEvents", "13:19");
    }

    @Test
    void environmentVariableThatMakesAPhantomStage_isReportedWithBothOrigins(CapturedOutput output) throws IOException {
        this.variables = Map.of("EXITLEFT_STAGES_ORDEREVENTS_DRAIN", "1");
        assertStartFails(
                (STUN + TOKEN).replace("stun:", "order-events:"),
                output,
                "exit-left.stages.order-events",
                "4:19",
                "equal but for case",
                "spell that variable EXIT_LEFT_STAGES_ORDER_EVENTS_");
        assertThat(output)
                .contains("Origin: \"EXITLEFT_STAGES_ORDEREVENTS_DRAIN\" from property source \"systemEnvironment\"");
    }

    @Test
    void environmentVariableThatSetsAKeyOfAPlainlyNamedStage_makesNoPhantom() throws IOException {
        this.variables = Map.of("EXITLEFT_STAGES_STUN_DRAIN", "7", "EXITLEFT_STAGES_STUN_DEFAULTTIMEOUT", "9s");

        try (ConfigurableApplicationContext context = run(STUN + TOKEN)) {
            StageProperties stun =
                    context.getBean(ExitLeftProperties.class).stages().get("stun");
            assertThat(stun.drain()).isEqualTo(7);
            assertThat(stun.defaultTimeout()).hasSeconds(9);
        }
    }

    @Test
    void b1_switchOfAllThatIsNeitherOnNorOff_isReported(CapturedOutput output) throws IOException {
        this.arguments = new String[] {"--exit-left.enabled=maybe"};
        assertStartFails(
                STUN + TOKEN,
                output,
                "exit-left.enabled",
                "\"exit-left.enabled\" from property source \"commandLineArgs\"",
                "Invalid boolean value 'maybe'",
                "Set it to true or false");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            pause: 0s                   | pause     | 13:16 | must be from 1 ms to an hour | such as 100ms or 1s
            pause: 2h                   | pause     | 13:16 | must be from 1 ms to an hour | such as 100ms or 1s
            pause: 100                  | pause     | 13:16 | has no unit                  | a duration, such as 3s
            max-pause: 50ms             | max-pause | 13:20 | must be from PT0.1S          | not shorter than
            max-pause: 2h               | max-pause | 13:20 | must be from PT0.1S          | such as 10s
            puase: 1s                   | puase     | 13:16 | did you mean                 | Correct the key
            """)
    void b1_pausesBeforeReopening_areChecked(
            String line, String key, String origin, String reason, String remedy, CapturedOutput output) {
        assertStartFails(
                STUN + TOKEN + "      reopen:\n        " + line + "\n",
                output,
                "exit-left.stages.stun.reopen." + key,
                origin,
                reason,
                remedy);
    }

    @Test
    void b1_typoInAStageThatIsSwitchedOff_isReported(CapturedOutput output) {
        assertStartFails(
                STUN + TOKEN + "      enabled: false\n      drian: 3\n",
                output,
                "exit-left.stages.stun.drian",
                "13:14",
                "there is no such key; did you mean exit-left.stages.stun.drain?",
                "Correct the key");
    }

    @Test
    void b1_valueInAStageThatIsSwitchedOff_isChecked(CapturedOutput output) {
        assertStartFails(
                STUN + TOKEN.replace("8", "eight") + "      enabled: false\n",
                output,
                "exit-left.stages.stun.source.udp.token.offset",
                "10:21",
                "eight",
                "a whole number");
    }

    @Test
    void b1_switchOfAStageByAVariableThatDoesNotNameIt_isReported(CapturedOutput output) {
        this.variables = Map.of("EXITLEFT_STAGES_ORDEREVENTS_ENABLED", "false");
        assertStartFails(
                (STUN + TOKEN).replace("stun:", "order-events:"),
                output,
                "exit-left.stages.order-events",
                "4:19",
                "equal but for case",
                "spell that variable EXIT_LEFT_STAGES_ORDER_EVENTS_");
    }

    @Test
    void missingTokenType_isReportedWithTheOriginOfTheStage(CapturedOutput output) throws IOException {
        assertStartFails(
                (STUN + TOKEN).replace("token-type: java.lang.String", "drain: 3"),
                output,
                "exit-left.stages.stun.token-type",
                "not set; the stage comes from",
                "the type of the stage's tokens is not known",
                "Set exit-left.stages.stun.token-type to the class of the tokens");
        assertThat(output).contains("4:14");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            token-type      | java.lang.Strnig | 4:19 | there is no such class     | full name of a class
            token-type      | int              | 4:19 | can't be of type int       | such as java.lang.String
            token-type      | '[B'             | 4:19 | can't be of type byte[]    | such as java.lang.String
            promotion       | eldest           | 4:18 | there is no such value              | one of: newest, oldest
            mailbox-overflow| drop-all         | 4:25 | there is no such value            | one of: drop-newest, drop-oldest
            default-timeout | soon             | 4:24 | soon                       | a duration, such as 3s
            default-timeout | 0s               | 4:24 | must be positive           | such as 3s
            drain           | -1               | 4:14 | must be from 0             | a value from 0 to
            drain           | some             | 4:14 | some                       | a whole number
            max-tickets     | 0                | 4:20 | must be from 1             | a value from 1 to
            mailbox-capacity| 0                | 4:25 | must be from 1             | a value from 1 to
            """)
    void badValueOfAStage_isReported(
            String key, String value, String origin, String reason, String remedy, CapturedOutput output)
            throws IOException {
        String yaml = STUN + TOKEN;
        String line = "      " + key + ": '" + value + "'\n";
        assertStartFails(
                key.equals("token-type")
                        ? yaml.replace("      token-type: java.lang.String\n", line)
                        : yaml.replace("    stun:\n", "    stun:\n" + line),
                output,
                "exit-left.stages.stun." + key,
                origin,
                reason,
                remedy);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            port                 | 65536       | 9:17 | must be from 0 to 65535        | a value from 0 to 65535
            port                 | -1          | 9:17 | must be from 0 to 65535        | a value from 0 to 65535
            port                 | http        | 9:17 | http                           | a whole number
            receive-buffer-size  | 0B          | 9:32 | must be from 1                 | a value from 1 to
            receive-buffer-size  | 3GB         | 9:32 | must be from 1                 | a value from 1 to
            receive-buffer-size  | much        | 9:32 | much                           | a size, such as 1MB
            send-buffer-size     | 0B          | 9:29 | must be from 1                 | a value from 1 to
            traffic-class        | 256         | 9:26 | must be from 0 to 255          | a value from 0 to 255
            outlets              | 65          | 9:20 | must be from 1 to 64           | a value from 1 to 64
            broadcast            | maybe       | 9:22 | maybe                          | true or false
            multicast-groups     | here        | 9:29 | here                           | an IP address, such as 127.0.0.1; several are separated by commas
            multicast-groups     | 127.0.0.1   | 9:29 | 127.0.0.1 is no multicast      | 224.0.0.0
            multicast-interface  | lo          | 9:32 | there are no groups            | multicast-groups, or remove
            max-datagram-size    | 0B          | 9:30 | must be from 1 to 65535        | a value from 1 to
            max-datagram-size    | 64KB        | 9:30 | must be from 1 to 65535        | a value from 1 to
            max-datagram-size    | 19B         | 9:30 | in no datagram of at most 19   | raise exit-left.stages.stun.source.udp.max-datagram-size
            """)
    void badValueOfAUdpPort_isReported(
            String key, String value, String origin, String reason, String remedy, CapturedOutput output)
            throws IOException {
        String on = key.equals("multicast-groups") ? "          multicast-interface: any\n" : "";
        start(STUN + "          " + key + ": " + value + "\n" + on + TOKEN);

        boolean token = value.equals("19B");
        assertReport(
                output,
                "exit-left.stages.stun.source.udp." + (token ? "token.length" : key),
                token ? "12:21" : origin,
                reason,
                remedy);
    }

    @Test
    void multicastGroupsWithoutAnInterface_areReported(CapturedOutput output) throws IOException {
        String groups = STUN.replace("address: 127.0.0.1", "multicast-groups: 239.255.7.7");
        assertStartFails(
                groups + TOKEN,
                output,
                "exit-left.stages.stun.source.udp.multicast-interface",
                "not set",
                "joined on an interface",
                "to one of: ");
    }

    @Test
    void multicastInterfaceThatIsNone_isReported(CapturedOutput output) throws IOException {
        String groups = STUN.replace("address: 127.0.0.1", "multicast-groups: 239.255.7.7");
        assertStartFails(
                groups + "          multicast-interface: none0\n" + TOKEN,
                output,
                "exit-left.stages.stun.source.udp.multicast-interface",
                "9:32",
                "there is no interface 'none0'",
                "to one of: ");
    }

    @Test
    void multicastGroupsAtTheAddressOfAnInterface_areReported(CapturedOutput output) throws IOException {
        assertStartFails(
                STUN + "          multicast-groups: 239.255.7.7\n          multicast-interface: lo\n" + TOKEN,
                output,
                "exit-left.stages.stun.source.udp.address",
                "8:20",
                "no datagram to a multicast group arrives",
                "Remove it, to listen on all interfaces");
    }

    @Test
    void addressThatIsNone_isReported(CapturedOutput output) throws IOException {
        assertStartFails(
                (STUN + TOKEN).replace("127.0.0.1", "'127.0.0.1.2 '"),
                output,
                "exit-left.stages.stun.source.udp.address",
                "8:20",
                "127.0.0.1.2",
                "such as 127.0.0.1");
    }

    @Test
    void addressOfAnotherMachine_isReported(CapturedOutput output) throws IOException {
        assertStartFails(
                (STUN + TOKEN).replace("127.0.0.1", "192.0.2.1"),
                output,
                "exit-left.stages.stun.source.udp.address",
                "8:20",
                "could not be opened",
                "an address of this machine");
    }

    @Test
    void portInUse_isReported(CapturedOutput output) throws IOException {
        try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            assertStartFails(
                    STUN + "          port: " + taken.getLocalPort() + "\n" + TOKEN,
                    output,
                    "exit-left.stages.stun.source.udp.port",
                    "9:17",
                    "could not be opened",
                    "Stop what uses the port, set another one");
            assertThat(output).contains("Value: \"" + taken.getLocalPort() + "\"");
        }
    }

    @Test
    void noWayToReadTheToken_isReported(CapturedOutput output) throws IOException {
        assertStartFails(
                STUN,
                output,
                "exit-left.stages.stun.source.udp.token",
                "not set; the stage comes from",
                "no way to read the token",
                "exit-left.stages.stun.source.udp.token.reader");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            offset: 8, reader: reader        | reader | 11:21 | token.offset (origin:
            length: 8, reader: reader        | reader | 11:21 | token.length (origin:
            reader: reader, sender: true     | sender | 11:21 | token.reader (origin:
            """)
    void twoWaysToReadTheToken_areReportedWithBothOrigins(
            String token, String key, String origin, String other, CapturedOutput output) throws IOException {
        assertStartFails(
                STUN + "          token:\n            " + token.replace(", ", "\n            ") + "\n",
                output,
                "exit-left.stages.stun.source.udp.token." + key,
                origin,
                "the token can be read in one way only",
                "Remove one of the two");
        assertThat(output).contains(other).contains("10:21");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            java.lang.Integer | 0  | 12 | token.length | can't be read from 12 bytes          | be 1 to 4 bytes
            java.util.UUID    | 0  | 12 | token.length | can't be read from 12 bytes          | be 16 bytes
            java.lang.String  | 0  | 0  | token.length | in no datagram                       | 'length' 1 or more
            java.lang.String  | -1 | 2  | token.offset | in no datagram                       | let 'offset' be 0 or more
            java.util.Date    | 0  | 8  | type         | can't be read from a place           | java.lang.Long
            """)
    void tokenThatCanNotBeReadThatWay_isReported(
            String type, int offset, int length, String key, String reason, String remedy, CapturedOutput output)
            throws IOException {
        start((STUN + TOKEN)
                .replace("java.lang.String", type)
                .replace("offset: 8", "offset: " + offset)
                .replace("length: 12", "length: " + length));

        boolean ofType = key.equals("type");
        assertReport(
                output,
                ofType ? "exit-left.stages.stun.token-type" : "exit-left.stages.stun.source.udp." + key,
                ofType ? "4:19" : key.equals("token.offset") ? "10:21" : "11:21",
                reason,
                remedy);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            java.lang.String            | sender: true, offset: 8, length: 1, reader: reader | token.reader | 13:21 | in one way only | Remove one of the two
            io.github.exitleft.PeerToken | sender: true, length: 1                    | token.offset     | not set | go together      | Set exit-left.stages.stun.source.udp.token.offset too
            io.github.exitleft.PeerToken | sender: true                               | token.offset     | not set | is a sender's address with a field | token.length
            io.github.exitleft.PeerToken | offset: 1, length: 1                       | token.sender     | not set | is a sender's address with a field | token.sender=true
            java.lang.Integer           | sender: true, offset: 1, length: 1          | type             | 4:19  | is a io.github.exitleft.PeerToken, not a java.lang.Integer | set it to io.github.exitleft.PeerToken
            io.github.exitleft.PeerToken | sender: true, offset: 1, length: 5, id-type: java.lang.Integer | token.length | 12:21 | can't be read from 5 bytes | be 1 to 4 bytes
            io.github.exitleft.PeerToken | sender: true, offset: -1, length: 1         | token.offset     | 11:21 | in no datagram   | let 'offset' be 0 or more
            io.github.exitleft.PeerToken | sender: true, offset: 1, length: 1, id-type: java.util.Date | token.id-type | 13:22 | can't be read from a place | java.lang.Short
            io.github.exitleft.PeerToken | sender: true, offset: 1499, length: 2       | token.length     | 12:21 | no datagram of at most 1500 | Set it to 1 or less
            java.lang.Integer           | offset: 1, length: 1, id-type: java.lang.Long | token.id-type  | 12:22 | no id beside a sender's address | token.sender=true
            java.lang.Short             | offset: 1, length: 3                        | token.length     | 11:21 | can't be read from 3 bytes | be 1 to 2 bytes
            java.lang.Integer           | offset: 1, length: 2, byte-order: middle    | token.byte-order | 12:25 | no such value    | one of: big-endian, little-endian
            java.lang.String            | offset: 1, length: 2, byte-order: little-endian | token.byte-order | 12:25 | only numbers have a byte order | java.lang.Integer
            java.util.UUID              | offset: 1, length: 16, byte-order: big-endian | token.byte-order | 12:25 | only numbers have a byte order | Remove it
            io.github.exitleft.PeerToken | sender: true, offset: 1, length: 9, byte-order: big-endian | token.byte-order | 13:25 | read as a java.lang.String | Remove it
            java.lang.String            | reader: reader, byte-order: big-endian      | token.byte-order | 11:25 | no field whose bytes | Remove it, or set exit-left.stages.stun.source.udp.token.offset
            java.net.InetSocketAddress  | sender: true, byte-order: big-endian        | token.byte-order | 11:25 | no field whose bytes | Remove it
            """)
    void m12_tokenOfSenderFieldAndByteOrder_isReportedWhereTheyDoNotGoTogether(
            String type, String token, String key, String origin, String reason, String remedy, CapturedOutput output)
            throws IOException {
        assertStartFails(
                STUN.replace("java.lang.String", type) + "          token:\n            "
                        + token.replace(", ", "\n            ") + "\n",
                output,
                key.equals("type") ? "exit-left.stages.stun.token-type" : "exit-left.stages.stun.source.udp." + key,
                origin,
                reason,
                remedy);
    }

    @ParameterizedTest
    @CsvSource({"offset,length", "length,offset"})
    void halfOfAField_isReported(String given, String missing, CapturedOutput output) throws IOException {
        assertStartFails(
                STUN + "          token:\n            " + given + ": 8\n",
                output,
                "exit-left.stages.stun.source.udp.token." + missing,
                "not set",
                "offset and length go together",
                "Set exit-left.stages.stun.source.udp.token." + missing + " too");
    }

    @Test
    void tokenTypeThatIsNoAddress_isReportedWhenTheSenderIsTheToken(CapturedOutput output) throws IOException {
        assertStartFails(
                STUN + "          token:\n            sender: true\n",
                output,
                "exit-left.stages.stun.token-type",
                "4:19",
                "can't be a sender's address",
                "java.net.InetSocketAddress");
    }

    @Test
    void missingSourceType_isReportedWithWhatThereIs(CapturedOutput output) throws IOException {
        assertStartFails(
                (STUN + TOKEN).replace("        type: udp\n", ""),
                output,
                "exit-left.stages.stun.source.type",
                "not set; the stage comes from",
                "not known where the messages come from",
                "one of: udp, tcp, kafka, jms, postgres, channel, bean");
    }

    @Test
    void unknownSourceType_isReportedWithWhatThereIs(CapturedOutput output) throws IOException {
        assertStartFails(
                (STUN + TOKEN).replace("type: udp", "type: carrier-pigeon"),
                output,
                "exit-left.stages.stun.source.type",
                "6:15",
                "there is no source of type 'carrier-pigeon'",
                "one of: udp, tcp, kafka, jms, postgres, channel, bean");
    }
}
