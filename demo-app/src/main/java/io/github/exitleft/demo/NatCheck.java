package io.github.exitleft.demo;

import java.util.List;

/**
 * What all servers together say about the NAT between them and this application.
 *
 * @param localPort the one UDP port that all requests left from
 * @param mapping how the NAT maps that port
 * @param bindings what each server said, in the order of the configuration
 */
record NatCheck(int localPort, Mapping mapping, List<Binding> bindings) {}
