package io.github.exitleft.demo;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What one server said, or why it said nothing.
 *
 * @param server the server that was asked
 * @param mappedAddress the address from which the server saw the request come; null if there is an error
 * @param roundTripMicros the time from the first request to the answer, in microseconds; null if there is an error
 * @param error why there is no answer; null if there is one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Binding(
        String server,
        @Nullable String mappedAddress,
        @Nullable Long roundTripMicros,
        @Nullable String error) {}
