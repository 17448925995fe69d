package com.example.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** FreeRADIUS, which accepts every user and says the user's name in its answer. */
final class Freeradius extends RealPeer {

    static final String SECRET = "no-secret";

    Freeradius() {
        super("freeradius", "freeradius");
    }

    @Override
    List<String> command(String program, Path directory, int port) throws IOException {
        Files.writeString(directory.resolve("dictionary"), "$INCLUDE /usr/share/freeradius/dictionary\n");
        Files.writeString(directory.resolve("radiusd.conf"), """
                name = peer
                prefix = /usr
                libdir = /usr/lib/freeradius
                run_dir = ${confdir}
                logdir = ${confdir}
                max_requests = 8192
                cleanup_delay = 0
                hostname_lookups = no
                proxy_requests = no
                client tests {
                  ipaddr = 127.0.0.1
                  secret = %s
                }
                modules {
                }
                server peer {
                  listen {
                    type = auth
                    ipaddr = 127.0.0.1
                    port = %d
                  }
                  authorize {
                    update control {
                      Auth-Type := Accept
                    }
                    update reply {
                      Reply-Message := "%%{User-Name}"
                    }
                  }
                }
                """.formatted(SECRET, port));
        // one thread; with several an id that is used again at once is, now and then, still taken in the server's own
        // books,
        // which then drops one of the two questions
        return List.of(program, "-f", "-s", "-l", "stdout", "-d", directory.toString());
    }

    @Override
    byte[] probe() {
        return new RadiusRequest("probe", SECRET).encode(0);
    }
}
