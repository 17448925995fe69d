package io.github.exitleft.examples;

import io.github.exitleft.BareStage;
import io.github.exitleft.BareTicket;
import io.github.exitleft.Exit;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

// @start region=program
/** Shares a line on which any thread may send and one at a time may read. */
final class PingClient implements AutoCloseable {

    record Reply(int id, String text) {}

    interface Line {

        void send(int id, String text);

        /** Returns the next reply; null if none comes in time. */
        Reply read(Duration atMost) throws InterruptedException;
    }

    private final BareStage<Integer, Line, Map<Integer, String>> stage;

    PingClient(Line line) {
        stage = BareStage.<Integer, Line, Map<Integer, String>>builder("ping", line, new HashMap<>())
                .build();
    }

    /** Returns the reply to a ping; null if none comes in time. */
    String ping(int id, Duration timeout) throws InterruptedException {
        try (BareTicket<Integer> ticket = stage.ticket(id)) {
            stage.backdoor().send(id, "ping");
            Exit<String> exit = stage.enter(ticket, timeout, head -> {
                while (true) {
                    Reply reply = head.resource().read(head.remaining());
                    if (reply == null) {
                        return head.outOfTime();
                    } else if (reply.id() == id) {
                        return reply.text();
                    }
                    head.route(reply.id(), replies -> replies.put(reply.id(), reply.text()));
                }
            });
            if (exit instanceof Exit.Finished<String> finished) {
                return finished.value();
            }
            // signalled, so the head has left the reply in the buffer, or out of time
            return stage.buffer(replies -> replies.remove(id));
        }
    }

    @Override
    public void close() {
        stage.close();
    }
}
// @end
