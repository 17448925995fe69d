package io.github.exitleft.spring.boot.documentation;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.exitleft.TokenReader;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.Opening;
import java.io.IOException;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

// @start region="card-beans"
@Configuration(proxyBeanMethods = false)
class CardMessages {

    @Bean
    TokenReader<Integer, Frame> trace() {
        return frame -> Integer.valueOf(text(frame, 6, 6)); // after the length and the type
    }

    @Bean
    Opening logon() {
        return peer -> {
            peer.send(message("0800", 0, "001"));
            Frame reply = peer.receive(Duration.ofSeconds(5));
            if (!text(reply, 12, 2).equals("00")) {
                throw new IOException("the host refuses the logon");
            }
        };
    }

    static byte[] message(String type, int trace, String fields) {
        return ("  %s%06d%s".formatted(type, trace, fields)).getBytes(US_ASCII); // the length is filled in
    }

    static String text(Frame frame, int offset, int length) {
        return US_ASCII.decode(frame.payload().slice(offset, length)).toString();
    }
}
// @end
