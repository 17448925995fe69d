package io.github.exitleft.spring.boot.tcp;

import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.tcp.TcpSource;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The remotes of a connection.
 *
 * @param key the key that sets them
 * @param addresses at least one; names are not resolved
 */
record TcpRemotes(String key, List<InetSocketAddress> addresses) {

    private static final String REMOTE = "remote";
    private static final String REMOTES = "remotes";

    /** A host, which is an IPv6 address if it is in brackets, and a port. */
    private static final Pattern HOST_AND_PORT =
            Pattern.compile("([^\\s:/@\\[\\]]+|\\[[^\\s\\[\\]]+])(?::(\\d{1,5}))?");

    static TcpRemotes of(SourceContext context, TcpProperties tcp) {
        String one = tcp.remote();
        List<String> several = tcp.remotes();
        if (one == null && several.isEmpty()) {
            throw context.problem(
                    REMOTE,
                    "it is not known what to connect to",
                    "Set " + context.key(REMOTE) + " to host and port, such as switch.example:9000, or "
                            + context.key(REMOTES) + " to several of these.");
        }
        if (one != null && !several.isEmpty()) {
            throw context.problem(
                    REMOTES,
                    "the remotes can be set in one way only, and " + context.key(REMOTE) + " (origin: "
                            + context.origin(REMOTE) + ") is another",
                    "Remove one of the two.");
        }
        String key = one != null ? REMOTE : REMOTES;
        List<String> given = one != null ? List.of(one) : several;
        return new TcpRemotes(
                key, given.stream().map(remote -> address(context, key, remote)).toList());
    }

    private static InetSocketAddress address(SourceContext context, String key, String remote) {
        String example = "Set it to host and port, such as switch.example:9000 or [2001:db8::1]:9000.";
        Matcher parts = HOST_AND_PORT.matcher(remote);
        if (!parts.matches()) {
            boolean bare = remote.chars().filter(c -> c == ':').count() > 1 && !remote.contains("/");
            throw context.problem(
                    key,
                    "'" + remote + "' is no host with a port",
                    bare ? "Put an IPv6 address in brackets, such as [2001:db8::1]:9000." : example);
        }
        if (parts.group(2) == null) {
            throw context.problem(key, "'" + remote + "' has no port", example);
        }
        int port = Integer.parseInt(parts.group(2));
        if (port < 1 || port > 65_535) {
            throw context.problem(key, "the port of '" + remote + "' must be from 1 to 65535, but is " + port, example);
        }
        String host = parts.group(1);
        if (!host.startsWith("[")) {
            return InetSocketAddress.createUnresolved(host, port);
        }
        try {
            // an address in brackets is never looked up
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw context.problem(key, "'" + host + "' is no IPv6 address in brackets: " + e.getMessage(), example, e);
        }
    }

    void addTo(TcpSource.Builder builder) {
        this.addresses.forEach(builder::remote);
    }
}
