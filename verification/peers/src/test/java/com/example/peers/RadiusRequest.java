package com.example.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;

/** A request for access (RFC 2865), which knows its answer. */
final class RadiusRequest {

    static final int ACCESS_ACCEPT = 2;

    /** Where a message has its id. */
    static final int ID = 1;

    private static final int ACCESS_REQUEST = 1;
    private static final int HEADER = 20;
    private static final int AUTHENTICATOR = 4;
    private static final int USER_NAME = 1;
    private static final int REPLY_MESSAGE = 18;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String user;
    private final String secret;
    private final byte[] authenticator;

    RadiusRequest(String user, String secret) {
        this(user, secret, new byte[16]);
        RANDOM.nextBytes(this.authenticator);
    }

    RadiusRequest(String user, String secret, byte[] authenticator) {
        this.user = user;
        this.secret = secret;
        this.authenticator = authenticator;
    }

    String user() {
        return this.user;
    }

    /** Returns what is sent; it has no password, since the server does not ask for one. */
    byte[] encode(int id) {
        byte[] name = this.user.getBytes(UTF_8);
        int length = HEADER + 2 + name.length;
        return ByteBuffer.allocate(length)
                .put((byte) ACCESS_REQUEST)
                .put((byte) id)
                .putShort((short) length)
                .put(this.authenticator)
                .put((byte) USER_NAME)
                .put((byte) (2 + name.length))
                .put(name)
                .array();
    }

    /** Returns whether an answer is to this request, by its Response Authenticator (section 3). */
    boolean isAnsweredBy(byte[] answer) {
        MessageDigest md5 = md5();
        md5.update(answer, 0, AUTHENTICATOR);
        md5.update(this.authenticator);
        md5.update(answer, HEADER, answer.length - HEADER);
        md5.update(this.secret.getBytes(UTF_8));
        return ByteBuffer.wrap(md5.digest()).equals(ByteBuffer.wrap(answer, AUTHENTICATOR, HEADER - AUTHENTICATOR));
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the text for the user that an answer has; null if it has none. */
    static String replyMessage(byte[] answer) {
        for (int at = HEADER; at < answer.length; at += answer[at + 1] & 0xff) {
            if (answer[at] == REPLY_MESSAGE) {
                return new String(answer, at + 2, (answer[at + 1] & 0xff) - 2, UTF_8);
            }
        }
        return null;
    }
}
