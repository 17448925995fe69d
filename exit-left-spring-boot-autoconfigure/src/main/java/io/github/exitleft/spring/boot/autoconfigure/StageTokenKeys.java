package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.PeerToken;
import io.github.exitleft.Reuse;
import io.github.exitleft.spring.boot.autoconfigure.StageProperties.Tokens;
import io.github.exitleft.spring.boot.autoconfigure.StageProperties.Tokens.Issue;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.core.ResolvableType;

/** Checks the keys below {@code tokens}, and finds how many bits issued tokens have. */
final class StageTokenKeys {

    private static final String ISSUE = "tokens.issue";
    private static final String BITS = "tokens.bits";
    private static final String REST = "tokens.rest";
    private static final String REST_MOST = "tokens.rest-most";
    private static final String REUSE = "tokens.reuse";
    private static final String ISSUER = "tokens.issuer";

    /** The types whose tokens are numbers, with the bits that they have at most. */
    private static final Map<Class<?>, Integer> NUMBERS =
            Map.of(Short.class, Short.SIZE, Integer.class, Integer.SIZE, Long.class, Long.SIZE);

    /** How many bits of a UUID are not fixed by its version and variant. */
    private static final int UUID_BITS = 122;

    private static final int MOST_DIGITS = 256;
    private static final int BITS_OF_A_DIGIT = 4;

    private final StageKeys keys;
    private final Tokens tokens;
    private final ResolvableType type;
    private final int fieldBits;
    private final boolean comeFromSending;

    /**
     * Creates a check.
     *
     * @param type the type of the stage's tokens
     * @param source what they are read from
     */
    StageTokenKeys(StageKeys keys, Tokens tokens, ResolvableType type, SourceDefinition source) {
        this.keys = keys;
        this.tokens = tokens;
        this.type = type;
        this.fieldBits = source.tokenLength() * Byte.SIZE;
        this.comeFromSending = source.tokensComeFromSending();
    }

    /** Returns how many bits issued tokens have; zero if none are issued, or a bean issues them. */
    int bits() {
        rest();
        issuer();
        if (this.comeFromSending) {
            requireNoneIssued();
        }
        Issue issue = this.tokens.issue();
        if (issue == null) {
            if (this.tokens.bits() != null) {
                throw this.keys.problem(
                        BITS,
                        "the stage issues no tokens that could have them",
                        "Set " + this.keys.key(ISSUE) + " to random or sequence, or remove it.");
            }
            return 0;
        }
        return bits(issue, issuedType());
    }

    private void requireNoneIssued() {
        for (String key : List.of(ISSUE, ISSUER)) {
            if (this.keys.isSet(key)) {
                throw this.keys.problem(
                        key,
                        "the stage can't issue tokens, since sending a question makes its token",
                        "Remove it, or let the source read a token out of its messages.");
            }
        }
    }

    private void rest() {
        Duration time = this.tokens.rest().time();
        if (time != null && time.isNegative()) {
            throw this.keys.problem(
                    REST,
                    "must not be negative, but is " + time,
                    "Set it to a duration such as 60s, or to 0s for no rest.");
        }
        if (time != null && this.keys.isSet(REST_MOST)) {
            throw this.keys.problem(
                    REST_MOST,
                    "tokens rest for a time",
                    "Remove it, or set " + this.keys.key(REST) + "=until-answered.");
        }
        if (this.tokens.restMost() < 1) {
            throw this.keys.problem(
                    REST_MOST, "must be at least 1, but is " + this.tokens.restMost(), "Set it to 1 or more.");
        }
        boolean issued = this.tokens.issue() != null || this.tokens.issuer() != null;
        if (issued || !this.keys.isSet(REST)) {
            // an issued token rests in any case, so that it is not issued again
            return;
        }
        if (this.tokens.reuse() == Reuse.ALLOW) {
            throw this.keys.problem(
                    REST,
                    "no token rests, since " + this.keys.key(REUSE) + " is allow (origin: " + this.keys.origin(REUSE)
                            + ")",
                    "Remove one of the two.");
        }
        if (this.tokens.reuse() == null && SocketAddress.class.isAssignableFrom(this.type.resolve(Object.class))) {
            throw this.keys.problem(
                    REST,
                    "no token rests, since it is a sender's address, which is used again for each question",
                    "Set " + this.keys.key(REUSE) + "=refuse, or remove it.");
        }
    }

    private void issuer() {
        String issuer = this.tokens.issuer();
        if (issuer == null) {
            return;
        }
        if (issuer.isBlank()) {
            throw this.keys.problem(ISSUER, "names no bean", "Set it to the name of a TokenIssuer bean.");
        }
        if (this.tokens.issue() != null) {
            throw this.keys.problem(
                    ISSUER,
                    "tokens are issued in one way only, and " + this.keys.key(ISSUE) + " (origin: "
                            + this.keys.origin(ISSUE) + ") is another",
                    "Remove one of the two.");
        }
    }

    /** Returns the class of what is issued: of the tokens, or of the ids in tokens that are made of an address and an id. */
    Class<?> issuedType() {
        Class<?> tokenType = this.type.resolve(Object.class);
        if (tokenType != PeerToken.class) {
            return tokenType;
        }
        Class<?> id = this.type.getGeneric(0).resolve();
        if (id == null) {
            throw this.keys.problem(
                    ISSUE,
                    "the class of the ids is not known, since a bean reads the tokens",
                    "Let the source read them, or set " + this.keys.key(ISSUER) + " to a TokenIssuer bean instead.");
        }
        return id;
    }

    private int bits(Issue issue, Class<?> issued) {
        Integer ofNumber = NUMBERS.get(issued);
        if (ofNumber == null && issued != UUID.class && issued != String.class) {
            throw this.keys.problem(
                    ISSUE,
                    "tokens of type " + issued.getName() + " can't be issued",
                    "Use java.lang.Integer, java.lang.Long, java.lang.Short, java.util.UUID or java.lang.String, or set "
                            + this.keys.key(ISSUER) + " to a TokenIssuer bean instead.");
        }
        if (issue == Issue.SEQUENCE && ofNumber == null) {
            throw this.keys.problem(
                    ISSUE,
                    "tokens of type " + issued.getName() + " have no order",
                    "Set it to random, or use java.lang.Integer or java.lang.Long.");
        }
        if (issued == UUID.class) {
            return within(issued, UUID_BITS, UUID_BITS, UUID_BITS);
        }
        if (ofNumber != null) {
            int most = this.fieldBits == 0 ? ofNumber : Math.min(ofNumber, this.fieldBits);
            return within(issued, 1, most, this.fieldBits == 0 ? 0 : most);
        }
        if (this.fieldBits > MOST_DIGITS * BITS_OF_A_DIGIT) {
            throw this.keys.problem(
                    ISSUE,
                    "a field of " + this.fieldBits / Byte.SIZE + " bytes is too long for tokens that are issued",
                    "Set " + this.keys.key(ISSUER) + " to a TokenIssuer bean instead.");
        }
        // what is read from a field has all its digits
        return this.fieldBits == 0
                ? within(issued, BITS_OF_A_DIGIT, MOST_DIGITS * BITS_OF_A_DIGIT, 0)
                : within(issued, this.fieldBits, this.fieldBits, this.fieldBits);
    }

    /**
     * Returns the bits that are set, or the default.
     *
     * @param unless the default; zero if there is none
     */
    private int within(Class<?> issued, int least, int most, int unless) {
        Integer given = this.tokens.bits();
        String field = this.fieldBits == 0 ? "" : " in a field of " + this.fieldBits + " bits";
        String range = least == most ? String.valueOf(most) : least + " to " + most;
        String multiple = issued == String.class ? ", four for each hexadecimal digit" : "";
        if (given == null) {
            if (unless == 0) {
                throw this.keys.problem(
                        BITS,
                        "it is not known how many bits an issued " + issued.getName() + " has",
                        "Set " + this.keys.key(BITS) + " to a value of " + range + multiple + ".");
            }
            return unless;
        }
        if (given < least || given > most || issued == String.class && given % BITS_OF_A_DIGIT != 0) {
            throw this.keys.problem(
                    BITS,
                    "an issued " + issued.getName() + field + " has " + range + " bits, not " + given,
                    "Set it to a value of " + range + multiple + ", or use another token type.");
        }
        return given;
    }
}
