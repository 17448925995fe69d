package io.github.exitleft.spring.boot.source;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks the keys below a source's {@code token}, each of which is a way to read the token: one at most may be set.
 *
 * {@snippet :
 * var keys = new TokenKeys(context)
 *         .text("header", token.header(), "header")
 *         .way("key", token.key())
 *         .reader(token.reader());
 * }
 */
public final class TokenKeys {

    private static final String TOKEN = "token.";

    private final SourceContext context;
    private final List<String> ways = new ArrayList<>();

    /**
     * Begins a check.
     *
     * @param context reports what is wrong
     */
    public TokenKeys(SourceContext context) {
        this.context = context;
    }

    /**
     * Notes a key, and reports it if it is set and another is too.
     *
     * @param key the key, as it stands below {@code token}
     * @param isSet whether it is set
     * @return this
     * @throws RuntimeException if it is the second that is set
     */
    public TokenKeys way(String key, boolean isSet) {
        if (!isSet) {
            return this;
        }
        this.ways.add(key);
        if (this.ways.size() > 1) {
            String first = TOKEN + this.ways.get(0);
            throw this.context.problem(
                    TOKEN + key,
                    "the token can be read in one way only, and " + this.context.key(first) + " (origin: "
                            + this.context.origin(first) + ") is another",
                    "Remove one of the two.");
        }
        return this;
    }

    /**
     * Notes a key that is a name, which must not be blank.
     *
     * @param key the key, as it stands below {@code token}
     * @param value its value, or null if it is not set
     * @param what the kind of thing that it names, such as {@code header}
     * @return this
     * @throws RuntimeException if the name is blank, or if the key is the second that is set
     */
    public TokenKeys text(String key, @Nullable String value, String what) {
        way(key, value != null);
        if (value != null && value.isBlank()) {
            throw this.context.problem(TOKEN + key, "names no " + what, "Set it to the name of a " + what + ".");
        }
        return this;
    }

    /**
     * Notes the key {@code reader}, which names a {@link io.github.exitleft.TokenReader} bean.
     *
     * @param name the bean's name, or null if it is not set
     * @return this
     * @throws RuntimeException if the name is blank, or if the key is the second that is set
     */
    public TokenKeys reader(@Nullable String name) {
        way("reader", name != null);
        if (name != null && name.isBlank()) {
            throw this.context.problem(TOKEN + "reader", "names no bean", "Set it to the name of a TokenReader bean.");
        }
        return this;
    }

    /**
     * Says whether none of the keys noted so far is set.
     *
     * @return whether none is
     */
    public boolean none() {
        return this.ways.isEmpty();
    }
}
