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
                thread pool {
                  start_servers = 2
                  max_servers = 4
                  min_spare_servers = 1
                  max_spare_servers = 4
                }
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
        return List.of(program, "-f", "-l", "stdout", "-d", directory.toString());
    }

    @Override
    byte[] probe() {
        return new RadiusRequest("probe", SECRET).encode(0);
    }
}
