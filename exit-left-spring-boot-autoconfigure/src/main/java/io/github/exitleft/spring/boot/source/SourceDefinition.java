package io.github.exitleft.spring.boot.source;

import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * A source that has not been opened yet, all of whose properties have been checked that can be checked before any bean exists.
 *
 * <p>Which thread should read while no caller does is for the source itself to say, by {@link
 * io.github.exitleft.Source#preferredKeeper()}.
 */
public interface SourceDefinition {

    /**
     * Returns the class of the source's messages, which with the token type makes the generic type of the stage's bean.
     *
     * @return the class, or null if it is not known before the source is opened; any injection of a stage with that token type
     *     then matches
     */
    @Nullable
    Class<?> messageType();

    /**
     * Returns the full type of the tokens where their class has type arguments that are known, such as {@code
     * PeerToken<Integer>}; it becomes the first type argument of the stage's bean.
     *
     * @return the type, whose class is the stage's token type; null, unless overridden, if the class says all
     */
    default @Nullable Type tokenType() {
        return null;
    }

    /**
     * Returns the length of the field that tokens are read from, which bounds the tokens that a stage can issue.
     *
     * @return the length in bytes; zero, unless overridden, if tokens are not read from a field of fixed length
     */
    default int tokenLength() {
        return 0;
    }

    /**
     * Says whether sending a question makes its token, so that the stage can't issue any.
     *
     * @return whether it does; false unless overridden
     */
    default boolean tokensComeFromSending() {
        return false;
    }

    /**
     * Returns what takes the place of the source in a test, and opens nothing. A test that asks for stages in memory fails where there is
     * none.
     *
     * @param beans the application's beans, of which only those are needed that find tokens and make messages
     * @param peer takes what the stand-in's backdoor sends
     * @return the stand-in; null, unless overridden, if there is none
     */
    default @Nullable StandIn standIn(SourceBeans beans, StandIn.Peer peer) {
        return null;
    }

    /**
     * Opens the source and finds what reads its tokens. Look the beans up first and open last, so that nothing is left open by
     * a bean that is missing.
     *
     * @param beans the application's beans
     * @return the open source
     * @throws Exception made by {@link SourceContext#problem} if there is a mistake, which is reported with its key, origin and
     *     remedy; another is reported with the adapter's class, except those of beans, which Spring reports
     */
    OpenSource open(SourceBeans beans) throws Exception;
}
