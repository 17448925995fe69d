package com.example.unixsocket;

import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.source.SourceAdapter;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import io.github.exitleft.spring.boot.source.TokenKeys;
import java.nio.file.Path;

// @start region=adapter
/** Adds {@code source.type: unix-socket}, lines out of a Unix domain socket. */
final class UnixSocketAdapter implements SourceAdapter<UnixSocketProperties> {

    @Override
    public String type() {
        return "unix-socket";
    }

    @Override
    public Class<UnixSocketProperties> propertiesType() {
        return UnixSocketProperties.class;
    }

    @Override
    public SourceDefinition define(UnixSocketProperties properties, SourceContext context) {
        Path path = properties.path();
        if (path == null) {
            throw context.problem(
                    "path",
                    "a source of type unix-socket needs a socket",
                    "Set " + context.key("path") + " to the path of a socket at which a server listens.");
        }
        context.inRange("max-line-size", properties.maxLineSize().toBytes(), 1, Integer.MAX_VALUE);
        UnixSocketProperties.Token token = properties.token();
        String separator = token.separator();
        new TokenKeys(context).way("separator", separator != null).reader(token.reader());
        TokenReader<?, String> reader = null;
        if (token.reader() == null) {
            if (separator != null && separator.isEmpty()) {
                throw context.problem("token.separator", "is empty", "Set it to the end of the token, such as ':'.");
            }
            reader = context.checkTokenType(
                    () -> LineTokens.before(context.tokenType(), separator == null ? ":" : separator));
        }
        return new UnixSocketDefinition(context, properties, path, reader);
    }
}
// @end
