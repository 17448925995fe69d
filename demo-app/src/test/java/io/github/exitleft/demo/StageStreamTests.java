package io.github.exitleft.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

class StageStreamTests {

    @Test
    void pageThatIsGone_endsTheStreamQuietly() {
        var gone = new SseEmitter() {
            private boolean completed;

            @Override
            public void send(Object object, @Nullable MediaType type) throws IOException {
                throw new IOException("broken pipe");
            }

            @Override
            public void complete() {
                completed = true;
                throw new IllegalStateException("the server has ended the request");
            }
        };

        assertThatCode(new StageStream(gone, events -> new StageStream.Frame(null, null, events))::run)
                .doesNotThrowAnyException();

        assertThat(gone.completed).isTrue();
    }
}
