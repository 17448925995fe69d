package com.example.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.snmp4j.PDU;

class SnmpdTests {

    @Test
    void questionIsASequenceOfVersionCommunityAndRequest() {
        assertThat(HexFormat.of().formatHex(Snmpd.get(0x01020304, Snmpd.SYS_NAME)))
                .isEqualTo("3028" + "020101" + "04057065657273" + "a01c" + "020401020304" + "020100" + "020100"
                        + "300e300c" + "06082b06010201010500" + "0500");
    }

    @Test
    void requestIdsHaveOneToFourBytes() throws IOException {
        for (int id : new int[] {1, 0x80, 0x7fff, 0x0080_0000, Integer.MAX_VALUE}) {
            PDU read = Snmpd.read(ByteBuffer.wrap(Snmpd.get(id, Snmpd.oid(7))));
            assertThat(read.getRequestID().getValue()).isEqualTo(id);
            assertThat(read.get(0).getOid()).isEqualTo(Snmpd.oid(7));
        }
    }
}
