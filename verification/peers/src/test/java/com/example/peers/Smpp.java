package com.example.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.exitleft.tcp.Frame;
import org.jsmpp.InvalidResponseException;
import org.jsmpp.PDUStringException;
import org.jsmpp.SMPPConstant;
import org.jsmpp.bean.InterfaceVersion;
import org.jsmpp.util.DefaultComposer;
import org.jsmpp.util.DefaultDecomposer;

/** What a client says to a message centre and hears from it: the PDUs of SMPP 3.4, which jSMPP writes and reads. */
final class Smpp {

    /** An answer whose status is not zero. */
    static final class ErrorStatusException extends Exception {

        private static final long serialVersionUID = 1;

        private final int status;

        ErrorStatusException(int status) {
            super("command_status is 0x" + Integer.toHexString(status));
            this.status = status;
        }

        int status() {
            return this.status;
        }
    }

    static final int COMMAND = 4;
    static final int STATUS = 8;
    static final int SEQUENCE = 12;

    private static final int RESPONSE = 0x8000_0000;

    private Smpp() {}

    static byte[] bindTransceiver(int sequence) throws PDUStringException {
        return new DefaultComposer()
                .bind(
                        SMPPConstant.CID_BIND_TRANSCEIVER,
                        sequence,
                        "tests",
                        "secret",
                        "",
                        InterfaceVersion.IF_34.value(),
                        (byte) 0,
                        (byte) 0,
                        "");
    }

    static byte[] submit(int sequence, String text) throws PDUStringException {
        byte none = 0;
        return new DefaultComposer()
                .submitSm(
                        sequence,
                        "",
                        none,
                        none,
                        "1000",
                        none,
                        none,
                        "2000",
                        none,
                        none,
                        none,
                        null,
                        null,
                        none,
                        none,
                        none,
                        none,
                        text.getBytes(UTF_8));
    }

    static byte[] enquireLink(int sequence) {
        return new DefaultComposer().enquireLink(sequence);
    }

    static byte[] enquireLinkResponse(int sequence) {
        return new DefaultComposer().enquireLinkResp(sequence);
    }

    /** Returns whether a PDU is the other side's own request, which answers none of ours. */
    static boolean isRequest(Frame pdu) {
        return (pdu.getInt(COMMAND) & RESPONSE) == 0;
    }

    /** Returns the exception for an answer that is an error; null for any other. */
    static ErrorStatusException errorOf(Frame answer) {
        int status = answer.getInt(STATUS);
        return status == SMPPConstant.STAT_ESME_ROK ? null : new ErrorStatusException(status);
    }

    static String messageId(Frame answer) throws PDUStringException, InvalidResponseException {
        return new DefaultDecomposer().submitSmResp(answer.toByteArray()).getMessageId();
    }
}
