package io.github.exitleft;

import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * A token made of a peer's address and an id, so that the ids of one peer don't exclude those of another.
 *
 * @param <T> ids; immutable, with {@code equals} and {@code hashCode}
 * @param sender the address that the peer sends from
 * @param id what tells the peer's answers apart
 */
public record PeerToken<T>(InetSocketAddress sender, T id) {

    /**
     * Creates a token.
     *
     * @param sender the address that the peer sends from; resolved, since no answer comes from an unresolved one
     * @param id what tells the peer's answers apart
     * @throws IllegalArgumentException if the address is not resolved
     */
    public PeerToken {
        Objects.requireNonNull(sender, "'sender' must not be null");
        Objects.requireNonNull(id, "'id' must not be null");
        if (sender.isUnresolved()) {
            throw new IllegalArgumentException("'sender' must be resolved, but is " + sender
                    + "; resolve its host with new InetSocketAddress(host, port)");
        }
    }

    /**
     * Returns the class of tokens with ids of one type, as {@link Stage#builder} needs it.
     *
     * @param <T> ids
     * @param id the class of the ids
     * @return the class of these tokens
     */
    @SuppressWarnings("unchecked") // type arguments are not there at run time
    public static <T> Class<PeerToken<T>> type(Class<T> id) {
        Objects.requireNonNull(id, "'id' must not be null");
        return (Class<PeerToken<T>>) (Class<?>) PeerToken.class;
    }

    @Override
    public String toString() {
        return id + " of " + sender;
    }
}
