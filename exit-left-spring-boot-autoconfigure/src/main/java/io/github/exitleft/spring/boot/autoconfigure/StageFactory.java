package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.Keeper;
import io.github.exitleft.Source;
import io.github.exitleft.Stage;
import io.github.exitleft.StageBuilder;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.autoconfigure.SourcePlan.Opened;
import java.util.Map;
import java.util.concurrent.Executor;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;

/** Creates stages as planned, with the beans that they name. */
final class StageFactory {

    /** The executor that Boot makes, unless the application has one. */
    private static final String TASK_EXECUTOR = "applicationTaskExecutor";

    /** By the type of the source; off for all others. */
    private static final Map<String, Keeper> KEEPERS =
            Map.of("kafka", Keeper.IDLE, "jms", Keeper.IDLE, "postgres", Keeper.ALWAYS);

    private final ListableBeanFactory beanFactory;
    private final ObjectProvider<StageCustomizer> customizers;

    StageFactory(ListableBeanFactory beanFactory, ObjectProvider<StageCustomizer> customizers) {
        this.beanFactory = beanFactory;
        this.customizers = customizers;
    }

    Stage<?, ?> create(StagePlan plan) {
        NamedBeans beans = new NamedBeans(this.beanFactory, plan.keys(), plan.tokenType());
        Opened opened = plan.source().open(beans);
        try {
            return build(plan, plan.tokenType(), opened.source(), opened.reader(), beans);
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

    /** Sets who reads when no caller does, and what runs for those that don't wait. */
    private void keep(StageProperties properties, StageBuilder<?, ?> builder, NamedBeans beans) {
        builder.keeperIdle(properties.keeperIdle()).onFailure(properties.onFailure());
        Keeper keeper = properties.keeper() != null
                ? properties.keeper()
                : KEEPERS.get(properties.source().type());
        if (keeper != null) {
            builder.keeper(keeper);
        }
        if (MicrometerContext.isPresent(this.beanFactory)) {
            builder.context(MicrometerContext.capture());
        }
        if (properties.executor() != null) {
            builder.executor(beans.named("executor", properties.executor(), Executor.class));
        } else if (this.beanFactory.containsBean(TASK_EXECUTOR)
                && this.beanFactory.isTypeMatch(TASK_EXECUTOR, Executor.class)) {
            // asked for when it is used, so that nothing is created for its sake
            builder.executor(job ->
                    this.beanFactory.getBean(TASK_EXECUTOR, Executor.class).execute(job));
        }
    }

    @SuppressWarnings(
            "unchecked") // the properties' word must be taken for the types; the plans and NamedBeans checked it
    private <T, M> Stage<T, M> build(
            StagePlan plan, Class<T> tokenType, Source<M> source, TokenReader<?, ?> reader, NamedBeans beans) {
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
        keep(properties, builder, beans);
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
