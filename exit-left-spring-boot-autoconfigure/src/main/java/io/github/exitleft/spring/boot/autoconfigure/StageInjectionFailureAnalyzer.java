package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.Stage;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Reports a stage that cannot be injected, with the stages that there are: their type arguments are in the properties, and not in any
 * class. Comes before Spring Boot's own analyzer, which would list none or only names.
 */
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
final class StageInjectionFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException> {

    private final BeanFactory beanFactory;
    private final Environment environment;

    StageInjectionFailureAnalyzer(BeanFactory beanFactory, Environment environment) {
        this.beanFactory = beanFactory;
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(
            Throwable rootFailure, NoSuchBeanDefinitionException cause, @Nullable String description) {
        ResolvableType wanted = cause.getResolvableType();
        if (wanted == null && cause.getBeanName() != null) {
            return missingByName(cause, cause.getBeanName(), description);
        }
        if (wanted == null || !isOfStages(wanted) || !(this.beanFactory instanceof ListableBeanFactory listable)) {
            return null;
        }
        String[] names = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(listable, Stage.class, true, false);
        Arrays.sort(names);
        String stages = Arrays.stream(names).map(this::entry).collect(Collectors.joining());
        boolean several = cause instanceof NoUniqueBeanDefinitionException;
        String found = (description == null ? "A component" : description) + " required a bean of type '" + wanted
                + "', which "
                + (several ? "several stages are." : names.length == 0 ? "there is none." : "none of the stages is.");
        String text = names.length == 0 ? found : "%s The stages are:%n%s".formatted(found, stages);
        SwitchedOffStages off = several ? SwitchedOffStages.NONE : SwitchedOffStages.find(this.environment);
        return off.isEmpty()
                ? new FailureAnalysis(text, remedy(several, names.length == 0), cause)
                : new FailureAnalysis(
                        "%s%nWhat is switched off can't be injected:%n%s".formatted(text, off.entries()),
                        names.length == 0 ? off.remedy() : off.remedy() + " " + remedy(false, false),
                        cause);
    }

    /** Reports a stage that is missed by its name, if it is switched off; null otherwise. */
    private @Nullable FailureAnalysis missingByName(
            NoSuchBeanDefinitionException cause, String name, @Nullable String description) {
        SwitchedOffStages off = SwitchedOffStages.find(this.environment);
        return off.has(name)
                ? new FailureAnalysis(
                        "%s required a bean named '%s', which is a stage that is switched off:%n%s"
                                .formatted(description == null ? "A component" : description, name, off.entries()),
                        off.remedy(),
                        cause)
                : null;
    }

    /** Says whether a type is that of stages, or of a collection of them. */
    private static boolean isOfStages(ResolvableType type) {
        if (type.isArray()) {
            return isOfStages(type.getComponentType());
        }
        Class<?> resolved = type.resolve();
        if (resolved != null && Collection.class.isAssignableFrom(resolved)) {
            return isOfStages(type.asCollection().getGeneric());
        }
        return resolved == Stage.class || resolved == Map.class && isOfStages(type.getGeneric(1));
    }

    private static String remedy(boolean several, boolean none) {
        if (several) {
            return "Call the parameter like one of the stages, or name one with @Qualifier; with @Primary one of your own becomes"
                    + " the one that is meant unless named. If the parameter is called like a stage already: its name is known only"
                    + " to classes that are compiled with -parameters, as Spring Boot's Maven parent and Gradle plugin do.";
        }
        return none
                ? "Define a stage: set " + ExitLeftProperties.PREFIX
                        + ".stages.<name>.token-type and what belongs to it, or" + " declare a bean of that type."
                : "Correct the type arguments: the first is the stage's token-type, the second the type of its source's"
                        + " messages. Or change the token-type.";
    }

    private String entry(String name) {
        BeanDefinition definition = definition(name);
        String origin = definition == null ? null : definition.getResourceDescription();
        return "%n    Stage: %s%n    Type: %s%n    Origin: %s%n"
                .formatted(name, type(name, definition), origin == null ? "unknown" : origin);
    }

    private String type(String name, @Nullable BeanDefinition definition) {
        ResolvableType type = definition == null
                ? ResolvableType.forClass(this.beanFactory.getType(name, false))
                : definition.getResolvableType();
        StageSettings settings = definition == null ? null : StageBeanDefinitions.settings(definition);
        Class<?> tokenType = settings == null ? null : settings.properties().tokenType();
        return type.hasResolvableGenerics() || tokenType == null
                ? type.toString()
                : Stage.class.getName() + "<" + tokenType.getName()
                        + ", any> (what the source's messages are is not known)";
    }

    private @Nullable BeanDefinition definition(String name) {
        try {
            return this.beanFactory instanceof ConfigurableBeanFactory definitions
                    ? definitions.getMergedBeanDefinition(name)
                    : null;
        } catch (NoSuchBeanDefinitionException e) {
            // the bean was registered ready-made
            return null;
        }
    }
}
