package io.github.exitleft.demo.stun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StunRequestTests {

    @Test
    void datagram_isABindingRequestWithTheTokenAtOffset8() {
        assertThat(new StunRequest("b7e7a701bc34d686fa87dfae").datagram())
                .isEqualTo(Rfc5769.bytes("00010000 2112a442 b7e7a701bc34d686fa87dfae"));
    }

    @Test
    void datagramAskedForTwice_isABufferOfItsOwnWithTheSameBytes() {
        StunRequest request = StunRequest.binding();
        assertThat(request.datagram()).isEqualTo(request.datagram()).isNotSameAs(request.datagram());
    }

    @Test
    void bindingCreatedOften_neverHasAnIdTwice() {
        Set<String> tokens = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            tokens.add(StunRequest.binding().token());
        }
        assertThat(tokens).hasSize(10_000).allMatch(each -> each.matches("[0-9a-f]{24}"));
    }

    @Test
    void tokenThatIsNotAnId_isRefused() {
        for (String token : new String[] {"", "B7E7A701BC34D686FA87DFAE", "b7e7a701bc34d686fa87dfa"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new StunRequest(token))
                    .withMessage("transaction id '" + token
                            + "' must be 24 lower-case hexadecimal digits, as binding() makes them");
        }
    }
}
