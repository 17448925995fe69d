package io.github.exitleft.spring.boot.udp;

import io.github.exitleft.Keeper;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.source.OpenSource;
import io.github.exitleft.spring.boot.source.SourceBeans;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import io.github.exitleft.spring.boot.source.StandIn;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import io.github.exitleft.udp.UdpSource;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A UDP port that has not been opened yet. */
record UdpDefinition(SourceContext context, UdpProperties udp, UdpTokens tokens) implements SourceDefinition {

    /** Where the ports begin that are free for all. */
    private static final int FIRST_FREE_PORT = 49_152;

    static UdpDefinition of(SourceContext context, UdpProperties udp) {
        context.inRange("port", udp.port(), 0, 65_535);
        context.inRange("receive-buffer-size", udp.receiveBufferSize().toBytes(), 1, Integer.MAX_VALUE);
        if (udp.sendBufferSize() != null) {
            context.inRange("send-buffer-size", udp.sendBufferSize().toBytes(), 1, Integer.MAX_VALUE);
        }
        if (udp.trafficClass() != null) {
            context.inRange("traffic-class", udp.trafficClass(), 0, 255);
        }
        context.inRange("outlets", udp.outlets(), 1, 64);
        context.inRange("max-datagram-size", udp.maxDatagramSize().toBytes(), 1, 65_535);
        multicast(context, udp);
        return new UdpDefinition(context, udp, UdpTokens.of(context, udp));
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

    @Override
    public Class<?> messageType() {
        return Datagram.class;
    }

    @Override
    public @Nullable Type tokenType() {
        return this.tokens.type();
    }

    @Override
    public int tokenLength() {
        return this.tokens.length();
    }

    @Override
    public OpenSource open(SourceBeans beans) {
        TokenReader<?, ?> tokens = tokens(beans);
        return OpenSource.owned(openPort(), tokens);
    }

    private TokenReader<?, ?> tokens(SourceBeans beans) {
        return beans.tokenReader(this.tokens.reader(), this.udp.token().reader(), Datagram.class);
    }

    @Override
    public StandIn standIn(SourceBeans beans, StandIn.Peer peer) {
        InetAddress address = this.udp.address() == null ? InetAddress.getLoopbackAddress() : this.udp.address();
        int port = this.udp.port() == 0 ? FIRST_FREE_PORT : this.udp.port();
        UdpSocket socket = UdpSocket.of(
                new InetSocketAddress(address, port), (to, payload) -> peer.accept(Datagram.of(to, payload)));
        return new StandIn(tokens(beans), socket, Keeper.OFF);
    }

    private UdpSource openPort() {
        UdpSource.Builder builder = UdpSource.builder()
                .port(this.udp.port())
                .receiveBufferSize((int) this.udp.receiveBufferSize().toBytes())
                .maxDatagramSize((int) this.udp.maxDatagramSize().toBytes())
                .outlets(this.udp.outlets());
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
