package io.github.exitleft;

/**
 * Issues the tokens of a stage whose callers don't bring their own.
 *
 * <p>It returns candidates. The stage skips a candidate that is live or resting and asks again, a few times. An issuer
 * need not remember what it returned, but its tokens must be drawn from so many that two are rarely equal, and must be
 * hard to guess where strangers can reach the source. {@code UUID::randomUUID} does both.
 *
 * <p>It is called by the threads that call the stage, by several at once, with none of the stage's locks held.
 *
 * @param <T> tokens
 */
@FunctionalInterface
public interface TokenIssuer<T> {

    /**
     * Returns a candidate for the next token.
     *
     * @return the candidate; not null
     * @throws Exception if there is none; the call is refused with that cause, and nothing is sent
     */
    T issue() throws Exception;
}
