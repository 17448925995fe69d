package io.github.exitleft.spring.boot.source;

import io.github.exitleft.TokenReader;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The application's beans, as one source's keys name them. A bean that is missing or of another type is reported with the key
 * that names it, and with the names of the beans that would do. Applications don't implement this interface.
 */
public interface SourceBeans {

    /**
     * Returns the bean that a key names.
     *
     * @param key the key, as {@link SourceContext} takes it
     * @param name the key's value
     * @param type what the bean must be
     * @param <B> what the bean must be
     * @return the bean
     * @throws RuntimeException if there is no such bean
     */
    <B> B named(String key, String name, Class<B> type);

    /**
     * Returns the bean that a key names or, if the key is not set, the only or primary bean of its type.
     *
     * @param key the key
     * @param name the key's value, or null if it is not set
     * @param type what the bean must be
     * @param <B> what the bean must be
     * @return the bean
     * @throws RuntimeException if there is no such bean, or if there are several and none is primary
     */
    <B> B namedOrOnly(String key, @Nullable String name, Class<B> type);

    /**
     * Returns the bean that a key names or, if the key is not set, the only or primary bean of its type if there is one.
     *
     * @param key the key
     * @param name the key's value, or null if it is not set
     * @param type what the bean must be
     * @param <B> what the bean must be
     * @return the bean; null if the key is not set and there is no such bean, or several of which none is primary
     * @throws RuntimeException if there is no bean of that name and type
     */
    <B> @Nullable B namedOrOnlyIfAny(String key, @Nullable String name, Class<B> type);

    /**
     * Returns the only or primary bean of a type, for what no key names.
     *
     * @param type what the bean must be
     * @param <B> what the bean must be
     * @return the bean; null if there is none, or several of which none is primary
     */
    <B> @Nullable B onlyIfAny(Class<B> type);

    /**
     * Returns the token reader that a key names. One that is declared for other tokens or messages than the stage's is reported.
     *
     * @param key the key
     * @param name the key's value
     * @param messageType the class of the source's messages, or null if it is not known
     * @return the reader
     * @throws RuntimeException if there is no such bean
     */
    TokenReader<?, ?> reader(String key, String name, @Nullable Class<?> messageType);

    /**
     * Returns the token reader that an adapter has itself or, if it has none, the one that its key {@code token.reader} names.
     *
     * @param own the adapter's reader, or null if it has none
     * @param name the key's value; not null if the adapter has no reader
     * @param messageType the class of the source's messages
     * @return the reader
     * @throws RuntimeException if a bean is needed and there is no such bean
     */
    default TokenReader<?, ?> tokenReader(
            @Nullable TokenReader<?, ?> own, @Nullable String name, Class<?> messageType) {
        return own != null ? own : reader("token.reader", Objects.requireNonNull(name), messageType);
    }

    /**
     * Says whether a bean is a singleton, so that two stages that name it would share it.
     *
     * @param name the name of a bean that exists
     * @return whether it is
     */
    boolean isSingleton(String name);
}
