package io.github.exitleft;

import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * Numbers that can't be guessed, drawn from a {@link SecureRandom} in batches, since a call of that costs far more than its bytes.
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

    /** For tests: with a source of their own. */
    SecureNumbers(SecureRandom random) {
        this.random = random;
        batch.position(BATCH);
    }

    /** Returns 64 random bits. */
    long next() {
        if (!batch.hasRemaining()) {
            random.nextBytes(bytes); // first: what throws must not let the last batch be used again
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
     * Returns a number from 0 to below a bound, each as likely as any other but for one part in 2^42.
     *
     * @param bound from 1 to 2^20
     */
    int below(int bound) {
        return (int) (bits(Long.SIZE - 1) % bound);
    }
}
