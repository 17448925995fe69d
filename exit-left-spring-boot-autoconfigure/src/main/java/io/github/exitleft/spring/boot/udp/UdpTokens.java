package io.github.exitleft.spring.boot.udp;

import io.github.exitleft.PeerToken;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.source.Endianness;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.TokenKeys;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.DatagramTokens;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;

/**
 * How the tokens of datagrams are read, as far as the keys say it.
 *
 * @param reader the reader; null if a bean is to read
 * @param type the type of the tokens; null if their class says all
 * @param length the length of the field that they are read from; zero if there is none
 */
record UdpTokens(
        @Nullable TokenReader<?, Datagram> reader, @Nullable Type type, int length) {

    private static final Set<Class<?>> FIELD_TYPES =
            Set.of(Short.class, Integer.class, Long.class, UUID.class, ByteBuffer.class, String.class);

    static UdpTokens of(SourceContext context, UdpProperties udp) {
        UdpProperties.Token token = udp.token();
        Integer offset = token.offset();
        Integer length = token.length();
        boolean field = offset != null || length != null;
        var keys = new TokenKeys(context)
                .field(offset, length)
                .reader(token.reader())
                .way("sender", token.sender() && !field);
        if (keys.none()) {
            throw noWay(context);
        }
        keys.checkField(offset, length, token.byteOrder());
        parts(context, token, field);
        if (token.reader() != null) {
            return new UdpTokens(null, null, 0);
        }
        if (offset == null || length == null) {
            return new UdpTokens(context.checkTokenType(() -> DatagramTokens.sender(context.tokenType())), null, 0);
        }
        UdpTokens tokens = token.sender()
                ? ofPeer(context, keys, token, offset, length)
                : ofField(context, keys, token, offset, length);
        long longest = udp.maxDatagramSize().toBytes();
        if (offset + length > longest) {
            throw context.problem(
                    "token.length",
                    "a token at offset " + offset + " with length " + length + " is in no datagram of at most "
                            + longest + " bytes",
                    "Set it to " + (longest - offset) + " or less, or raise " + context.key("max-datagram-size") + ".");
        }
        return tokens;
    }

    private static RuntimeException noWay(SourceContext context) {
        String token = "token";
        return context.problem(
                token,
                "there is no way to read the token out of a datagram",
                "Set exactly one of: " + context.key(token) + ".offset together with " + context.key(token)
                        + ".length; "
                        + context.key(token) + ".reader (the name of a TokenReader bean); " + context.key(token)
                        + ".sender=true.");
    }

    /** Reports tokens made of address and field of which a part is missing, and what goes with them where they are not wanted. */
    private static void parts(SourceContext context, UdpProperties.Token token, boolean field) {
        boolean both = field && token.sender();
        boolean wanted = context.tokenType() == PeerToken.class;
        String all = "set " + context.key("token.sender") + "=true, " + context.key("token.offset") + " and "
                + context.key("token.length");
        if (token.idType() != null && !both) {
            throw context.problem(
                    "token.id-type", "there is no id beside a sender's address", "Remove it, or " + all + ".");
        }
        if (wanted && !both && token.reader() == null) {
            throw context.problem(
                    field ? "token.sender" : "token.offset",
                    "a " + PeerToken.class.getName() + " is a sender's address with a field",
                    "To have such tokens " + all + ", or change the stage's token-type.");
        }
        if (both && !wanted) {
            context.checkTokenType(() -> {
                throw new IllegalArgumentException("a sender's address with a field is a " + PeerToken.class.getName()
                        + ", not a " + context.tokenType().getName() + "; set it to " + PeerToken.class.getName()
                        + " (" + context.key("token.id-type") + " is the class of the field) or remove "
                        + context.key("token.sender"));
            });
        }
    }

    private static UdpTokens ofField(
            SourceContext context, TokenKeys keys, UdpProperties.Token token, int offset, int length) {
        Class<?> type = context.tokenType();
        keys.checkByteOrder(token.byteOrder(), type);
        Supplier<TokenReader<?, Datagram>> field = () -> DatagramTokens.at(type, offset, length, byteOrder(token));
        TokenReader<?, Datagram> reader =
                FIELD_TYPES.contains(type) ? context.check(place(offset), field) : context.checkTokenType(field);
        return new UdpTokens(reader, null, length);
    }

    private static UdpTokens ofPeer(
            SourceContext context, TokenKeys keys, UdpProperties.Token token, int offset, int length) {
        Class<?> given = token.idType();
        Class<?> id = given != null
                ? given
                : length <= Integer.BYTES ? Integer.class : length <= Long.BYTES ? Long.class : String.class;
        keys.checkByteOrder(token.byteOrder(), id);
        TokenReader<?, Datagram> reader = context.check(
                FIELD_TYPES.contains(id) ? place(offset) : "token.id-type",
                () -> DatagramTokens.ofPeer(id, offset, length, byteOrder(token)));
        Type type = ResolvableType.forClassWithGenerics(PeerToken.class, id).getType();
        return new UdpTokens(reader, type, length);
    }

    /** Returns the key that is wrong if there is no such field. */
    private static String place(int offset) {
        return offset < 0 ? "token.offset" : "token.length";
    }

    private static ByteOrder byteOrder(UdpProperties.Token token) {
        Endianness set = token.byteOrder();
        return set == null ? ByteOrder.BIG_ENDIAN : set.byteOrder();
    }
}
