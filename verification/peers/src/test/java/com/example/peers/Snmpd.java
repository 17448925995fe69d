package com.example.peers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.snmp4j.PDU;
import org.snmp4j.asn1.BER;
import org.snmp4j.asn1.BERInputStream;
import org.snmp4j.smi.Integer32;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.VariableBinding;

/** The agent of Net-SNMP, which knows a number of values that were made for the tests. */
final class Snmpd extends RealPeer {

    static final OID SYS_NAME = new OID("1.3.6.1.2.1.1.5.0");

    private static final OID VALUES = new OID("1.3.6.1.4.1.8072.9999.9999");
    private static final Integer32 VERSION_2C = new Integer32(1);
    private static final OctetString COMMUNITY = new OctetString("peers");

    private final int values;

    /**
     * Creates one.
     *
     * @param values how many values it knows, from 0 on
     */
    Snmpd(int values) {
        super("snmpd", "snmpd");
        this.values = values;
    }

    @Override
    List<String> command(String program, Path directory, int port) throws IOException {
        String settings = """
                agentaddress udp:127.0.0.1:%d
                rocommunity %s 127.0.0.1
                sysName the-peer
                """.formatted(port, COMMUNITY);
        Path file = Files.writeString(
                directory.resolve("snmpd.conf"),
                IntStream.range(0, this.values)
                        .mapToObj(number -> "override ." + oid(number) + " octet_str \"" + value(number) + "\"")
                        .collect(Collectors.joining("\n", settings, "\n")));
        return List.of(program, "-f", "-Lo", "-r", "-C", "-c", file.toString());
    }

    @Override
    Map<String, String> environment(Path directory) {
        return Map.of("MIBS", "", "MIBDIRS", "", "SNMP_PERSISTENT_DIR", directory.toString());
    }

    @Override
    byte[] probe() {
        return get(1, SYS_NAME);
    }

    static OID oid(int number) {
        return new OID(VALUES).append(number).append(0);
    }

    static String value(int number) {
        return "value " + number;
    }

    /** Returns a question for a value: a message of version 2c (RFC 3416, RFC 1901). */
    static byte[] get(int requestId, OID oid) {
        var question = new PDU(PDU.GET, List.of(new VariableBinding(oid)));
        question.setRequestID(new Integer32(requestId));
        var out = new ByteArrayOutputStream();
        try {
            BER.encodeHeader(
                    out, BER.SEQUENCE, VERSION_2C.getBERLength() + COMMUNITY.getBERLength() + question.getBERLength());
            VERSION_2C.encodeBER(out);
            COMMUNITY.encodeBER(out);
            question.encodeBER(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Reads an answer. */
    static PDU read(ByteBuffer message) throws IOException {
        var in = new BERInputStream(message);
        BER.decodeHeader(in, new BER.MutableByte());
        new Integer32().decodeBER(in);
        new OctetString().decodeBER(in);
        var answer = new PDU();
        answer.decodeBER(in);
        return answer;
    }
}
