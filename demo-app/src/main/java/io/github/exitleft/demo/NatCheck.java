package io.github.exitleft.demo;

import java.util.List;

/**
 * What all servers together say about the NAT between them and this application.
 *
 * @param localPort the UDP port that all requests left from
 * @param mapping how the NAT maps that port
 * @param bindings each server's answer, in the order of the configuration
 */
record NatCheck(int localPort, Mapping mapping, List<Binding> bindings) {}
