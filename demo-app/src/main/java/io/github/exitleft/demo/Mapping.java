package io.github.exitleft.demo;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * How a NAT maps one port that talks to many servers (RFC 5780, section 4.3), as far as one round of requests can tell.
 */
enum Mapping {
    /** The same for every server. */
    @JsonProperty("endpoint-independent")
    ENDPOINT_INDEPENDENT,
    /** Not the same for every server. */
    @JsonProperty("address-dependent")
    ADDRESS_DEPENDENT,
    /** Too few servers have answered to tell. */
    @JsonProperty("unknown")
    UNKNOWN;

    /** One answer: a server and the address that it saw. */
    record Seen(InetAddress server, InetSocketAddress mapped) {}

    /**
     * Judges the mapping by the answers.
     *
     * <p>Each address family is judged by itself, since IPv4 and IPv6 have different addresses without any NAT. One
     * family with two mappings is enough for "dependent". "Independent" takes a family in which two servers at
     * different addresses agree, and none with two mappings: a NAT may treat the ports of one address alike and another
     * address differently.
     */
    static Mapping of(Collection<Seen> answers) {
        Map<Class<?>, Set<InetAddress>> servers = new HashMap<>();
        Map<Class<?>, Set<InetSocketAddress>> mappings = new HashMap<>();
        for (Seen answer : answers) {
            Class<?> family = answer.server().getClass();
            servers.computeIfAbsent(family, each -> new HashSet<>()).add(answer.server());
            mappings.computeIfAbsent(family, each -> new HashSet<>()).add(answer.mapped());
        }
        if (mappings.values().stream().anyMatch(different -> different.size() > 1)) {
            return ADDRESS_DEPENDENT;
        }
        return servers.values().stream().anyMatch(different -> different.size() > 1) ? ENDPOINT_INDEPENDENT : UNKNOWN;
    }
}
