package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.EventHandler;
import io.github.exitleft.ReplyClassifier;
import io.github.exitleft.Source;
import io.github.exitleft.Stage;
import io.github.exitleft.StageBuilder;
import io.github.exitleft.TokenIssuer;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.autoconfigure.StageProperties.Tokens.Issue;
import io.github.exitleft.spring.boot.source.OpenSource;
import io.github.exitleft.spring.boot.source.SourceOpener;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;

/** Creates stages as they are defined, with the beans that they name. */
final class StageFactory {

    private static final Log logger = LogFactory.getLog(StageFactory.class);

    /** The executor that Spring Boot makes, unless the application has one. */
    private static final String TASK_EXECUTOR = "applicationTaskExecutor";

    private final ListableBeanFactory beanFactory;
    private final ObjectProvider<StageCustomizer> customizers;
    private final ObjectProvider<SourceOpener> opener;

    StageFactory(
            ListableBeanFactory beanFactory,
            ObjectProvider<StageCustomizer> customizers,
            ObjectProvider<SourceOpener> opener) {
        this.beanFactory = beanFactory;
        this.customizers = customizers;
        this.opener = opener;
    }

    Stage<?, ?> create(StageDefinition definition) {
        NamedBeans beans = new NamedBeans(this.beanFactory, definition.keys(), definition.tokenType(), "");
        OpenSource opened = open(definition);
        try {
            Stage<?, ?> stage = build(definition, definition.tokenType(), opened.source(), opened.reader(), beans);
            begin(stage, opened);
            logger.info("stage '%s' listens: %s; tokens are of type %s, keeper %s"
                    .formatted(
                            stage.name(),
                            description(stage),
                            stage.tokenType().getName(),
                            stage.keeper().name().toLowerCase(Locale.ROOT)));
            return stage;
        } catch (Throwable e) {
            if (opened.owned()) {
                close(opened.source(), e);
            }
            throw e;
        }
    }

    /** Gives a source its stage; a stage that it can't do with is closed. */
    private static void begin(Stage<?, ?> stage, OpenSource opened) {
        boolean begun = false;
        try {
            opened.withStage().accept(stage);
            begun = true;
        } finally {
            if (!begun) {
                stage.close();
            }
        }
    }

    private OpenSource open(StageDefinition definition) {
        StageKeys keys = definition.keys();
        String type = String.valueOf(definition.properties().source().type());
        String below = StageSourceContext.suffix(type, "");
        try {
            NamedBeans beans = new NamedBeans(this.beanFactory, keys, definition.tokenType(), below + ".");
            SourceOpener opener = this.opener.getIfAvailable(() -> (stage, source, its) -> source.open(its));
            return Objects.requireNonNull(opener.open(keys.stage(), definition.source(), beans), "nothing was opened");
        } catch (StageConfigurationException | BeansException e) {
            throw e;
        } catch (Exception | LinkageError e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw keys.problem(
                    below,
                    "the source can't be opened: " + e,
                    "Correct what is below " + keys.key(below) + ", or adapter " + definition.adapter() + ".",
                    e);
        }
    }

    private static String description(Stage<?, ?> stage) {
        try {
            return stage.source().entrySet().stream()
                    .map(detail -> detail.getKey() + "=" + detail.getValue())
                    .collect(Collectors.joining(", "));
        } catch (RuntimeException e) {
            // the source may be the application's own
            return e.toString();
        }
    }

    private static void close(Source<?> source, Throwable because) {
        try {
            source.close();
        } catch (Exception e) {
            because.addSuppressed(e);
        }
    }

    /** Sets what reads while no caller does, and what runs asynchronous calls. */
    private void keep(StageProperties properties, StageBuilder<?, ?> builder, NamedBeans beans) {
        builder.keeperIdle(properties.keeperIdle())
                .onFailure(properties.onFailure())
                .reopenPauses(properties.reopen().pause(), properties.reopen().maxPause());
        if (properties.keeper() != null) {
            builder.keeper(properties.keeper());
        }
        if (MicrometerContext.isPresent(this.beanFactory)) {
            builder.context(MicrometerContext.capture());
        }
        if (properties.executor() != null) {
            builder.executor(beans.named("executor", properties.executor(), Executor.class));
        } else if (this.beanFactory.containsBean(TASK_EXECUTOR)
                && this.beanFactory.isTypeMatch(TASK_EXECUTOR, Executor.class)) {
            // looked up when it is used, so that it is not created for the stage's sake
            builder.executor(job ->
                    this.beanFactory.getBean(TASK_EXECUTOR, Executor.class).execute(job));
        }
    }

    /** Sets which tokens the stage issues, when one can be used again, and how many questions may be out. */
    private static void ask(StageDefinition definition, StageBuilder<?, ?> builder) {
        StageProperties properties = definition.properties();
        StageProperties.Tokens tokens = properties.tokens();
        rest(definition.keys(), tokens, builder);
        if (tokens.reuse() != null) {
            builder.reuse(tokens.reuse());
        }
        if (tokens.issue() != null) {
            issue(tokens.issue(), definition.issuedType(), definition.tokenType(), definition.issuedBits(), builder);
        }
        if (properties.window() != null) {
            builder.window(properties.window());
        }
        if (properties.windowWait() != null) {
            builder.windowWait(properties.windowWait());
        }
    }

    private static void rest(StageKeys keys, StageProperties.Tokens tokens, StageBuilder<?, ?> builder) {
        Duration time = tokens.rest().time();
        if (time != null) {
            builder.rest(time);
            return;
        }
        try {
            builder.restUntilAnswered(tokens.restMost());
        } catch (IllegalArgumentException e) {
            throw keys.problem(
                    "tokens.rest",
                    "the source can't tell when an answer can't come any more",
                    "Set it to a duration such as 60s, or use a source that can tell.",
                    e);
        }
    }

    private static void issue(Issue issue, Class<?> issued, Class<?> tokenType, int bits, StageBuilder<?, ?> builder) {
        boolean random = issue == Issue.RANDOM;
        if (issued != tokenType) {
            // they are ids of peers
            if (random) {
                builder.issueRandom(issued, bits);
            } else {
                builder.issueSequence(issued, bits);
            }
        } else if (random) {
            builder.issueRandom(bits);
        } else {
            builder.issueSequence(bits);
        }
    }

    private String beanName(StageCustomizer customizer) {
        return this.beanFactory.getBeansOfType(StageCustomizer.class).entrySet().stream()
                .filter(entry -> entry.getValue() == customizer)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("of unknown name");
    }

    // the types are those that the properties name, which the definition and NamedBeans have checked
    @SuppressWarnings("unchecked")
    private <T, M> Stage<T, M> build(
            StageDefinition definition,
            Class<T> tokenType,
            Source<M> source,
            TokenReader<?, ?> reader,
            NamedBeans beans) {
        StageProperties properties = definition.properties();
        StageKeys keys = definition.keys();
        StageBuilder<T, M> builder = Stage.builder(
                        keys.stage(), tokenType, source, (TokenReader<? extends T, ? super M>) reader)
                .defaultTimeout(properties.defaultTimeout())
                .promotion(properties.promotion())
                .drain(properties.drain())
                .maxTickets(properties.maxTickets())
                .mailbox(properties.mailboxCapacity(), properties.mailboxOverflow())
                .shared(properties.shared());
        if (properties.replyClassifier() != null) {
            builder.classifier((ReplyClassifier<? super M>)
                    beans.classifier("reply-classifier", properties.replyClassifier(), definition.messageType()));
        }
        ask(definition, builder);
        if (properties.tokens().issuer() != null) {
            builder.issuer((TokenIssuer<? extends T>)
                    beans.issuer("tokens.issuer", properties.tokens().issuer()));
        }
        if (properties.eventHandler() != null) {
            builder.events((EventHandler<? super M>)
                    beans.eventHandler("event-handler", properties.eventHandler(), definition.messageType()));
        }
        keep(properties, builder, beans);
        this.customizers.orderedStream().forEach(customizer -> {
            try {
                customizer.customize(keys.stage(), builder);
            } catch (RuntimeException e) {
                throw keys.problem(
                        "",
                        "customizer '" + beanName(customizer) + "' failed: " + e.getMessage(),
                        "Correct the customizer.",
                        e);
            }
        });
        return builder.build();
    }
}
