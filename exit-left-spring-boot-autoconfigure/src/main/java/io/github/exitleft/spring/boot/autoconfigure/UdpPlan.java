package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.autoconfigure.StageProperties.Udp;
import io.github.exitleft.spring.boot.autoconfigure.StageProperties.UdpToken;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.DatagramTokens;
import io.github.exitleft.udp.UdpSource;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A UDP port that is going to be opened. */
record UdpPlan(StageKeys keys, Udp udp, @Nullable TokenReader<?, Datagram> reader) implements SourcePlan {

    private static final Set<Class<?>> FIELD_TYPES =
            Set.of(Integer.class, Long.class, UUID.class, ByteBuffer.class, String.class);

    static UdpPlan of(StageKeys keys, Class<?> tokenType, @Nullable Udp udp) {
        if (udp == null) {
            throw noWayToReadTheToken(keys);
        }
        keys.inRange("source.udp.port", udp.port(), 0, 65_535);
        keys.inRange("source.udp.receive-buffer-size", udp.receiveBufferSize().toBytes(), 1, Integer.MAX_VALUE);
        if (udp.sendBufferSize() != null) {
            keys.inRange("source.udp.send-buffer-size", udp.sendBufferSize().toBytes(), 1, Integer.MAX_VALUE);
        }
        if (udp.trafficClass() != null) {
            keys.inRange("source.udp.traffic-class", udp.trafficClass(), 0, 255);
        }
        keys.inRange("source.udp.max-datagram-size", udp.maxDatagramSize().toBytes(), 1, 65_535);
        multicast(keys, udp);
        UdpToken token = udp.token();
        var ways = new WaysToReadTheToken(keys, "source.udp.token")
                .way(token.offset() != null ? "offset" : "length", token.offset() != null || token.length() != null)
                .reader(token.reader())
                .way("sender", token.sender());
        if (ways.none()) {
            throw noWayToReadTheToken(keys);
        }
        TokenReader<?, Datagram> reader = null;
        if (token.sender()) {
            reader = keys.possible("token-type", () -> DatagramTokens.sender(tokenType));
        } else if (token.reader() == null) {
            reader = field(keys, tokenType, udp, token);
        }
        return new UdpPlan(keys, udp, reader);
    }

    private static void multicast(StageKeys keys, Udp udp) {
        String name = udp.multicastInterface();
        if (udp.multicastGroups().isEmpty()) {
            if (name != null) {
                throw keys.problem(
                        "source.udp.multicast-interface",
                        "there are no groups to join on it",
                        "Set " + keys.key("source.udp.multicast-groups") + ", or remove the interface.");
            }
            return;
        }
        if (name == null || name.isBlank()) {
            throw noInterface(keys, "multicast groups are joined on an interface");
        }
        for (InetAddress group : udp.multicastGroups()) {
            if (!group.isMulticastAddress()) {
                throw keys.problem(
                        "source.udp.multicast-groups",
                        group.getHostAddress() + " is no multicast address",
                        "Set it to addresses from 224.0.0.0 to 239.255.255.255, or below ff00::/8.");
            }
        }
        InetAddress address = udp.address();
        if (address != null && !address.isAnyLocalAddress() && !address.isMulticastAddress()) {
            throw keys.problem(
                    "source.udp.address",
                    "at that address no datagram to a multicast group arrives",
                    "Remove it, to listen on all interfaces, or remove " + keys.key("source.udp.multicast-groups")
                            + ".");
        }
    }

    private static StageConfigurationException noInterface(StageKeys keys, String reason) {
        String key = "source.udp.multicast-interface";
        return keys.problem(key, reason, "Set " + keys.key(key) + " to one of: " + networkInterfaces() + ".");
    }

    private static @Nullable NetworkInterface networkInterface(String nameOrAddress) {
        try {
            NetworkInterface named = NetworkInterface.getByName(nameOrAddress);
            return named != null
                    ? named
                    : NetworkInterface.networkInterfaces()
                            .filter(each -> each.inetAddresses()
                                    .anyMatch(address -> withoutScope(address).equals(nameOrAddress)))
                            .findFirst()
                            .orElse(null);
        } catch (SocketException e) { // there are none
            return null;
        }
    }

    private static String networkInterfaces() {
        try {
            return NetworkInterface.networkInterfaces()
                    .map(NetworkInterface::getName)
                    .sorted()
                    .collect(Collectors.joining(", "));
        } catch (SocketException e) {
            return "(none can be listed: " + e.getMessage() + ")";
        }
    }

    private static String withoutScope(InetAddress address) {
        String text = address.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }

    private static StageConfigurationException noWayToReadTheToken(StageKeys keys) {
        String token = "source.udp.token";
        return keys.problem(
                token,
                "there is no way to read the token out of a datagram",
                "Set exactly one of: " + keys.key(token) + ".offset together with " + keys.key(token) + ".length; "
                        + keys.key(token) + ".reader (the name of a TokenReader bean); " + keys.key(token)
                        + ".sender=true.");
    }

    private static TokenReader<?, Datagram> field(StageKeys keys, Class<?> tokenType, Udp udp, UdpToken token) {
        Integer offset = token.offset();
        Integer length = token.length();
        if (offset == null || length == null) {
            String missing = offset == null ? "offset" : "length";
            throw keys.problem(
                    "source.udp.token." + missing,
                    "offset and length go together",
                    "Set " + keys.key("source.udp.token." + missing) + " too.");
        }
        String key = !FIELD_TYPES.contains(tokenType)
                ? "token-type"
                : offset < 0 ? "source.udp.token.offset" : "source.udp.token.length";
        TokenReader<?, Datagram> reader = keys.possible(key, () -> DatagramTokens.at(tokenType, offset, length));
        long longest = udp.maxDatagramSize().toBytes();
        if (offset + length > longest) {
            throw keys.problem(
                    "source.udp.token.length",
                    "a token at offset " + offset + " with length " + length + " is in no datagram of at most "
                            + longest + " bytes",
                    "Set it to " + (longest - offset) + " or less, or raise " + keys.key("source.udp.max-datagram-size")
                            + ".");
        }
        return reader;
    }

    @Override
    public Class<?> messageType() {
        return Datagram.class;
    }

    @Override
    public Opened open(NamedBeans beans) {
        TokenReader<?, ?> tokens = this.reader != null
                ? this.reader
                : beans.reader(
                        "source.udp.token.reader",
                        Objects.requireNonNull(this.udp.token().reader()),
                        Datagram.class);
        return new Opened(openPort(), tokens, true);
    }

    private UdpSource openPort() {
        UdpSource.Builder builder = UdpSource.builder()
                .port(this.udp.port())
                .receiveBufferSize((int) this.udp.receiveBufferSize().toBytes())
                .maxDatagramSize((int) this.udp.maxDatagramSize().toBytes());
        builder.broadcast(this.udp.broadcast());
        if (this.udp.address() != null) {
            builder.address(this.udp.address());
        }
        if (this.udp.sendBufferSize() != null) {
            builder.sendBufferSize((int) this.udp.sendBufferSize().toBytes());
        }
        if (this.udp.trafficClass() != null) {
            builder.trafficClass(this.udp.trafficClass());
        }
        String on = this.udp.multicastInterface();
        if (on != null) {
            NetworkInterface found = networkInterface(on);
            if (found == null) {
                throw noInterface(this.keys, "there is no interface '" + on + "'");
            }
            this.udp.multicastGroups().forEach(group -> builder.join(group, found));
        }
        try {
            return builder.open();
        } catch (UncheckedIOException e) {
            String message = String.valueOf(e.getMessage());
            if (message.startsWith("multicast group")) {
                throw this.keys.problem(
                        "source.udp.multicast-groups",
                        message,
                        "Set " + this.keys.key("source.udp.multicast-interface") + " to one of: " + networkInterfaces()
                                + ".",
                        e);
            }
            boolean foreignAddress = message.contains("assign requested address");
            throw this.keys.problem(
                    foreignAddress ? "source.udp.address" : "source.udp.port",
                    message,
                    foreignAddress
                            ? "Set it to an address of this machine, or remove it to listen on all of them."
                            : "Stop what uses the port, set another one, or 0 for any that is free.",
                    e);
        }
    }
}
