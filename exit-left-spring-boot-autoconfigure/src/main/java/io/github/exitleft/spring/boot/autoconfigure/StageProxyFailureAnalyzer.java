package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.Stage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopConfigException;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Reports a proxy of a stage, such as {@code @Lazy} at an injection point asks for: a stage is a final class. */
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
final class StageProxyFailureAnalyzer extends AbstractFailureAnalyzer<AopConfigException> {

    private static final Pattern STAGE = Pattern.compile("\\b" + Pattern.quote(Stage.class.getName()) + "(?![\\w.])");

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, AopConfigException cause) {
        if (cause.getMessage() == null || !STAGE.matcher(cause.getMessage()).find()) {
            return null;
        }
        return new FailureAnalysis(
                description(rootFailure) + " needs a proxy of a stage, which can't be made: " + Stage.class.getName()
                        + " is a final class. @Lazy at an injection point, a scope with a proxyMode, and aspects ask for"
                        + " proxies.",
                "For a stage that is created when it is used first, inject an ObjectProvider<Stage<…>> and call its"
                        + " getObject(), put @Lazy on the class that has the stage injected and not on the parameter or field,"
                        + " or set spring.main.lazy-initialization=true. Exclude stages from aspects; a StageListener or an"
                        + " ObservationRegistry sees what they do.",
                cause);
    }

    /** Returns the bean whose creation failed last, which is the one that asks for the proxy. */
    private static String description(Throwable rootFailure) {
        String found = "A component";
        for (Throwable failure = rootFailure; failure != null; failure = failure.getCause()) {
            if (failure instanceof BeanCreationException creation && creation.getBeanName() != null) {
                String resource = creation.getResourceDescription();
                found = "Bean '" + creation.getBeanName() + "'"
                        + (resource == null ? "" : ", defined in " + resource + ",");
            }
        }
        return found;
    }
}
