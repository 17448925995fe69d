package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.ReplyClassifier;
import io.github.exitleft.TokenReader;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanNotOfRequiredTypeException;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.core.ResolvableType;

/** Finds the beans that one stage's properties name, and words what is wrong with them. */
final class NamedBeans {

    private final ListableBeanFactory beanFactory;
    private final StageKeys keys;
    private final Class<?> tokenType;

    NamedBeans(ListableBeanFactory beanFactory, StageKeys keys, Class<?> tokenType) {
        this.beanFactory = beanFactory;
        this.keys = keys;
        this.tokenType = tokenType;
    }

    boolean isSingleton(String name) {
        return this.beanFactory.isSingleton(name);
    }

    /** The bean that a key names. */
    <B> B named(String suffix, String name, Class<B> type) {
        if (!this.beanFactory.containsBean(name)) {
            throw this.keys.problem(suffix, "there is no bean named '" + name + "'", remedy(type));
        }
        try {
            return this.beanFactory.getBean(name, type);
        } catch (BeanNotOfRequiredTypeException e) {
            if (!name.equals(e.getBeanName())) {
                throw e;
            }
            throw this.keys.problem(
                    suffix,
                    "bean '" + name + "' is of type " + e.getActualType().getName() + ", not a " + type.getSimpleName(),
                    remedy(type),
                    e);
        }
    }

    /** The bean that a key names or, if it names none, the only one of its type. */
    <B> B namedOrOnly(String suffix, @Nullable String name, Class<B> type) {
        B bean = namedOrOnlyIfAny(suffix, name, type);
        if (bean != null) {
            return bean;
        }
        String[] names = this.beanFactory.getBeanNamesForType(type, true, false);
        throw this.keys.problem(
                suffix,
                names.length == 0
                        ? "there is no bean of type " + type.getName()
                        : "there are several beans of type " + type.getName() + ", none of which is primary",
                names.length == 0
                        ? "Declare one, or let Spring Boot configure one."
                        : remedy(type).replace("Set it", "Set " + this.keys.key(suffix)));
    }

    /** The bean that a key names or, if it names none, the only one of its type; null if there are none or several. */
    <B> @Nullable B namedOrOnlyIfAny(String suffix, @Nullable String name, Class<B> type) {
        return name == null ? this.beanFactory.getBeanProvider(type).getIfUnique() : named(suffix, name, type);
    }

    /** The token reader that a key names. */
    TokenReader<?, ?> reader(String suffix, String name, @Nullable Class<?> messageType) {
        TokenReader<?, ?> reader = named(suffix, name, TokenReader.class);
        ResolvableType declared = declaredType(name).as(TokenReader.class);
        Class<?> tokens = declared.getGeneric(0).resolve();
        if (tokens != null && !this.tokenType.isAssignableFrom(tokens)) {
            throw this.keys.problem(
                    suffix,
                    "that bean reads tokens of type " + tokens.getName() + ", but " + this.keys.key("token-type")
                            + " is " + this.tokenType.getName() + " (origin: " + this.keys.origin("token-type") + ")",
                    "Name another TokenReader bean, or change the token type.");
        }
        requireMessages(suffix, declared.getGeneric(1), messageType, "reads", TokenReader.class);
        return reader;
    }

    /** The classifier of replies that a key names. */
    ReplyClassifier<?> classifier(String suffix, String name, @Nullable Class<?> messageType) {
        ReplyClassifier<?> classifier = named(suffix, name, ReplyClassifier.class);
        ResolvableType declared = declaredType(name).as(ReplyClassifier.class);
        requireMessages(suffix, declared.getGeneric(0), messageType, "classifies", ReplyClassifier.class);
        return classifier;
    }

    private void requireMessages(
            String suffix, ResolvableType declared, @Nullable Class<?> messageType, String does, Class<?> type) {
        Class<?> messages = declared.resolve();
        if (messages != null && messageType != null && !messages.isAssignableFrom(messageType)) {
            throw this.keys.problem(
                    suffix,
                    "that bean " + does + " messages of type " + messages.getName() + ", but the source's are of type "
                            + messageType.getName(),
                    "Name another " + type.getSimpleName() + " bean.");
        }
    }

    private ResolvableType declaredType(String name) {
        return this.beanFactory instanceof ConfigurableBeanFactory configurable
                        && this.beanFactory.containsBeanDefinition(name)
                ? configurable.getMergedBeanDefinition(name).getResolvableType()
                : ResolvableType.forClass(this.beanFactory.getType(name));
    }

    private String remedy(Class<?> type) {
        String[] names = this.beanFactory.getBeanNamesForType(type, true, false);
        Arrays.sort(names);
        return "Set it to the name of a bean of type " + type.getName()
                + (names.length == 0
                        ? ", of which there is none: declare one."
                        : ". There are: " + String.join(", ", names) + ".");
    }
}
