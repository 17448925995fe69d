package io.github.exitleft.spring.boot.postgres;

import io.github.exitleft.spring.boot.source.RequiredClass;
import io.github.exitleft.spring.boot.source.SourceAdapter;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import java.util.List;

/** Reads the notifications of PostgreSQL. */
final class PostgresAdapter implements SourceAdapter<PostgresProperties> {

    @Override
    public String type() {
        return "postgres";
    }

    @Override
    public Class<PostgresProperties> propertiesType() {
        return PostgresProperties.class;
    }

    @Override
    public List<RequiredClass> requirements() {
        return List.of(new RequiredClass("org.postgresql.PGConnection", "org.postgresql:postgresql"));
    }

    @Override
    public SourceDefinition define(PostgresProperties properties, SourceContext context) {
        return PostgresDefinition.of(context, properties);
    }
}
