package io.github.exitleft.spring.boot.source;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks the keys below a source's {@code token}, each of which is a way to read the token: one at most may be set. A field
 * is one way, which {@code offset} and {@code length} set together.
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
    private static final String BYTE_ORDER = TOKEN + "byte-order";

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
     * Notes the keys {@code offset} and {@code length}, which together set a field.
     *
     * @param offset the offset, or null if it is not set
     * @param length the length, or null if it is not set
     * @return this
     * @throws RuntimeException if one of the two is set and another way is too
     * @see #checkField
     */
    public TokenKeys field(@Nullable Integer offset, @Nullable Integer length) {
        return way(offset != null ? "offset" : "length", offset != null || length != null);
    }

    /**
     * Checks the keys of a field, once all ways are noted. Reports one of {@code offset} and {@code length} without the other,
     * and a {@code byte-order} without them.
     *
     * @param offset the offset, or null if it is not set
     * @param length the length, or null if it is not set
     * @param byteOrder the byte order, or null if it is not set
     * @throws RuntimeException if there is a mistake
     */
    public void checkField(@Nullable Integer offset, @Nullable Integer length, @Nullable Endianness byteOrder) {
        if (offset == null && length == null) {
            if (byteOrder != null) {
                throw this.context.problem(
                        BYTE_ORDER,
                        "there is no field whose bytes it could order",
                        "Remove it, or set " + this.context.key(TOKEN + "offset") + " and "
                                + this.context.key(TOKEN + "length") + ".");
            }
        } else if (offset == null || length == null) {
            String missing = TOKEN + (offset == null ? "offset" : "length");
            throw this.context.problem(
                    missing, "offset and length go together", "Set " + this.context.key(missing) + " too.");
        }
    }

    /**
     * Reports a {@code byte-order} of a field that is no number.
     *
     * @param byteOrder the byte order, or null if it is not set
     * @param type the class of what is read from the field
     * @throws RuntimeException if a byte order is set, and the class is not that of a number
     */
    public void checkByteOrder(@Nullable Endianness byteOrder, Class<?> type) {
        if (byteOrder != null && !Number.class.isAssignableFrom(type)) {
            throw this.context.problem(
                    BYTE_ORDER,
                    "only numbers have a byte order, and the field is read as a " + type.getName(),
                    "Remove it, or let the field be a java.lang.Short, java.lang.Integer or java.lang.Long.");
        }
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
