package io.github.exitleft.spring.boot.tcp;

import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.source.Endianness;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.TokenKeys;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.FrameTokens;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How the tokens of frames are read, as far as the keys say it.
 *
 * @param reader the reader; null if a bean is to read
 * @param length the length of the field that they are read from; zero if there is none
 * @param order whether they are places in the order of sending
 */
record TcpTokens(@Nullable TokenReader<?, Frame> reader, int length, boolean order) {

    private static final Set<Class<?>> FIELD_TYPES =
            Set.of(Short.class, Integer.class, Long.class, UUID.class, ByteBuffer.class, String.class);

    static TcpTokens of(SourceContext context, TcpProperties.Token token, TcpFraming framing) {
        Integer offset = token.offset();
        Integer length = token.length();
        var keys = new TokenKeys(context)
                .field(offset, length)
                .reader(token.reader())
                .way("order", token.order());
        if (keys.none()) {
            throw noWay(context);
        }
        keys.checkField(offset, length, token.byteOrder());
        if (offset == null || length == null) {
            return new TcpTokens(token.order() ? order(context) : null, 0, token.order());
        }
        keys.checkByteOrder(token.byteOrder(), context.tokenType());
        TokenReader<?, Frame> reader = field(context, offset, length, token.byteOrder());
        framing.requireInPayload(offset, length);
        return new TcpTokens(reader, length, false);
    }

    private static TokenReader<?, Frame> order(SourceContext context) {
        return context.checkTokenType(() -> {
            if (context.tokenType() != Long.class) {
                throw new IllegalArgumentException("a place in the order of sending is a java.lang.Long, not a "
                        + context.tokenType().getName() + "; set it to java.lang.Long");
            }
            return FrameTokens.order();
        });
    }

    private static RuntimeException noWay(SourceContext context) {
        String token = "token";
        return context.problem(
                token,
                "there is no way to read the token out of a frame",
                "Set exactly one of: " + context.key(token) + ".offset together with " + context.key(token)
                        + ".length; "
                        + context.key(token) + ".reader (the name of a TokenReader bean); " + context.key(token)
                        + ".order=true (for answers without ids, in the order of the questions).");
    }

    private static TokenReader<?, Frame> field(
            SourceContext context, int offset, int length, @Nullable Endianness byteOrder) {
        Class<?> type = context.tokenType();
        ByteOrder order = byteOrder == null ? ByteOrder.BIG_ENDIAN : byteOrder.byteOrder();
        Supplier<TokenReader<?, Frame>> field = () -> FrameTokens.at(type, offset, length, order);
        return FIELD_TYPES.contains(type)
                ? context.check(offset < 0 ? "token.offset" : "token.length", field)
                : context.checkTokenType(field);
    }
}
