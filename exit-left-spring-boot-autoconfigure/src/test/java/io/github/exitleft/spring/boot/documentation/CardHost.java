package io.github.exitleft.spring.boot.documentation;

import io.github.exitleft.Stage;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.TcpSender;
import java.io.IOException;
import org.springframework.stereotype.Component;

// @start region="card-client"
@Component
class CardHost {

    private final Stage<Integer, Frame> host;
    private final TcpSender sender;

    CardHost(Stage<Integer, Frame> host) {
        this.host = host;
        this.sender = host.backdoor(TcpSender.class);
    }

    boolean approves(String amount) throws IOException, InterruptedException {
        Frame reply = host.call(trace -> sender.send(CardMessages.message("0100", trace, amount)));
        return CardMessages.text(reply, 12, 2).equals("00");
    }
}
// @end
