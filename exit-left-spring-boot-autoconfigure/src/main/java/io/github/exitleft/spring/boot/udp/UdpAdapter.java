package io.github.exitleft.spring.boot.udp;

import io.github.exitleft.spring.boot.source.SourceAdapter;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.SourceDefinition;

/** Reads a UDP port. */
final class UdpAdapter implements SourceAdapter<UdpProperties> {

    @Override
    public String type() {
        return "udp";
    }

    @Override
    public Class<UdpProperties> propertiesType() {
        return UdpProperties.class;
    }

    @Override
    public SourceDefinition define(UdpProperties properties, SourceContext context) {
        return UdpDefinition.of(context, properties);
    }
}
