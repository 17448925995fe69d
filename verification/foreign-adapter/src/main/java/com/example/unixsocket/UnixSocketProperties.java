package com.example.unixsocket;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

// @start region=properties
/**
 * The keys of a Unix domain socket.
 *
 * @param path Path of the socket at which a server listens. Required.
 * @param maxLineSize Size of the longest line to expect. A longer one counts as unreadable.
 * @param token How the token is read; the part of the line before ':' unless set.
 */
@ConfigurationPropertiesSource
record UnixSocketProperties(
        @Nullable Path path,
        @DefaultValue("8KB") DataSize maxLineSize,
        @DefaultValue Token token) {

    /**
     * The keys of the token in a line; at most one of them.
     *
     * @param separator Text that ends the token at the beginning of a line.
     * @param reader Name of a TokenReader bean that reads the token.
     */
    record Token(@Nullable String separator, @Nullable String reader) {}
}
// @end
