package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.spring.boot.source.SourceDefinition;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;

/**
 * A stage that has not been created yet, all of whose properties have been checked.
 *
 * @param keys its keys
 * @param properties its properties
 * @param tokenType the class of its tokens
 * @param messageType the class of its source's messages; null if that is not known yet
 * @param source its source
 * @param adapter the name of the class that defined the source
 */
record StageDefinition(
        StageKeys keys,
        StageProperties properties,
        Class<?> tokenType,
        @Nullable Class<?> messageType,
        SourceDefinition source,
        String adapter) {

    /** Returns the type of the tokens, with its type arguments as far as they are known. */
    ResolvableType fullTokenType() {
        Type full = this.source.tokenType();
        return full == null ? ResolvableType.forClass(this.tokenType) : ResolvableType.forType(full);
    }

    /** Returns how many bits the tokens have that the stage issues; zero if it issues none. Reports what is wrong with them. */
    int issuedBits() {
        return issued().bits();
    }

    /** Returns the class of what the stage issues: of its tokens or, where a token is made of an address and an id, of the ids. */
    Class<?> issuedType() {
        return issued().issuedType();
    }

    private StageTokenKeys issued() {
        return new StageTokenKeys(this.keys, this.properties.tokens(), fullTokenType(), this.source);
    }
}
