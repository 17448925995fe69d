package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.EventHandler;
import io.github.exitleft.ReplyClassifier;
import io.github.exitleft.TokenIssuer;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.source.SourceBeans;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanNotOfRequiredTypeException;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.core.ResolvableType;

/** Finds the beans that the properties of one stage name, and reports those that are missing or of another type. */
final class NamedBeans implements SourceBeans {

    private final ListableBeanFactory beanFactory;
    private final StageKeys keys;
    private final Class<?> tokenType;
    private final String prefix;

    /**
     * Creates a view of the beans.
     *
     * @param prefix the beginning of the keys that name the beans; an empty string for the stage's own keys
     */
    NamedBeans(ListableBeanFactory beanFactory, StageKeys keys, Class<?> tokenType, String prefix) {
        this.beanFactory = beanFactory;
        this.keys = keys;
        this.tokenType = tokenType;
        this.prefix = prefix;
    }

    @Override
    public boolean isSingleton(String name) {
        return this.beanFactory.isSingleton(name);
    }

    @Override
    public <B> B named(String key, String name, Class<B> type) {
        if (!this.beanFactory.containsBean(name)) {
            throw this.keys.problem(this.prefix + key, "there is no bean named '" + name + "'", remedy(type));
        }
        try {
            return this.beanFactory.getBean(name, type);
        } catch (BeanNotOfRequiredTypeException e) {
            if (!name.equals(e.getBeanName())) {
                throw e;
            }
            throw this.keys.problem(
                    this.prefix + key,
                    "bean '" + name + "' is of type " + e.getActualType().getName() + ", not " + aOrAn(type),
                    remedy(type),
                    e);
        }
    }

    @Override
    public <B> B namedOrOnly(String key, @Nullable String name, Class<B> type) {
        B bean = namedOrOnlyIfAny(key, name, type);
        if (bean != null) {
            return bean;
        }
        String[] names = this.beanFactory.getBeanNamesForType(type, true, false);
        throw this.keys.problem(
                this.prefix + key,
                names.length == 0
                        ? "there is no bean of type " + type.getName()
                        : "there are several beans of type " + type.getName() + ", none of which is primary",
                names.length == 0
                        ? "Declare one, or let Spring Boot configure one."
                        : remedy(type).replace("Set it", "Set " + this.keys.key(this.prefix + key)));
    }

    @Override
    public <B> @Nullable B namedOrOnlyIfAny(String key, @Nullable String name, Class<B> type) {
        return name == null ? onlyIfAny(type) : named(key, name, type);
    }

    @Override
    public <B> @Nullable B onlyIfAny(Class<B> type) {
        return this.beanFactory.getBeanProvider(type).getIfUnique();
    }

    @Override
    public TokenReader<?, ?> reader(String key, String name, @Nullable Class<?> messageType) {
        TokenReader<?, ?> reader = named(key, name, TokenReader.class);
        ResolvableType declared = declaredType(name).as(TokenReader.class);
        requireTokens(key, declared.getGeneric(0), "reads", TokenReader.class);
        requireMessages(key, declared.getGeneric(1), messageType, "reads", TokenReader.class);
        return reader;
    }

    /** Returns the issuer of tokens that a key names. */
    TokenIssuer<?> issuer(String key, String name) {
        TokenIssuer<?> issuer = named(key, name, TokenIssuer.class);
        requireTokens(key, declaredType(name).as(TokenIssuer.class).getGeneric(0), "issues", TokenIssuer.class);
        return issuer;
    }

    private void requireTokens(String key, ResolvableType declared, String does, Class<?> type) {
        Class<?> tokens = declared.resolve();
        if (tokens != null && !this.tokenType.isAssignableFrom(tokens)) {
            throw this.keys.problem(
                    this.prefix + key,
                    "that bean " + does + " tokens of type " + tokens.getName() + ", but "
                            + this.keys.key("token-type") + " is " + this.tokenType.getName() + " (origin: "
                            + this.keys.origin("token-type") + ")",
                    "Name another " + type.getSimpleName() + " bean, or change the token type.");
        }
    }

    /** Returns the classifier of replies that a key names. */
    ReplyClassifier<?> classifier(String key, String name, @Nullable Class<?> messageType) {
        ReplyClassifier<?> classifier = named(key, name, ReplyClassifier.class);
        ResolvableType declared = declaredType(name).as(ReplyClassifier.class);
        requireMessages(key, declared.getGeneric(0), messageType, "classifies", ReplyClassifier.class);
        return classifier;
    }

    /** Returns the handler of events that a key names. */
    EventHandler<?> eventHandler(String key, String name, @Nullable Class<?> messageType) {
        EventHandler<?> handler = named(key, name, EventHandler.class);
        ResolvableType declared = declaredType(name).as(EventHandler.class);
        requireMessages(key, declared.getGeneric(0), messageType, "handles", EventHandler.class);
        return handler;
    }

    private void requireMessages(
            String key, ResolvableType declared, @Nullable Class<?> messageType, String does, Class<?> type) {
        Class<?> messages = declared.resolve();
        if (messages != null && messageType != null && !messages.isAssignableFrom(messageType)) {
            throw this.keys.problem(
                    this.prefix + key,
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

    private static String aOrAn(Class<?> type) {
        String name = type.getSimpleName();
        return ("AEIOU".indexOf(name.charAt(0)) < 0 ? "a " : "an ") + name;
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
