package io.github.exitleft.spring.boot.bean;

import io.github.exitleft.Keeper;
import io.github.exitleft.Source;
import io.github.exitleft.spring.boot.source.OpenSource;
import io.github.exitleft.spring.boot.source.SourceBeans;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import io.github.exitleft.spring.boot.source.StandIn;
import org.jspecify.annotations.Nullable;

/**
 * A source that is a bean.
 *
 * @param context the stage
 * @param name the source's name
 * @param reader the token reader's name
 * @param other another stage that names the same source; null if there is none
 */
record BeanSourceDefinition(SourceContext context, String name, String reader, SourceContext.@Nullable Claim other)
        implements SourceDefinition {

    @Override
    public @Nullable Class<?> messageType() {
        return null;
    }

    @Override
    public OpenSource open(SourceBeans beans) {
        Source<?> source = beans.named("name", this.name, Source.class);
        if (this.other != null && beans.isSingleton(this.name)) {
            throw this.context.problem(
                    "name",
                    "stage '" + this.other.stage() + "' reads that bean already (origin: " + this.other.origin()
                            + "), and a source has one reader",
                    "Name another bean, or give the bean the scope 'prototype'.");
        }
        return OpenSource.ofApplication(source, beans.reader("token.reader", this.reader, null));
    }

    /** Returns what has no backdoor, since the bean's own may reach a network. */
    @Override
    public StandIn standIn(SourceBeans beans, StandIn.Peer peer) {
        return new StandIn(beans.reader("token.reader", this.reader, null), null, Keeper.OFF);
    }
}
