package io.github.exitleft;

import java.util.HexFormat;
import java.util.UUID;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;

/**
 * All tokens of a type that have a given number of bits, and how to make them.
 *
 * <p>A number with fewer bits than its type has is not negative. One with as many bits as its type is any number of the
 * type, so half of them are negative: it is the unsigned number in two's complement, as {@link
 * Integer#toUnsignedString(int)} reads it. In spaces of more than {@value FreeNumbers#MOST_BITS} bits 0 is left out:
 * many protocols give it a meaning, and one of a million is not missed.
 */
abstract class TokenSpace<T> {

    /** The number of a token outside the space. */
    static final int NONE = -1;

    final int bits;

    /** Returns half the number of tokens, or the limit if that is less. */
    int halfOrAtMost(int limit) {
        return bits > Integer.SIZE - 2 ? limit : Math.min(limit, 1 << bits - 1);
    }

    private TokenSpace(int bits) {
        this.bits = bits;
    }

    /**
     * Returns the space of a type's tokens.
     *
     * @param bits how many bits a token has: for a {@code UUID} always 122, for a {@code String} of lower-case
     *     hexadecimal digits four for each digit
     * @throws IllegalArgumentException if there are no such tokens
     */
    static <T> TokenSpace<T> of(Class<T> type, int bits) {
        TokenSpace<?> space;
        if (type == Integer.class) {
            space = numbers(Integer.class, bits, Integer.SIZE, number -> (int) number, token -> token);
        } else if (type == Long.class) {
            space = numbers(Long.class, bits, Long.SIZE, number -> number, token -> token);
        } else if (type == Short.class) {
            space = numbers(Short.class, bits, Short.SIZE, number -> (short) number, token -> token);
        } else if (type == UUID.class) {
            require(bits == Uuids.BITS, type, bits, "exactly " + Uuids.BITS);
            space = new Uuids();
        } else if (type == String.class) {
            require(
                    bits >= 4 && bits <= Hexadecimal.MOST && bits % 4 == 0,
                    type,
                    bits,
                    "4 for each digit, up to " + Hexadecimal.MOST);
            space = new Hexadecimal(bits);
        } else {
            throw new IllegalArgumentException(
                    "tokens of type " + type.getName() + " can't be issued; use java.lang.Integer,"
                            + " java.lang.Long, java.lang.Short, java.util.UUID or java.lang.String, or an issuer of your own");
        }
        return cast(space);
    }

    @SuppressWarnings("unchecked") // of the class that was asked for
    private static <T> TokenSpace<T> cast(TokenSpace<?> space) {
        return (TokenSpace<T>) space;
    }

    private static <T> Numbers<T> numbers(
            Class<T> type, int bits, int most, LongFunction<T> token, ToLongFunction<T> number) {
        require(bits >= 1 && bits <= most, type, bits, "1 to " + most);
        return new Numbers<>(bits, token, number);
    }

    private static void require(boolean fits, Class<?> type, int bits, String range) {
        if (!fits) {
            throw new IllegalArgumentException("issued tokens of type " + type.getName() + " have " + range
                    + " bits, but 'bits' is " + bits + "; set it to that, or use another type");
        }
    }

    /** Returns whether a bit set can hold the whole space. */
    boolean isSmall() {
        return bits <= FreeNumbers.MOST_BITS;
    }

    /** Makes a token that can't be foreseen. */
    abstract T random(SecureNumbers random);

    /** Makes the token of a number, of which only the low bits count. */
    abstract T token(long number);

    /** Returns a token's number in a small space; {@link #NONE} if the token is not in the space. */
    abstract int number(T token);

    /** Returns whether a token's use is known by those that are issued: in a small space, whether it is in that. */
    final boolean covers(T token) {
        return !isSmall() || number(token) != NONE;
    }

    /**
     * Refuses a space whose tokens have no order; returns this one.
     *
     * @throws IllegalArgumentException if it is refused
     */
    final TokenSpace<T> requireOrdered(Class<T> type) {
        if (!isOrdered()) {
            throw new IllegalArgumentException("tokens of type " + type.getName()
                    + " can't be issued in sequence; issue them at random, or use java.lang.Integer or java.lang.Long");
        }
        return this;
    }

    /** Returns whether tokens can be issued in sequence. */
    abstract boolean isOrdered();

    private long mask() {
        return -1L >>> (Long.SIZE - bits);
    }

    private static final class Numbers<T> extends TokenSpace<T> {

        private final LongFunction<T> token;
        private final ToLongFunction<T> number;

        Numbers(int bits, LongFunction<T> token, ToLongFunction<T> number) {
            super(bits);
            this.token = token;
            this.number = number;
        }

        @Override
        T random(SecureNumbers random) {
            long drawn = random.bits(bits);
            while (drawn == 0 && !isSmall()) {
                drawn = random.bits(bits);
            }
            return token.apply(drawn);
        }

        @Override
        T token(long number) {
            return token.apply(number & super.mask());
        }

        @Override
        int number(T token) {
            long found = number.applyAsLong(token) & super.mask();
            return this.token.apply(found).equals(token) ? (int) found : NONE;
        }

        @Override
        boolean isOrdered() {
            return true;
        }
    }

    private static final class Uuids extends TokenSpace<UUID> {

        static final int BITS = 122;

        Uuids() {
            super(BITS);
        }

        @Override
        UUID random(SecureNumbers random) {
            // RFC 9562, section 5.4: version 4, variant 10
            return new UUID(
                    random.next() & ~0xF000L | 0x4000L,
                    random.next() & ~0xC000_0000_0000_0000L | 0x8000_0000_0000_0000L);
        }

        @Override
        UUID token(long number) {
            throw new UnsupportedOperationException("UUIDs have no order");
        }

        @Override
        int number(UUID token) {
            return NONE;
        }

        @Override
        boolean isOrdered() {
            return false;
        }
    }

    private static final class Hexadecimal extends TokenSpace<String> {

        static final int MOST = 1_024;

        private static final HexFormat HEX = HexFormat.of();

        Hexadecimal(int bits) {
            super(bits);
        }

        @Override
        String random(SecureNumbers random) {
            var digits = new StringBuilder(bits / 4);
            for (int left = bits / 4; left > 0; left -= 16) {
                digits.append(HEX.toHexDigits(random.next(), Math.min(left, 16)));
            }
            return digits.toString();
        }

        @Override
        String token(long number) {
            return HEX.toHexDigits(number, bits / 4);
        }

        @Override
        int number(String token) {
            if (token.length() != bits / 4) {
                return NONE;
            }
            for (int i = 0; i < token.length(); i++) {
                char digit = token.charAt(i);
                if (!(digit >= '0' && digit <= '9' || digit >= 'a' && digit <= 'f')) {
                    return NONE;
                }
            }
            return HexFormat.fromHexDigits(token);
        }

        @Override
        boolean isOrdered() {
            return false;
        }
    }
}
