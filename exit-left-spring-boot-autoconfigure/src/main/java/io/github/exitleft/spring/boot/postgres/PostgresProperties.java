package io.github.exitleft.spring.boot.postgres;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys of a source over PostgreSQL.
 *
 * @param channels Channels to listen to; case matters. Required.
 * @param token How the token is read; what stands before the first colon unless set.
 * @param dataSource Name of the DataSource bean, of which one connection is held. The only one unless set.
 * @param keepalive After how long without a notification a reader notifies itself, as a sign of life.
 */
@ConfigurationPropertiesSource
record PostgresProperties(
        @DefaultValue List<String> channels,
        @DefaultValue Token token,
        @Nullable String dataSource,
        @DefaultValue("30s") Duration keepalive) {

    /**
     * The keys of the token in a notification; at most one of them.
     *
     * @param separator What ends the token at the beginning of the payload.
     * @param reader Name of a TokenReader bean that reads the token.
     */
    record Token(@Nullable String separator, @Nullable String reader) {}
}
