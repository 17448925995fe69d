package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * What a stage is made of, for its director and its keeper, which know nothing of the stage itself.
 *
 * @param <T> tokens
 * @param <R> the resource
 * @param <B> the buffer
 */
final class BareParts<T, R, B extends @Nullable Object> {

    final String name;

    /** What thread dumps show parked threads to wait for, and what messages call the stage. */
    final Object stage;

    final R resource;
    final SharedBuffer<B> buffer;
    final Parker parker;
    final Callbacks callbacks;
    final Role role;
    final Generations generations;
    final Registrations<Registration<T>> registrations;

    BareParts(
            String name,
            Object stage,
            R resource,
            SharedBuffer<B> buffer,
            Parker parker,
            Callbacks callbacks,
            Role role,
            Generations generations,
            Registrations<Registration<T>> registrations) {
        this.name = name;
        this.stage = stage;
        this.resource = resource;
        this.buffer = buffer;
        this.parker = parker;
        this.callbacks = callbacks;
        this.role = role;
        this.generations = generations;
        this.registrations = registrations;
    }
}
