package com.example.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A message of CoAP (RFC 7252, section 3).
 *
 * @param type whether it is to be acknowledged, or acknowledges
 * @param code what it asks for or says
 * @param id acknowledged by the other side
 * @param token what it answers, as hexadecimal digits
 * @param options in order of their numbers
 * @param payload a text
 */
record CoapMessage(Type type, int code, int id, String token, List<Option> options, String payload) {

    enum Type {
        CON,
        NON,
        ACK,
        RST
    }

    record Option(int number, String value) {}

    static final int EMPTY = 0;
    static final int GET = 0x01;
    static final int PUT = 0x03;
    static final int CREATED = 0x41;
    static final int CHANGED = 0x44;
    static final int CONTENT = 0x45;
    static final int OBSERVE = 6;
    static final int URI_PATH = 11;
    static final int URI_QUERY = 15;

    private static final int VERSION = 1;
    private static final int PAYLOAD_MARKER = 0xff;
    private static final HexFormat HEX = HexFormat.of();

    static CoapMessage empty(Type type, int id) {
        return new CoapMessage(type, EMPTY, id, "", List.of(), "");
    }

    /** Returns whether it says something of a message's delivery and is for no request. */
    boolean isEmpty() {
        return this.code == EMPTY;
    }

    boolean has(int option) {
        return this.options.stream().anyMatch(one -> one.number() == option);
    }

    byte[] encode() {
        byte[] tokenBytes = HEX.parseHex(this.token);
        var out = new ByteArrayOutputStream();
        out.write(VERSION << 6 | this.type.ordinal() << 4 | tokenBytes.length);
        out.write(this.code);
        out.write(this.id >> 8);
        out.write(this.id);
        out.writeBytes(tokenBytes);
        int before = 0;
        for (Option option : this.options) {
            byte[] value = option.value().getBytes(UTF_8);
            int delta = option.number() - before;
            if (delta < 0 || delta > 12 || value.length > 12) {
                throw new IllegalArgumentException("not a short option after one with a lower number: " + option);
            }
            out.write(delta << 4 | value.length);
            out.writeBytes(value);
            before = option.number();
        }
        if (!this.payload.isEmpty()) {
            out.write(PAYLOAD_MARKER);
            out.writeBytes(this.payload.getBytes(UTF_8));
        }
        return out.toByteArray();
    }

    static CoapMessage decode(ByteBuffer bytes) {
        int first = bytes.get() & 0xff;
        if (first >> 6 != VERSION) {
            throw new IllegalArgumentException("no message of version 1: " + first);
        }
        int code = bytes.get() & 0xff;
        int id = bytes.getShort() & 0xffff;
        String token = HEX.formatHex(take(bytes, first & 0xf));
        var options = new ArrayList<Option>();
        int number = 0;
        while (bytes.hasRemaining()) {
            int next = bytes.get() & 0xff;
            if (next == PAYLOAD_MARKER) {
                break;
            }
            number += extended(bytes, next >> 4);
            options.add(new Option(number, new String(take(bytes, extended(bytes, next & 0xf)), UTF_8)));
        }
        return new CoapMessage(
                Type.values()[first >> 4 & 3],
                code,
                id,
                token,
                options,
                new String(take(bytes, bytes.remaining()), UTF_8));
    }

    private static int extended(ByteBuffer bytes, int nibble) {
        return switch (nibble) {
            case 13 -> (bytes.get() & 0xff) + 13;
            case 14 -> (bytes.getShort() & 0xffff) + 269;
            case 15 -> throw new IllegalArgumentException("an option has the reserved length or number 15");
            default -> nibble;
        };
    }

    private static byte[] take(ByteBuffer bytes, int length) {
        byte[] taken = new byte[length];
        bytes.get(taken);
        return taken;
    }
}
