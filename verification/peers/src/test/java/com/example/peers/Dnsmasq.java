package com.example.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** dnsmasq, which knows the names of some hosts and asks no other server. */
final class Dnsmasq extends RealPeer {

    private final int hosts;

    /**
     * Creates one.
     *
     * @param hosts how many hosts it knows, from 0 on
     */
    Dnsmasq(int hosts) {
        super("dnsmasq-base", "dnsmasq");
        this.hosts = hosts;
    }

    @Override
    List<String> command(String program, Path directory, int port) throws IOException {
        Path file = Files.writeString(
                directory.resolve("hosts"),
                IntStream.range(0, this.hosts)
                        .mapToObj(host -> address(host) + " " + name(host))
                        .collect(Collectors.joining("\n", "", "\n")));
        return List.of(
                program,
                "--keep-in-foreground",
                "--log-facility=-",
                "--conf-file=/dev/null",
                "--pid-file=",
                "--user=" + System.getProperty("user.name"),
                "--no-resolv",
                "--no-hosts",
                "--addn-hosts=" + file,
                "--listen-address=127.0.0.1",
                "--bind-interfaces",
                "--port=" + port);
    }

    @Override
    byte[] probe() {
        return question(0, 0);
    }

    static String name(int host) {
        return "host-" + host + ".peers.test";
    }

    static String address(int host) {
        return "10." + (host >> 16) + "." + (host >> 8 & 0xff) + "." + (host & 0xff);
    }

    /** Returns a question for a host's address. */
    static byte[] question(int id, int host) {
        try {
            var question = Message.newQuery(Record.newRecord(Name.fromString(name(host) + "."), Type.A, DClass.IN));
            question.getHeader().setID(id);
            return question.toWire();
        } catch (TextParseException e) {
            throw new UncheckedIOException(e);
        }
    }
}
