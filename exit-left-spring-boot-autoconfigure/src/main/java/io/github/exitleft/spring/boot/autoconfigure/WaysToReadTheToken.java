package io.github.exitleft.spring.boot.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The ways to read a token that the properties name: there may be one only. */
final class WaysToReadTheToken {

    private final StageKeys keys;
    private final String token;
    private final List<String> ways = new ArrayList<>();

    WaysToReadTheToken(StageKeys keys, String token) {
        this.keys = keys;
        this.token = token;
    }

    /** Takes note of a key below the token's that may be a way. */
    WaysToReadTheToken way(String key, boolean isSet) {
        if (!isSet) {
            return this;
        }
        this.ways.add(key);
        if (this.ways.size() > 1) {
            String first = this.token + "." + this.ways.get(0);
            throw this.keys.problem(
                    this.token + "." + key,
                    "the token can be read in one way only, and " + this.keys.key(first) + " (origin: "
                            + this.keys.origin(first) + ") is another",
                    "Remove one of the two.");
        }
        return this;
    }

    /** Takes note of a text that must not be blank if it is set. */
    WaysToReadTheToken text(String key, @Nullable String value, String what) {
        way(key, value != null);
        if (value != null && value.isBlank()) {
            throw this.keys.problem(
                    this.token + "." + key, "names no " + what, "Set it to the name of a " + what + ".");
        }
        return this;
    }

    /** Takes note of a token reader's name. */
    WaysToReadTheToken reader(@Nullable String name) {
        way("reader", name != null);
        if (name != null && name.isBlank()) {
            throw this.keys.problem(
                    this.token + ".reader", "names no bean", "Set it to the name of a TokenReader bean.");
        }
        return this;
    }

    boolean none() {
        return this.ways.isEmpty();
    }
}
