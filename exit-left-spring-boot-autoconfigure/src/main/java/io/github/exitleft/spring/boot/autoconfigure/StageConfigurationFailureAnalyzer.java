package io.github.exitleft.spring.boot.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Reports a mistake in the configuration of a stage; comes before all other analyzers, which would analyze its causes. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class StageConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<StageConfigurationException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, StageConfigurationException cause) {
        return new FailureAnalysis(cause.description(), cause.action(), cause);
    }
}
