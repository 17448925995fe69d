package io.github.exitleft.spring.boot.postgres;

import io.github.exitleft.Keeper;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.source.OpenSource;
import io.github.exitleft.spring.boot.source.SourceBeans;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import io.github.exitleft.spring.boot.source.StandIn;
import io.github.exitleft.spring.boot.source.TokenKeys;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGNotification;
import org.postgresql.core.Notification;

/** A source over PostgreSQL that has not been opened yet; loaded only where its library is. */
record PostgresDefinition(
        SourceContext context,
        PostgresProperties postgres,
        @Nullable TokenReader<?, PGNotification> reader) implements SourceDefinition {

    static PostgresDefinition of(SourceContext context, PostgresProperties postgres) {
        if (postgres.channels().isEmpty()) {
            throw context.problem(
                    "channels",
                    "a source of type postgres needs a channel to listen to",
                    "Set " + context.key("channels") + " to the channel that answers go to.");
        }
        if (postgres.keepalive().isZero() || postgres.keepalive().isNegative()) {
            throw context.problem(
                    "keepalive",
                    "must be positive, but is " + postgres.keepalive(),
                    "Set it to a duration such as 30s.");
        }
        PostgresProperties.Token token = postgres.token();
        new TokenKeys(context).way("separator", token.separator() != null).reader(token.reader());
        String separator = token.separator() == null ? ":" : token.separator();
        if (token.reader() != null) {
            return new PostgresDefinition(context, postgres, null);
        }
        Supplier<TokenReader<?, PGNotification>> reader = () -> PostgresTokens.before(context.tokenType(), separator);
        return new PostgresDefinition(
                context,
                postgres,
                separator.isEmpty() ? context.check("token.separator", reader) : context.checkTokenType(reader));
    }

    @Override
    public Class<?> messageType() {
        return PGNotification.class;
    }

    private TokenReader<?, ?> tokens(SourceBeans beans) {
        return beans.tokenReader(this.reader, this.postgres.token().reader(), PGNotification.class);
    }

    @Override
    public StandIn standIn(SourceBeans beans, StandIn.Peer peer) {
        PostgresSender.Notifying notifying = (channel, payload) -> {
            try {
                peer.accept(new Notification(channel, 0, payload));
            } catch (IOException e) {
                throw new SQLException(e.getMessage(), e);
            }
        };
        // the preference of a source that an interrupt closes
        return new StandIn(tokens(beans), new PostgresSender(notifying, () -> {}), Keeper.ALWAYS);
    }

    @Override
    public OpenSource open(SourceBeans beans) {
        TokenReader<?, ?> tokens = tokens(beans);
        DataSource dataSource = beans.namedOrOnly("data-source", this.postgres.dataSource(), DataSource.class);
        PostgresSource.Builder builder = this.context.check(
                "channels",
                () -> PostgresSource.builder(dataSource, this.postgres.channels())
                        .keepalive(this.postgres.keepalive()));
        try {
            return OpenSource.owned(builder.open(), tokens);
        } catch (SQLFeatureNotSupportedException e) {
            throw this.context.problem(
                    "channels",
                    "the database can't be listened to: " + e.getMessage(),
                    "Give the stage a DataSource that connects to the database itself, or to a pooler with pool_mode=session:"
                            + " correct spring.datasource.url, or name it with "
                            + this.context.key("data-source") + ".",
                    e);
        } catch (SQLException e) {
            throw this.context.problem(
                    "channels",
                    "the database can't be listened to: " + e.getMessage(),
                    "Start the database, correct spring.datasource.url, or name a DataSource of PostgreSQL with "
                            + this.context.key("data-source") + ".",
                    e);
        }
    }
}
