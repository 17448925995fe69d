package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** That the objects which are made for each call do not grow unnoticed; counted by their fields, so that no virtual machine matters. */
class CallSizeTests {

    private static final int HEADER = 12;

    private static final int BYTES_OF_A_LONE_EXCHANGE = 128;

    private static final Map<Class<?>, Integer> SIZES =
            Map.of(boolean.class, 1, byte.class, 1, int.class, 4, long.class, 8);

    /** Of a compressed reference. */
    private static final int REFERENCE = 4;

    @Test
    void callAndTicket_takeNoMoreBytesThanTheyNeed() {
        assertThat(bytesOf(Call.class)).as("%s", fieldsOf(Call.class)).isLessThanOrEqualTo(128);
        assertThat(bytesOf(Ticket.class)).as("%s", fieldsOf(Ticket.class)).isLessThanOrEqualTo(136);
    }

    @Test
    void registration_takesAtMost80Bytes() {
        assertThat(bytesOf(BareTicket.class))
                .as("%s", fieldsOf(BareTicket.class))
                .isLessThanOrEqualTo(80);
    }

    /** An exchange takes a {@link Call}, which is its own node in the table of tickets, whether its thread heads or not. */
    @Test
    void exchange_allocatesLittleBesideItsTokenAndMessage() throws Exception {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        @SuppressWarnings("deprecation") // threadId() came with 19
        long me = Thread.currentThread().getId();
        var source = new Echo();
        Sender<RuntimeException> sender = () -> source.asked = true;
        try (Stage<Integer, Integer> stage =
                Stage.builder("lone", Integer.class, source, message -> message).build()) {
            for (int i = 0; i < 1_000; i++) { // what is made once
                stage.call(Echo.ANSWER, sender);
            }
            long before = threads.getThreadAllocatedBytes(me);
            for (int i = 0; i < 10_000; i++) {
                stage.call(Echo.ANSWER, sender);
            }
            long bytes = (threads.getThreadAllocatedBytes(me) - before) / 10_000;
            assertThat(bytes).isLessThanOrEqualTo(BYTES_OF_A_LONE_EXCHANGE);
        }
    }

    /** Answers with a message that is made once. */
    private static final class Echo implements Source<Integer> {
        static final Integer ANSWER = 1_000;
        boolean asked;

        @Override
        public @Nullable Integer receive(Duration remaining) {
            boolean answers = asked;
            asked = false;
            return answers ? ANSWER : null;
        }

        @Override
        public void wakeup() {}

        @Override
        public void close() {}
    }

    private static int bytesOf(Class<?> type) {
        return HEADER
                + fieldsOf(type).stream()
                        .mapToInt(field -> SIZES.getOrDefault(field.getType(), REFERENCE))
                        .sum();
    }

    private static List<Field> fieldsOf(Class<?> type) {
        return Stream.<Class<?>>iterate(type, each -> each != Object.class, Class::getSuperclass)
                .flatMap(each -> Arrays.stream(each.getDeclaredFields()))
                .filter(field -> !Modifier.isStatic(field.getModifiers()))
                .toList();
    }
}
