package io.github.exitleft.demo;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server as people write it, {@code HOST:PORT} or {@code [IPv6]:PORT}; the host is resolved only on request.
 *
 * @param host a name or an IP address, an IPv6 address in brackets
 * @param port 1 to 65535
 */
record ServerAddress(String host, int port) {

    private static final Pattern TEXT = Pattern.compile("(\\[[0-9a-fA-F:.]{2,45}]|[0-9a-zA-Z.-]{1,253}):(\\d{1,5})");
    private static final Pattern LABELS = Pattern.compile(
            "(?:[0-9a-zA-Z](?:[0-9a-zA-Z-]{0,61}[0-9a-zA-Z])?\\.)*[a-zA-Z](?:[0-9a-zA-Z-]{0,61}[0-9a-zA-Z])?\\.?");
    private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");

    /**
     * Parses a server; public and of this name so that Spring converts parameters and properties with it.
     *
     * @throws IllegalArgumentException if the text is no server
     */
    public static ServerAddress of(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (matcher.matches()) {
            String host = matcher.group(1).toLowerCase(Locale.ROOT);
            int port = Integer.parseInt(matcher.group(2));
            if (port >= 1 && port <= 65_535 && isHost(host)) {
                return new ServerAddress(host, port);
            }
        }
        throw new IllegalArgumentException(
                "server '" + text
                        + "' must be HOST:PORT with a port from 1 to 65535, such as stun.example.org:3478 or [2001:db8::1]:3478");
    }

    static ServerAddress of(InetSocketAddress address) {
        return of(text(address));
    }

    /** Returns host and port, with an IPv6 address in brackets. */
    static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    private static boolean isHost(String host) {
        if (host.startsWith("[")) {
            try {
                // in brackets the host is parsed and never looked up
                InetAddress.getByName(host);
                return true;
            } catch (UnknownHostException e) {
                return false;
            }
        }
        // anything but four numbers that Java takes for an address, such as 127.1 or 2130706433, is refused
        return IPV4.matcher(host).matches() || LABELS.matcher(host).matches();
    }

    /** Returns the address to send to; looks a name up, which may take a while. */
    InetSocketAddress resolve() throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByName(host), port);
    }

    /** Returns all addresses of a name. */
    List<InetAddress> resolveAll() throws UnknownHostException {
        return List.of(InetAddress.getAllByName(host));
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
