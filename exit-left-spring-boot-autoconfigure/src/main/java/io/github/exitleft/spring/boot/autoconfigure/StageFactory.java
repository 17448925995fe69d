package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.Source;
import io.github.exitleft.Stage;
import io.github.exitleft.StageBuilder;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.autoconfigure.SourcePlan.Opened;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;

/** Creates stages as planned, with the beans that they name. */
final class StageFactory {

    private final ListableBeanFactory beanFactory;
    private final ObjectProvider<StageCustomizer> customizers;

    StageFactory(ListableBeanFactory beanFactory, ObjectProvider<StageCustomizer> customizers) {
        this.beanFactory = beanFactory;
        this.customizers = customizers;
    }

    Stage<?, ?> create(StagePlan plan) {
        Opened opened = plan.source().open(new NamedBeans(this.beanFactory, plan.keys(), plan.tokenType()));
        try {
            return build(plan, plan.tokenType(), opened.source(), opened.reader());
        } catch (Throwable e) {
            if (opened.owned()) {
                close(opened.source(), e);
            }
            throw e;
        }
    }

    private static void close(Source<?> source, Throwable because) {
        try {
            source.close();
        } catch (Exception e) {
            because.addSuppressed(e);
        }
    }

    @SuppressWarnings(
            "unchecked") // the properties' word must be taken for the types; the plans and NamedBeans checked it
    private <T, M> Stage<T, M> build(StagePlan plan, Class<T> tokenType, Source<M> source, TokenReader<?, ?> reader) {
        StageProperties properties = plan.properties();
        StageKeys keys = plan.keys();
        StageBuilder<T, M> builder = Stage.builder(
                        keys.stage(), tokenType, source, (TokenReader<? extends T, ? super M>) reader)
                .defaultTimeout(properties.defaultTimeout())
                .promotion(properties.promotion())
                .drain(properties.drain())
                .maxTickets(properties.maxTickets())
                .mailbox(properties.mailboxCapacity(), properties.mailboxOverflow())
                .shared(properties.shared());
        this.customizers.orderedStream().forEach(customizer -> {
            try {
                customizer.customize(keys.stage(), builder);
            } catch (RuntimeException e) {
                throw keys.problem(
                        "",
                        "customizer " + customizer.getClass().getName() + " failed: " + e.getMessage(),
                        "Correct the customizer.",
                        e);
            }
        });
        return builder.build();
    }
}
