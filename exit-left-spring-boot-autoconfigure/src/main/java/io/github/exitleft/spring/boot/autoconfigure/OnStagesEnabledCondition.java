package io.github.exitleft.spring.boot.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches unless all stages are switched off.
 *
 * <p>Spring Boot's conditions on properties take what is neither true nor false for false, and so would a stage be missing because of a
 * typo.
 */
final class OnStagesEnabledCondition extends SpringBootCondition {

    static final ConfigurationPropertyName KEY = ConfigurationPropertyName.of(ExitLeftProperties.PREFIX + ".enabled");

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        boolean enabled = isEnabled(context.getEnvironment());
        ConditionMessage message = ConditionMessage.forCondition("exit-left").because(KEY + " is " + enabled);
        return new ConditionOutcome(enabled, message);
    }

    /** Says whether stages are made at all; a value that is neither true nor false is reported. */
    static boolean isEnabled(Environment environment) {
        try {
            return Binder.get(environment).bind(KEY.toString(), Boolean.class).orElse(true);
        } catch (BindException e) {
            throw new BindingReport(environment, SourceAdapters.find()).unconvertible(e);
        }
    }
}
