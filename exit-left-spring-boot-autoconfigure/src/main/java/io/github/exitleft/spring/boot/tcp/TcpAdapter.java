package io.github.exitleft.spring.boot.tcp;

import io.github.exitleft.spring.boot.source.SourceAdapter;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.SourceDefinition;

/** Reads frames from a TCP connection. */
final class TcpAdapter implements SourceAdapter<TcpProperties> {

    @Override
    public String type() {
        return "tcp";
    }

    @Override
    public Class<TcpProperties> propertiesType() {
        return TcpProperties.class;
    }

    @Override
    public SourceDefinition define(TcpProperties properties, SourceContext context) {
        return TcpDefinition.of(context, properties);
    }
}
