package io.github.exitleft;

import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * Numbers that can't be guessed, drawn from a {@link SecureRandom} in batches, since one call costs far more than the
 * bytes it returns.
 *
 * <p>Guarded by the lock of the tokens that are made of them.
 */
final class SecureNumbers {

    private static final int BATCH = 32 * Long.BYTES;

    private final SecureRandom random;
    private final byte[] bytes = new byte[BATCH];
    private final ByteBuffer batch = ByteBuffer.wrap(bytes);

    SecureNumbers() {
        this(new SecureRandom());
    }

    /** Creates numbers from a given source; for tests. */
    SecureNumbers(SecureRandom random) {
        this.random = random;
        batch.position(BATCH);
    }

    /** Returns 64 random bits. */
    long next() {
        if (!batch.hasRemaining()) {
            // first: if it throws, the last batch must not be used again
            random.nextBytes(bytes);
            batch.rewind();
        }
        return batch.getLong();
    }

    /**
     * Returns the given number of random bits.
     *
     * @param count from 1 to 64
     */
    long bits(int count) {
        return next() >>> (Long.SIZE - count);
    }

    /**
     * Returns a number from 0 up to a bound, each equally likely but for one part in 2^42.
     *
     * @param bound from 1 to 2^20, exclusive
     */
    int below(int bound) {
        return (int) (bits(Long.SIZE - 1) % bound);
    }
}
