package com.example.unixsocket;

import io.github.exitleft.Keeper;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.source.OpenSource;
import io.github.exitleft.spring.boot.source.SourceBeans;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import io.github.exitleft.spring.boot.source.StandIn;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

// @start region=definition
/** A socket that is not connected to yet. */
record UnixSocketDefinition(
        SourceContext context,
        UnixSocketProperties properties,
        Path path,
        @Nullable TokenReader<?, String> reader) implements SourceDefinition {

    @Override
    public Class<?> messageType() {
        return String.class;
    }

    @Override
    public OpenSource open(SourceBeans beans) {
        TokenReader<?, ?> tokens = tokens(beans);
        try {
            int maxLineSize = (int) this.properties.maxLineSize().toBytes();
            return OpenSource.owned(UnixSocketSource.open(this.path, maxLineSize), tokens);
        } catch (IOException e) {
            throw this.context.problem(
                    "path",
                    "there is no server to connect to: " + e.getMessage(),
                    "Start the server, or set the path at which it listens.",
                    e);
        }
    }

    private TokenReader<?, ?> tokens(SourceBeans beans) {
        return beans.tokenReader(this.reader, this.properties.token().reader(), String.class);
    }

    /** For tests of applications: the same sender, without a socket. */
    @Override
    public StandIn standIn(SourceBeans beans, StandIn.Peer peer) {
        return new StandIn(tokens(beans), new LineSender(peer::accept), Keeper.OFF);
    }
}
// @end
