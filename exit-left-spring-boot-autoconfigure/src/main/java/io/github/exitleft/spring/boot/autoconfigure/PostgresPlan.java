package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.autoconfigure.StageProperties.Postgres;
import io.github.exitleft.spring.boot.autoconfigure.StageProperties.PostgresToken;
import io.github.exitleft.spring.boot.postgres.PostgresSource;
import io.github.exitleft.spring.boot.postgres.PostgresTokens;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGNotification;

/** A source over PostgreSQL that is going to be opened; loaded only where its library is. */
record PostgresPlan(
        StageKeys keys, Postgres postgres, @Nullable TokenReader<?, PGNotification> reader) implements SourcePlan {

    static PostgresPlan of(StageKeys keys, Class<?> tokenType, @Nullable Postgres postgres) {
        if (postgres == null || postgres.channels().isEmpty()) {
            throw keys.problem(
                    "source.postgres.channels",
                    "a source of type postgres needs a channel to listen to",
                    "Set " + keys.key("source.postgres.channels") + " to the channel that answers go to.");
        }
        if (postgres.keepalive().isZero() || postgres.keepalive().isNegative()) {
            throw keys.problem(
                    "source.postgres.keepalive",
                    "must be positive, but is " + postgres.keepalive(),
                    "Set it to a duration such as 30s.");
        }
        PostgresToken token = postgres.token();
        new WaysToReadTheToken(keys, "source.postgres.token")
                .way("separator", token.separator() != null)
                .reader(token.reader());
        String separator = token.separator() == null ? ":" : token.separator();
        TokenReader<?, PGNotification> reader = token.reader() != null
                ? null
                : keys.possible(
                        separator.isEmpty() ? "source.postgres.token.separator" : "token-type",
                        () -> PostgresTokens.before(tokenType, separator));
        return new PostgresPlan(keys, postgres, reader);
    }

    @Override
    public Class<?> messageType() {
        return PGNotification.class;
    }

    @Override
    public Opened open(NamedBeans beans) {
        TokenReader<?, ?> tokens = this.reader != null
                ? this.reader
                : beans.reader(
                        "source.postgres.token.reader",
                        Objects.requireNonNull(this.postgres.token().reader()),
                        PGNotification.class);
        DataSource dataSource =
                beans.namedOrOnly("source.postgres.data-source", this.postgres.dataSource(), DataSource.class);
        PostgresSource.Builder builder = this.keys.possible(
                "source.postgres.channels",
                () -> PostgresSource.builder(dataSource, this.postgres.channels())
                        .keepalive(this.postgres.keepalive()));
        try {
            return new Opened(builder.open(), tokens, true);
        } catch (SQLFeatureNotSupportedException e) {
            throw this.keys.problem(
                    "source.postgres.channels",
                    "the database can't be listened to: " + e.getMessage(),
                    "Give the stage a DataSource that connects to the database itself, or to a pooler with pool_mode=session:"
                            + " correct spring.datasource.url, or name it with "
                            + this.keys.key("source.postgres.data-source") + ".",
                    e);
        } catch (SQLException e) {
            throw this.keys.problem(
                    "source.postgres.channels",
                    "the database can't be listened to: " + e.getMessage(),
                    "Start the database, correct spring.datasource.url, or name a DataSource of PostgreSQL with "
                            + this.keys.key("source.postgres.data-source") + ".",
                    e);
        }
    }
}
