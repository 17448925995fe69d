package io.github.exitleft.demo;

import java.io.Serial;
import org.springframework.http.HttpStatus;

/** Thrown when a server must not be asked or is of no use; its message may be shown to any caller. */
final class ServerException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final HttpStatus status;

    private ServerException(HttpStatus status, String message) {
        super(message);
        this.status = status;
    }

    static ServerException notAllowed(ServerAddress server) {
        return new ServerException(
                HttpStatus.FORBIDDEN, "server " + server + " is not among the configured ones; ask one of them");
    }

    static ServerException useless(String reason) {
        return new ServerException(HttpStatus.BAD_GATEWAY, reason);
    }

    HttpStatus status() {
        return status;
    }
}
