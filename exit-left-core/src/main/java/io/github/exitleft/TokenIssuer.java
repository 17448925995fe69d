package io.github.exitleft;

/**
 * Issues the tokens of a stage whose callers don't bring their own.
 *
 * <p>It gives candidates. The stage sees to it that none is used that is live or resting: such a one is passed over, and the issuer
 * is asked again, a few times. It need not remember what it has given, but its tokens have to be drawn from so many that two of them
 * are rarely the same. Where strangers can reach the source they have to be hard to guess too. {@code UUID::randomUUID} is both.
 *
 * <p>It is called by the threads that call the stage, by several at once, outside the stage's locks.
 *
 * @param <T> tokens
 */
@FunctionalInterface
interface TokenIssuer<T> {

    /**
     * Gives a candidate for the next token.
     *
     * @return the candidate; not null
     * @throws Exception if there is none; the call is refused with that cause, and nothing is sent
     */
    T issue() throws Exception;
}
