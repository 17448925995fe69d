package com.example.peers;

import com.unboundid.ldap.protocol.LDAPMessage;
import com.unboundid.ldap.protocol.SearchRequestProtocolOp;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchScope;
import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** OpenLDAP's server, with a database of people, each with a mail address, and one entry that takes ten minutes to find. */
final class Slapd extends RealPeer {

    static final String BASE = "dc=example";
    static final String ADMIN = "cn=admin,dc=example";
    static final String PASSWORD = "no-secret";
    static final String SLOW = "cn=slow,ou=slow,dc=example";

    private final int people;
    private final OwnCertificate certificate;

    Slapd(int people) {
        this(people, null);
    }

    /**
     * Describes a server.
     *
     * @param certificate what it shows, to clients that must then use TLS; null for one without
     */
    Slapd(int people, OwnCertificate certificate) {
        super("slapd", "slapd");
        this.people = people;
        this.certificate = certificate;
    }

    /** Writes certificate and key, and returns the settings that name them. */
    private String tls(Path directory) throws IOException {
        if (this.certificate == null) {
            return "";
        }
        return """
                TLSCertificateFile %s
                TLSCertificateKeyFile %s
                security tls=1
                """.formatted(
                        Files.writeString(directory.resolve("certificate.pem"), this.certificate.certificate()),
                        Files.writeString(directory.resolve("key.pem"), this.certificate.key()));
    }

    @Override
    List<String> command(String program, Path directory, int port) throws IOException {
        Path database = Files.createDirectories(directory.resolve("database"));
        Path settings = Files.writeString(
                directory.resolve("slapd.conf"), """
                include /etc/ldap/schema/core.schema
                modulepath /usr/lib/ldap
                moduleload back_mdb
                moduleload retcode
                sizelimit unlimited
                %5$sdatabase mdb
                suffix "%1$s"
                rootdn "%2$s"
                rootpw %3$s
                directory %4$s
                dbnosync
                access to * by * read
                overlay retcode
                retcode-parent "ou=slow,%1$s"
                retcode-item "cn=slow" 0x00 sleeptime=600
                """.formatted(BASE, ADMIN, PASSWORD, database, tls(directory)));
        Path entries = Files.writeString(
                directory.resolve("people.ldif"),
                IntStream.range(0, this.people)
                        .mapToObj(Slapd::entry)
                        .collect(Collectors.joining("\n", """
                        dn: %s
                        objectClass: dcObject
                        objectClass: organization
                        dc: example
                        o: example

                        """.formatted(BASE), "\n")));
        Process adding = new ProcessBuilder(
                        Path.of(program).resolveSibling("slapadd").toString(),
                        "-q",
                        "-f",
                        settings.toString(),
                        "-l",
                        entries.toString())
                .inheritIO()
                .start();
        try {
            if (Patience.waitFor(adding) != 0) {
                throw new IOException("slapadd ended with status " + adding.exitValue());
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return List.of(program, "-d", "stats", "-f", settings.toString(), "-h", "ldap://127.0.0.1:" + port + "/");
    }

    private static String entry(int number) {
        return """
                dn: cn=%1$s,%2$s
                objectClass: person
                cn: %1$s
                sn: %3$s
                """.formatted(name(number), BASE, surname(number));
    }

    static String name(int number) {
        return "person-" + number;
    }

    static String surname(int number) {
        return "surname-" + number;
    }

    @Override
    InetSocketAddress freeAddress() throws IOException {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        try (var socket = new ServerSocket(0, 1, loopback)) {
            return new InetSocketAddress(loopback, socket.getLocalPort());
        }
    }

    @Override
    byte[] probe() {
        var search = new SearchRequest("", SearchScope.BASE, Filter.createPresenceFilter("objectClass"), "1.1");
        return new LDAPMessage(1, new SearchRequestProtocolOp(search)).encode().encode();
    }

    @Override
    boolean answers() throws IOException {
        try (var socket = new Socket(address().getAddress(), address().getPort())) {
            socket.getOutputStream().write(probe());
            return socket.getInputStream().read() >= 0;
        } catch (ConnectException e) {
            return false;
        }
    }
}
