package com.example.peers;

import io.github.exitleft.TokenIssuer;
import io.github.exitleft.TokenReader;
import io.github.exitleft.tcp.Frame;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jpos.iso.ISOException;
import org.jpos.iso.ISOMsg;
import org.jpos.iso.packager.ISO87BPackager;

/** Messages of ISO 8583 as frames: two bytes with the length, and what jPOS packs. */
final class Card {

    /** The length field, which the framing fills in. */
    static final int LENGTH = 2;

    /** The system trace audit number, of six digits. */
    static final int STAN = 11;

    /** The greatest one. */
    static final int STANS = 999_999;

    private static final ISO87BPackager PACKAGER = new ISO87BPackager();

    /** Finds the number in answers; what the host asks by itself is an event. */
    static final TokenReader<Integer, Frame> STAN_OF_ANSWER = new TokenReader<>() {
        @Override
        public Integer read(Frame frame) throws ISOException {
            return Integer.valueOf(unpack(frame).getString(STAN));
        }

        @Override
        public boolean isEvent(Frame frame) throws ISOException {
            return unpack(frame).isRequest();
        }
    };

    private Card() {}

    /** Gives one number after the other from 1 to the greatest, and begins again. */
    static TokenIssuer<Integer> stans(int greatest) {
        var last = new AtomicInteger();
        return () -> last.updateAndGet(stan -> stan % greatest + 1);
    }

    static ISOMsg unpack(Frame frame) throws ISOException {
        byte[] bytes = frame.toByteArray();
        return unpack(Arrays.copyOfRange(bytes, LENGTH, bytes.length));
    }

    /** Reads a message that has nothing before it. */
    static ISOMsg unpack(byte[] bytes) throws ISOException {
        var message = new ISOMsg();
        message.setPackager(PACKAGER);
        message.unpack(bytes);
        return message;
    }

    static byte[] pack(ISOMsg message) throws ISOException {
        message.setPackager(PACKAGER);
        byte[] packed = message.pack();
        byte[] frame = new byte[LENGTH + packed.length];
        System.arraycopy(packed, 0, frame, LENGTH, packed.length);
        return frame;
    }

    private static ISOMsg message(String type, int stan) throws ISOException {
        var message = new ISOMsg(type);
        message.set(STAN, String.format("%06d", stan));
        return message;
    }

    /** A message of the network: 001 to log on, 301 for an echo. */
    static ISOMsg network(int stan, String code) throws ISOException {
        ISOMsg message = message("0800", stan);
        message.set(70, code);
        return message;
    }

    /** A purchase, or the reversal of one. */
    static ISOMsg money(String type, int stan, String reference) throws ISOException {
        ISOMsg message = message(type, stan);
        message.set(3, "000000");
        message.set(4, "000000001000");
        message.set(CardHost.REFERENCE, reference);
        return message;
    }
}
