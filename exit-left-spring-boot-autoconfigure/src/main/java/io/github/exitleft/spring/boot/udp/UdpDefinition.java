package io.github.exitleft.spring.boot.udp;

import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.source.OpenSource;
import io.github.exitleft.spring.boot.source.SourceBeans;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import io.github.exitleft.spring.boot.source.TokenKeys;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.DatagramTokens;
import io.github.exitleft.udp.UdpSource;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A UDP port that has not been opened yet. */
record UdpDefinition(
        SourceContext context, UdpProperties udp, @Nullable TokenReader<?, Datagram> reader)
        implements SourceDefinition {

    private static final Set<Class<?>> FIELD_TYPES =
            Set.of(Integer.class, Long.class, UUID.class, ByteBuffer.class, String.class);

    static UdpDefinition of(SourceContext context, UdpProperties udp) {
        context.inRange("port", udp.port(), 0, 65_535);
        context.inRange("receive-buffer-size", udp.receiveBufferSize().toBytes(), 1, Integer.MAX_VALUE);
        if (udp.sendBufferSize() != null) {
            context.inRange("send-buffer-size", udp.sendBufferSize().toBytes(), 1, Integer.MAX_VALUE);
        }
        if (udp.trafficClass() != null) {
            context.inRange("traffic-class", udp.trafficClass(), 0, 255);
        }
        context.inRange("max-datagram-size", udp.maxDatagramSize().toBytes(), 1, 65_535);
        multicast(context, udp);
        UdpProperties.Token token = udp.token();
        var ways = new TokenKeys(context)
                .way(token.offset() != null ? "offset" : "length", token.offset() != null || token.length() != null)
                .reader(token.reader())
                .way("sender", token.sender());
        if (ways.none()) {
            throw noWayToReadTheToken(context);
        }
        TokenReader<?, Datagram> reader = null;
        if (token.sender()) {
            reader = context.checkTokenType(() -> DatagramTokens.sender(context.tokenType()));
        } else if (token.reader() == null) {
            reader = field(context, udp, token);
        }
        return new UdpDefinition(context, udp, reader);
    }

    private static void multicast(SourceContext context, UdpProperties udp) {
        String name = udp.multicastInterface();
        if (udp.multicastGroups().isEmpty()) {
            if (name != null) {
                throw context.problem(
                        "multicast-interface",
                        "there are no groups to join on it",
                        "Set " + context.key("multicast-groups") + ", or remove the interface.");
            }
            return;
        }
        if (name == null || name.isBlank()) {
            throw noInterface(context, "multicast groups are joined on an interface");
        }
        for (InetAddress group : udp.multicastGroups()) {
            if (!group.isMulticastAddress()) {
                throw context.problem(
                        "multicast-groups",
                        group.getHostAddress() + " is no multicast address",
                        "Set it to addresses from 224.0.0.0 to 239.255.255.255, or below ff00::/8.");
            }
        }
        InetAddress address = udp.address();
        if (address != null && !address.isAnyLocalAddress() && !address.isMulticastAddress()) {
            throw context.problem(
                    "address",
                    "at that address no datagram to a multicast group arrives",
                    "Remove it, to listen on all interfaces, or remove " + context.key("multicast-groups") + ".");
        }
    }

    private static RuntimeException noInterface(SourceContext context, String reason) {
        String key = "multicast-interface";
        return context.problem(key, reason, "Set " + context.key(key) + " to one of: " + networkInterfaces() + ".");
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
        } catch (SocketException e) {
            // there are no interfaces
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

    private static RuntimeException noWayToReadTheToken(SourceContext context) {
        String token = "token";
        return context.problem(
                token,
                "there is no way to read the token out of a datagram",
                "Set exactly one of: " + context.key(token) + ".offset together with " + context.key(token)
                        + ".length; "
                        + context.key(token) + ".reader (the name of a TokenReader bean); " + context.key(token)
                        + ".sender=true.");
    }

    private static TokenReader<?, Datagram> field(SourceContext context, UdpProperties udp, UdpProperties.Token token) {
        Integer offset = token.offset();
        Integer length = token.length();
        if (offset == null || length == null) {
            String missing = offset == null ? "offset" : "length";
            throw context.problem(
                    "token." + missing,
                    "offset and length go together",
                    "Set " + context.key("token." + missing) + " too.");
        }
        Supplier<TokenReader<?, Datagram>> field = () -> DatagramTokens.at(context.tokenType(), offset, length);
        TokenReader<?, Datagram> reader = FIELD_TYPES.contains(context.tokenType())
                ? context.check(offset < 0 ? "token.offset" : "token.length", field)
                : context.checkTokenType(field);
        long longest = udp.maxDatagramSize().toBytes();
        if (offset + length > longest) {
            throw context.problem(
                    "token.length",
                    "a token at offset " + offset + " with length " + length + " is in no datagram of at most "
                            + longest + " bytes",
                    "Set it to " + (longest - offset) + " or less, or raise " + context.key("max-datagram-size") + ".");
        }
        return reader;
    }

    @Override
    public Class<?> messageType() {
        return Datagram.class;
    }

    @Override
    public OpenSource open(SourceBeans beans) {
        TokenReader<?, ?> tokens =
                beans.tokenReader(this.reader, this.udp.token().reader(), Datagram.class);
        return OpenSource.owned(openPort(), tokens);
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
                throw noInterface(this.context, "there is no interface '" + on + "'");
            }
            this.udp.multicastGroups().forEach(group -> builder.join(group, found));
        }
        try {
            return builder.open();
        } catch (UncheckedIOException e) {
            String message = String.valueOf(e.getMessage());
            if (message.startsWith("multicast group")) {
                throw this.context.problem(
                        "multicast-groups",
                        message,
                        "Set " + this.context.key("multicast-interface") + " to one of: " + networkInterfaces() + ".",
                        e);
            }
            boolean foreignAddress = message.contains("assign requested address");
            throw this.context.problem(
                    foreignAddress ? "address" : "port",
                    message,
                    foreignAddress
                            ? "Set it to an address of this machine, or remove it to listen on all of them."
                            : "Stop what uses the port, set another one, or 0 for any that is free.",
                    e);
        }
    }
}
